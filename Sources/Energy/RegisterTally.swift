import Telemetry

/// What the readings (a, b] of an open window add up to, for one register.
struct RegisterTally: Hashable, Sendable {
  /// The first reading of a window that stands at the register's level.
  struct Knot: Hashable, Sendable {
    var time: Timestamp
    /// Counted since the one before.
    var delta: Int64
    /// What the register showed.
    var value: Int64
  }

  static let maximumEvents = 16
  /// A register that goes up and down without limits may count more in a window than 64 bits hold, with what its
  /// neighbours bring to its ends. What is above is implausible.
  static let maximumDelta = Int64.max / 4

  /// Counted between the last reading at or before a and the last one at or before b.
  var delta: Int64 = 0
  /// Readings, without the implausible ones.
  var count = 0
  /// Readings at the register's level.
  var knots = 0
  var firstKnot: Knot?
  /// Nanoseconds of the window before its last knot that lie between readings close enough to one another.
  var covered: Int64 = 0
  var events: [CounterEvent] = []
  var omittedEvents = 0
  /// Readings that are set aside when the window is issued.
  var implausible: [CounterMachine.Reading] = []
  /// The machine after the window's last reading; nil as long as that is the newest one.
  var end: CounterMachine?
  /// See `RegisterBoundary.episode`, for the boundary at the window's end.
  var episode: Timestamp?
  private var isInRun = false

  init() {}

  /// - Parameters:
  ///   - before: `CounterMachine.seen` before this reading, `after`: after it.
  ///   - start: of the window.
  mutating func add(
    _ reading: CounterMachine.Reading, _ outcome: CounterMachine.Outcome, before: Timestamp, after: Timestamp,
    start: Timestamp, register: EnergyRegister
  ) {
    let (sum, overflow) = delta.addingReportingOverflow(outcome.delta ?? 0)
    let isTooMuch = overflow || sum > Self.maximumDelta
    let isImplausible = outcome.kind == .implausible || isTooMuch
    if isImplausible { implausible.append(reading) } else { count += 1 }
    if !isTooMuch { delta = sum }
    if after == reading.time, !isImplausible {
      if before != .distantPast {
        let from = max(before, start)
        // A longer gap is covered as far as the reading before it is valid.
        let to =
          reading.time - before <= register.expected
          ? reading.time : min(before + register.validity, reading.time)
        covered += max(0, (to - from).nanoseconds)
      }
      if firstKnot == nil { firstKnot = Knot(time: reading.time, delta: outcome.delta ?? 0, value: reading.value) }
      knots += 1
    }
    note(reading, outcome)
  }

  private mutating func note(_ reading: CounterMachine.Reading, _ outcome: CounterMachine.Outcome) {
    switch outcome.kind {
    case .first, .normal, .returned:
      isInRun = false
      if outcome.isRecovery { append(.recovered, reading, from: outcome.from) }
      return
    default: break
    }
    if isInRun, let last = events.last, last.kind == outcome.kind {
      events[events.count - 1].to = reading.value
      events[events.count - 1].count += 1
    } else {
      append(outcome.kind, reading, from: outcome.from)
      isInRun = omittedEvents == 0
    }
    if outcome.isPersistent {
      append(outcome.kind == .dip ? .persistentLow : .persistentHigh, reading, from: outcome.from)
      isInRun = false
    }
  }

  private mutating func append(_ kind: CounterEvent.Kind, _ reading: CounterMachine.Reading, from: Int64) {
    if events.count < Self.maximumEvents {
      events.append(CounterEvent(kind: kind, time: reading.time, from: from, to: reading.value))
    } else {
      omittedEvents += 1
    }
  }
}

extension RegisterTally {
  func encode(into writer: inout ByteWriter, base: Timestamp) {
    writer.zigzag(delta)
    writer.varint(count)
    writer.varint(knots)
    writer.boolean(firstKnot != nil)
    if let firstKnot {
      writer.time(firstKnot.time, base: base)
      writer.zigzag(firstKnot.delta)
      writer.zigzag(firstKnot.value)
    }
    writer.zigzag(covered)
    events.encode(into: &writer, base: base)
    writer.varint(omittedEvents)
    writer.varint(implausible.count)
    for reading in implausible {
      writer.time(reading.time, base: base)
      writer.zigzag(reading.value)
    }
    writer.boolean(end != nil)
    end?.encode(into: &writer, base: base)
    writer.boolean(episode != nil)
    if let episode { writer.time(episode, base: base) }
    writer.boolean(isInRun)
  }

  init(from reader: inout ByteReader, base: Timestamp) throws(ByteReaderError) {
    delta = try reader.zigzag()
    count = try reader.integer()
    knots = try reader.integer()
    if try reader.boolean() {
      let time = try reader.time(base: base)
      let delta = try reader.zigzag()
      firstKnot = Knot(time: time, delta: delta, value: try reader.zigzag())
    }
    covered = try reader.zigzag()
    events = try [CounterEvent](from: &reader, base: base)
    omittedEvents = try reader.integer()
    for _ in 0..<(try reader.count()) {
      let time = try reader.time(base: base)
      implausible.append(CounterMachine.Reading(time: time, value: try reader.zigzag()))
    }
    if try reader.boolean() { end = try CounterMachine(from: &reader, base: base) }
    if try reader.boolean() { episode = try reader.time(base: base) }
    isInRun = try reader.boolean()
  }
}

extension [CounterEvent] {
  func encode(into writer: inout ByteWriter, base: Timestamp) {
    writer.varint(count)
    for event in self {
      writer.byte(event.kind.rawValue)
      writer.time(event.time, base: base)
      writer.zigzag(event.from)
      writer.zigzag(event.to)
      writer.varint(event.count)
    }
  }

  init(from reader: inout ByteReader, base: Timestamp) throws(ByteReaderError) {
    self = []
    for _ in 0..<(try reader.count()) {
      guard let kind = CounterEvent.Kind(rawValue: try reader.byte()) else {
        throw ByteReaderError(offset: reader.offset, expected: "the kind of a counter event")
      }
      let time = try reader.time(base: base)
      let from = try reader.zigzag()
      let to = try reader.zigzag()
      append(CounterEvent(kind: kind, time: time, from: from, to: to, count: try reader.integer()))
    }
  }
}
