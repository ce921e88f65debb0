import Telemetry
import Templates

/// All alarms and incidents of a site, as the rule keeps them and as questions of people read them.
public struct AlarmState: Hashable, Sendable {
  private static let version: UInt8 = 1

  public internal(set) var book: AlarmBook
  public internal(set) var correlator: Correlator
  public internal(set) var orders = WorkOrderBook()
  public internal(set) var notifier = Notifier()

  public init(site: Site, settings: AlarmSettings) {
    let topology = AlarmTopology(site, settings)
    book = AlarmBook(settings: settings, topology: topology)
    correlator = Correlator(settings: settings, topology: topology)
  }

  /// What `AlarmRule.stateKey` shows.
  public init(site: Site, settings: AlarmSettings, bytes: [UInt8]) throws(ByteReaderError) {
    self.init(site: site, settings: settings)
    var reader = ByteReader(bytes)
    try restore(from: &reader)
  }

  public var bytes: [UInt8] {
    var writer = ByteWriter()
    encode(into: &writer)
    return writer.bytes
  }

  func encode(into writer: inout ByteWriter) {
    writer.byte(Self.version)
    book.encode(into: &writer)
    correlator.encode(into: &writer)
    orders.encode(into: &writer)
    notifier.encode(into: &writer)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    guard try reader.byte() == Self.version else {
      throw ByteReaderError(offset: 0, expected: "version \(Self.version) of the alarms")
    }
    try book.restore(from: &reader)
    try correlator.restore(from: &reader)
    try orders.restore(from: &reader)
    try notifier.restore(from: &reader)
  }

  /// The asset that an incident is about, for allow-lists; `gateway` if it is none. The same for all its revisions.
  func asset(of incident: Incident) -> String {
    book.topology.nodes[incident.cause] != nil ? incident.cause : "gateway"
  }
}

extension AlarmBook {
  /// What a person does. Nothing happens to what is not there.
  mutating func handle(_ command: AlarmCommand, now: Timestamp) -> [Change] {
    let signature = command.signature
    switch command.action {
    case .acknowledge(let occurrences):
      return occurrences.flatMap { number -> [Change] in
        guard let key = entry(occurrence: number)?.subject.key else { return [] }
        return handle(.acknowledge(occurrence: number, signature), key: key, now: now)
      }
    case .reset(let key): return handle(.reset(signature), key: key, now: now)
    case .shelve(let key, let until):
      // Never longer than the site allows, whatever the journal says.
      let end = min(until, now + settings.longestShelving)
      return handle(.shelve(until: end, signature), key: key, now: now)
    case .unshelve(let key): return handle(.unshelve(signature), key: key, now: now)
    case .takeOut(let key): return handle(.takeOut(signature), key: key, now: now)
    case .takeIn(let key): return handle(.takeIn(signature), key: key, now: now)
    }
  }
}
