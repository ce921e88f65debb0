import Telemetry

/// One register in one window, as it was issued: everything that its part of the record is made of, and the states
/// that the window can be folded again from.
struct RegisterWindow: Hashable, Sendable {
  var opening = RegisterBoundary()
  /// The register's very first reading, if it lies in this window: stands for the opening one.
  var begin: CounterMachine.Reading?
  var closing = RegisterBoundary()
  var delta: Int64 = 0
  var count = 0
  var knots = 0
  /// Nanoseconds.
  var covered: Int64 = 0
  /// Nanoseconds in which the register was doubted.
  var uncertain: Int64 = 0
  var events: [CounterEvent] = []
  var omittedEvents = 0
  /// Times of the readings that were set aside, in order.
  var implausible: [Timestamp] = []

  init() {}

  /// Closes a tally.
  ///
  /// - Parameters:
  ///   - machine: after the last reading at or before `end`.
  ///   - next: the first reading behind `end` that stands at the register's level, if there is one already.
  init(
    _ tally: RegisterTally, opening: RegisterBoundary, machine: CounterMachine, next: RegisterTally.Knot?,
    start: Timestamp, end: Timestamp, register: EnergyRegister
  ) {
    self.opening = opening
    if opening.machine.level == nil {
      begin = tally.firstKnot.map { CounterMachine.Reading(time: $0.time, value: $0.value) }
    }
    closing = RegisterBoundary(machine: machine)
    closing.episode = tally.episode
    delta = tally.delta
    count = tally.count
    knots = tally.knots
    covered = tally.covered
    events = tally.events
    omittedEvents = tally.omittedEvents
    implausible = tally.implausible.map(\.time)
    guard machine.level != nil else { return }
    let age = end - machine.seen
    var coveredTo = min(machine.seen + register.validity, end)
    if age >= register.validity {
      if register.isAmount {
        // Nothing is interpolated: what comes after a longer silence belongs to the window that it comes in.
        closing.isStale = true
      } else if let next {
        let gap = next.time - machine.seen
        closing.carry = Int64(
          ScaledInteger.roundedQuotient(
            Int128(next.delta) * Int128(age.nanoseconds), Int128(max(1, gap.nanoseconds))))
        closing.isEstimated = true
        if gap <= register.expected { coveredTo = end }
      } else {
        closing.isStale = true
        // Nothing is known of this window yet.
        if knots == 0 { coveredTo = start }
      }
    }
    covered += max(0, (coveredTo - max(machine.seen, start)).nanoseconds)
  }

  /// Counted in the window, in units of the last digit; nil = no data.
  func value(_ register: EnergyRegister) -> Int64? {
    if closing.machine.level == nil { return nil }
    // An amount counts wherever it stands; where none does, it is zero as far as the one before is valid.
    if register.isAmount { return knots == 0 && covered == 0 ? nil : delta }
    if knots == 0, closing.isStale { return nil }
    // The very first reading stands at the window's end.
    if opening.machine.level == nil, covered == 0 { return nil }
    return delta - opening.carry + closing.carry
  }

  private var isEstimated: Bool {
    opening.isEstimated || closing.isEstimated || events.contains { $0.kind == .reset || $0.kind == .dip }
  }

  /// Nanoseconds that were bridged: neither covered, nor before the first reading, nor waiting for the next one.
  func estimated(start: Timestamp, window: Span64) -> Int64 {
    guard value != nil, !closing.isStale else { return 0 }
    let lead = begin.map { max(0, ($0.time - start).nanoseconds) } ?? 0
    return max(0, window.nanoseconds - min(covered, window.nanoseconds) - lead)
  }

  /// - Parameter start: of the window.
  func quality(_ register: EnergyRegister, start: Timestamp) -> EnergyQuality {
    if value(register) == nil { return .noData }
    if closing.isStale { return .partial }
    if let begin, begin.time > start { return .partial }
    return isEstimated ? .estimated : .good
  }

  func encode(into writer: inout ByteWriter, base: Timestamp) {
    opening.encode(into: &writer, base: base)
    writer.boolean(begin != nil)
    if let begin {
      writer.time(begin.time, base: base)
      writer.zigzag(begin.value)
    }
    closing.encode(into: &writer, base: base)
    writer.zigzag(delta)
    writer.varint(count)
    writer.varint(knots)
    writer.zigzag(covered)
    events.encode(into: &writer, base: base)
    writer.varint(omittedEvents)
    writer.varint(implausible.count)
    for time in implausible { writer.time(time, base: base) }
  }

  init(from reader: inout ByteReader, base: Timestamp) throws(ByteReaderError) {
    opening = try RegisterBoundary(from: &reader, base: base)
    if try reader.boolean() {
      let time = try reader.time(base: base)
      begin = CounterMachine.Reading(time: time, value: try reader.zigzag())
    }
    closing = try RegisterBoundary(from: &reader, base: base)
    delta = try reader.zigzag()
    count = try reader.integer()
    knots = try reader.integer()
    covered = try reader.zigzag()
    events = try [CounterEvent](from: &reader, base: base)
    omittedEvents = try reader.integer()
    for _ in 0..<(try reader.count()) { implausible.append(try reader.time(base: base)) }
  }

  /// The parts of a window, one for each register in the rule's order.
  static func encode(_ parts: [RegisterWindow], base: Timestamp) -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(parts.count)
    for part in parts { part.encode(into: &writer, base: base) }
    for part in parts { writer.varint(Int(part.uncertain)) }
    return writer.bytes
  }

  /// Nil if the asset had another number of registers when the window was issued: it cannot be folded again.
  static func decode(_ bytes: [UInt8], count: Int, base: Timestamp) throws(ByteReaderError) -> [RegisterWindow]? {
    var reader = ByteReader(bytes)
    guard try reader.integer() == count else { return nil }
    var parts: [RegisterWindow] = []
    for _ in 0..<count { parts.append(try RegisterWindow(from: &reader, base: base)) }
    // Windows that were issued before registers could be doubted end here.
    if !reader.isAtEnd { for index in parts.indices { parts[index].uncertain = Int64(try reader.integer()) } }
    return parts
  }
}
