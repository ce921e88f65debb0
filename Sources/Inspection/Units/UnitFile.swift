import Plant
import Telemetry

/// Everything that is known of one unit: a set of steps in the order of their times.
///
/// It is a function of the set and not of the order in which they came: what is late, or comes twice, gives what it would
/// have given in time.
public struct UnitFile: Hashable, Sendable {
  /// More steps than this are not of one unit: its name is that of all units that could not be read.
  public static let mostSteps = 1000

  public private(set) var steps: [UnitStep] = []
  /// Something was left out for `mostSteps`.
  public private(set) var isFull = false
  /// Of the last record; nil before the first one.
  public internal(set) var revision: Int?
  /// Of its records: they keep the station and the time under which the first one was issued.
  var asset = ""
  var start = Timestamp.distantPast
  /// Of the last record's body.
  var body: UInt64 = 0

  public init() {}

  /// Returns whether anything is new.
  public mutating func add(_ step: UnitStep) -> Bool {
    // Nearly always it is the last one.
    var place = steps.endIndex
    while place > steps.startIndex, step < steps[place - 1] { place -= 1 }
    if place > steps.startIndex, steps[place - 1] == step { return false }
    guard steps.count < Self.mostSteps else {
      defer { isFull = true }
      return !isFull
    }
    steps.insert(step, at: place)
    return true
  }

  /// Adds what another row has of the same unit.
  mutating func add(_ other: UnitFile) {
    for step in other.steps { _ = add(step) }
    if other.isFull { isFull = true }
  }

  /// The last result of each step at each station, by its time. Stations may count attempts anew.
  public var results: [UnitStep] {
    var last: [String: UnitStep] = [:]
    for step in steps where step.kind == .result { last["\(step.station)\u{0}\(step.step)"] = step }
    return last.values.sorted { $0 < $1 }
  }

  /// Stations in the order in which they first saw it.
  public var stations: [String] {
    var seen: Set<String> = []
    return steps.compactMap { $0.kind == .result && seen.insert($0.station).inserted ? $0.station : nil }
  }

  /// What the unit consists of, as its steps name it: serial numbers and lots, in the order of their steps.
  public var parts: [String] {
    var seen: Set<String> = []
    return steps.flatMap { $0.all("part") }.filter { seen.insert($0).inserted }
  }

  /// As the last of its steps says that says it.
  public var product: String? { steps.last { $0.kind == .result && !$0.all("product").isEmpty }?.all("product").last }

  /// Nil while nothing decides; else whether no step's last result is bad without a repair since.
  public var isGood: Bool? {
    let decided = results.compactMap(isBad)
    return decided.isEmpty ? nil : !decided.contains(true)
  }

  /// As `judgement`, but nil of a bad one that was repaired since: then only what follows decides.
  func isBad(_ result: UnitStep) -> Bool? {
    let judgement = judgement(of: result)
    let isRepaired = judgement == true && steps.contains { $0.verdict == "rework" && result.time <= $0.time }
    return isRepaired ? nil : judgement
  }

  /// Whether the part was bad, by its station or by the person who reviewed it; nil if it was left to a person who has not
  /// judged, or was no verdict on the part.
  func judgement(of result: UnitStep) -> Bool? {
    let rejected = result.verdict == UnitVisit.bad ? true : result.verdict == UnitVisit.good ? false : nil
    return review(of: result)?.isBad(rejected: rejected) ?? rejected
  }

  /// What a person said of a result; the last word counts.
  private func review(of result: UnitStep) -> ReviewWord? {
    let words = steps.filter {
      $0.kind == .review && $0.time == result.time && $0.station == result.station
        && ($0.step.isEmpty || $0.step == result.step)
    }
    return words.last.flatMap { ReviewWord($0.verdict) } ?? result.all("review").last.flatMap { ReviewWord($0) }
  }

  // MARK: Coding

  private static let version: UInt8 = 1

  /// As a row of the store.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    encode(into: &writer)
    return writer.bytes
  }

  /// Texts once, in the order of their first use.
  public func encode(into writer: inout ByteWriter) {
    var texts = TextTable()
    var rows = ByteWriter()
    var last = Timestamp(nanoseconds: 0)
    for step in steps {
      let distance = step.time.nanoseconds &- last.nanoseconds
      last = step.time
      // Devices tell milliseconds.
      let isFine = distance % 1_000_000 != 0
      rows.byte(step.kind.rawValue | (isFine ? 2 : 0))
      rows.zigzag(isFine ? distance : distance / 1_000_000)
      for text in [step.station, step.step, step.verdict] { rows.varint(texts.place(text)) }
      rows.varint(step.attempt)
      rows.varint(step.details.count)
      for detail in step.details {
        rows.varint(texts.place(detail.name))
        rows.varint(texts.place(detail.value))
      }
    }
    writer.byte(Self.version)
    writer.byte((isFull ? 1 : 0) | (revision == nil ? 0 : 2))
    if let revision {
      writer.varint(revision)
      writer.string(asset)
      writer.timestamp(start)
      writer.fixed64(body)
    }
    texts.encode(into: &writer)
    writer.varint(steps.count)
    writer.blob(rows.bytes)
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard try reader.byte() == Self.version else { throw ByteReaderError(offset: 0, expected: "a unit, version 1") }
    let flags = try reader.byte()
    isFull = flags & 1 != 0
    if flags & 2 != 0 {
      revision = try reader.integer()
      asset = try reader.string()
      start = try reader.timestamp()
      body = try reader.fixed64()
    }
    let texts = try TextTable(from: &reader)
    let count = try reader.count()
    var rows = ByteReader(Array(try reader.blob()))
    var time: Int64 = 0
    for _ in 0..<count {
      let flags = try rows.byte()
      guard let kind = UnitStep.Kind(rawValue: flags & 1) else {
        throw ByteReaderError(offset: rows.offset, expected: "a kind of step")
      }
      time &+= try rows.zigzag() &* (flags & 2 != 0 ? 1 : 1_000_000)
      var step = UnitStep(
        time: Timestamp(nanoseconds: time), station: try texts.text(&rows), kind: kind, step: try texts.text(&rows),
        verdict: try texts.text(&rows))
      step.attempt = try rows.integer()
      for _ in 0..<(try rows.count()) {
        step.details.append(Event.Attribute(try texts.text(&rows), try texts.text(&rows)))
      }
      steps.append(step)
    }
  }
}
