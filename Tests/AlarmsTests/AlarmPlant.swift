import Telemetry
import Templates

@testable import Alarms

/// A small plant on paper: what findings it has is up to the test.
struct AlarmPlant {
  var book: AlarmBook
  var correlator: Correlator
  /// The newest revision of each incident that was told.
  var told: [Int: Incident] = [:]
  var announcements = 0
  var changes: [AlarmBook.Change] = []

  static var settings: AlarmSettings {
    var silence = AlarmSettings.Class(rules: ["no-data"], category: .communication)
    silence.isBlinding = true
    let safety = AlarmSettings.Class(rules: ["lockout-*", "gas"], category: .safety)
    var limit = AlarmSettings.Class(rules: ["limit"], category: .process)
    limit.onDelay = .seconds(15)
    limit.offDelay = .seconds(15)
    let fault = AlarmSettings.Class(rules: ["fault"], category: .equipment)
    let rest = AlarmSettings.Class(rules: ["*"], category: .gateway)
    var rows: [AlarmSettings.Row] = []
    for criticality in Asset.Criticality.allCases {
      rows.append(.init(severity: .critical, criticality: criticality, priority: .high))
      rows.append(.init(severity: .warning, criticality: criticality, priority: .medium))
      rows.append(.init(severity: .info, criticality: criticality, priority: nil))
    }
    var settings = AlarmSettings(
      table: "test", classes: [silence, safety, limit, fault, rest], priorities: rows,
      grouping: .init(
        window: .minutes(5), settle: .seconds(30), segmentDevices: 3, segmentPercent: 50, quiet: .minutes(5)),
      flood: .init(interval: .minutes(10), startAbove: 10, endBelow: 5, hourAbove: 30),
      chattering: .init(activations: 3, window: .seconds(60)), staleAfter: .hours(24), longestShelving: .hours(12))
    settings.suppressions = [
      .init(rules: ["limit", "lockout-*"], assets: ["press-*"], cause: "stopped", causeAsset: nil)
    ]
    return settings
  }

  /// `switch-1` with devices d-1 … d-n, and a compressor with three presses.
  init(devices: Int = 120) {
    var nodes: [String: AlarmTopology.Node] = [:]
    for number in 1...devices {
      nodes["d-\(number)"] = .init(criticality: .normal, place: "s/a/l1", segment: 0, supplies: [])
    }
    nodes["compressor"] = .init(criticality: .high, place: "s/utilities", segment: 1, supplies: [])
    for press in ["press-1", "press-2", "press-3"] {
      nodes[press] = .init(criticality: .normal, place: "s/a/l2", segment: nil, supplies: ["compressor"])
    }
    let topology = AlarmTopology(
      nodes: nodes, segments: [.init(name: "switch-1", devices: devices), .init(name: "utilities", devices: 1)])
    book = AlarmBook(settings: Self.settings, topology: topology)
    correlator = Correlator(settings: Self.settings, topology: topology)
  }

  mutating func tell(
    _ rule: String, _ asset: String, open: Bool = true, at seconds: Double, heard: Double? = nil,
    severity: Finding.Severity = .warning
  ) {
    let time = Timestamp.at(seconds)
    let finding = Finding(
      key: "\(rule)/\(asset)", rule: rule, subject: asset, severity: severity, opened: time, closed: open ? nil : time,
      summary: "\(rule) of \(asset)", advice: "look")
    advance(heard ?? seconds)
    take(book.hear(finding, now: .at(heard ?? seconds)), .at(heard ?? seconds))
  }

  mutating func advance(_ seconds: Double) {
    let now = Timestamp.at(seconds)
    while let next = Timestamp?.earlier(book.deadline, correlator.deadline), next <= now {
      take(book.advance(to: max(next, .at(0))), next)
      correlator.advance(to: next)
      note()
    }
    take(book.advance(to: now), now)
  }

  mutating func handle(_ input: AlarmMachine.Input, _ key: String, at seconds: Double) {
    advance(seconds)
    take(book.handle(input, key: key, now: .at(seconds)), .at(seconds))
  }

  private mutating func take(_ new: [AlarmBook.Change], _ now: Timestamp) {
    changes += new
    correlator.take(new, now: now)
    note()
  }

  private mutating func note() {
    for incident in correlator.flush() {
      if incident.announced != nil, told[incident.number]?.announced == nil { announcements += 1 }
      told[incident.number] = incident
    }
  }

  var bytes: [UInt8] {
    var writer = ByteWriter()
    book.encode(into: &writer)
    correlator.encode(into: &writer)
    return writer.bytes
  }

  /// Everything through its bytes.
  mutating func restart() throws {
    var reader = ByteReader(bytes)
    try book.restore(from: &reader)
    try correlator.restore(from: &reader)
  }
}
