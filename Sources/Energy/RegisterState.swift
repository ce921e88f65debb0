import Telemetry

/// The live state of one register: folded as readings arrive in order, rebuilt from the history when they do not.
struct RegisterState: Sendable {
  /// After the newest reading in order.
  var machine = CounterMachine()
  /// At the end of the last closed window.
  var boundary = RegisterBoundary()
  /// Open windows, the oldest first; may be fewer than are open.
  var tallies: [RegisterTally] = []
  /// Some reading in the open windows came out of order: fold them from the history before one is closed.
  var isDirty = false
  /// Time of the newest reading.
  var newest = Timestamp.distantPast
  /// Not nil: closed windows are to be folded again, from the one that this time touches …
  private(set) var refoldFrom: Timestamp?
  /// … at least as far as this time.
  private(set) var refoldThrough = Timestamp.distantPast

  init() {}

  mutating func refold(from: Timestamp, through: Timestamp) {
    refoldFrom = min(refoldFrom ?? from, from)
    refoldThrough = max(refoldThrough, through)
  }

  mutating func refolded() {
    refoldFrom = nil
    refoldThrough = .distantPast
  }

  /// The open windows begin at another instant: folds them from the history when the next one closes.
  mutating func rebuildOpen() {
    machine = CounterMachine()
    tallies = []
    isDirty = true
  }

  /// Takes a reading of an open window that is later than every one before it.
  ///
  /// - Returns: whether it changes closed windows.
  mutating func add(
    _ reading: CounterMachine.Reading, closedThrough: Timestamp, window: Span64, register: EnergyRegister
  ) -> Bool {
    let distance = (reading.time - closedThrough).nanoseconds
    let index = Int(max(0, distance - 1) / window.nanoseconds)
    extend(to: index)
    let before = machine.seen
    let outcome = register.handle(reading, &machine)
    let start = closedThrough + Span64(nanoseconds: Int64(index) * window.nanoseconds)
    tallies[index].add(
      reading, outcome, before: before, after: machine.seen, start: start, register: register)
    var changesClosed = false
    if let fall = outcome.fall {
      // What was counted since the fall is void: from the history, at the latest when the window closes.
      isDirty = true
      if fall <= closedThrough {
        refold(from: fall, through: reading.time)
        changesClosed = true
      }
    }
    // The silence is over: what was held is interpolated now.
    if boundary.isStale, !register.isAmount, machine.seen == reading.time {
      refold(from: reading.time, through: reading.time)
      changesClosed = true
    }
    return changesClosed
  }

  /// Makes `tallies[index]` the newest open window.
  mutating func extend(to index: Int) {
    while tallies.count <= index {
      if !tallies.isEmpty { tallies[tallies.count - 1].end = machine }
      tallies.append(RegisterTally())
    }
  }

  /// Takes what a fold from the history came to.
  mutating func replace(_ open: (tallies: [RegisterTally], machine: CounterMachine, boundary: RegisterBoundary)) {
    tallies = open.tallies
    machine = open.machine
    boundary = open.boundary
    isDirty = false
  }

  /// Takes the oldest window out, closed.
  mutating func close(start: Timestamp, end: Timestamp, register: EnergyRegister) -> RegisterWindow {
    let tally = tallies.isEmpty ? RegisterTally() : tallies.removeFirst()
    var next: RegisterTally.Knot?
    for later in tallies {
      if let knot = later.firstKnot {
        next = knot
        break
      }
    }
    let closed = RegisterWindow(
      tally, opening: boundary, machine: tally.end ?? machine, next: next, start: start, end: end, register: register)
    boundary = closed.closing
    return closed
  }

  func encode(into writer: inout ByteWriter, base: Timestamp) {
    machine.encode(into: &writer, base: base)
    boundary.encode(into: &writer, base: base)
    writer.varint(tallies.count)
    for tally in tallies { tally.encode(into: &writer, base: base) }
    writer.boolean(isDirty)
    writer.timestamp(newest)
    writer.boolean(refoldFrom != nil)
    if let refoldFrom {
      writer.timestamp(refoldFrom)
      writer.timestamp(refoldThrough)
    }
  }

  init(from reader: inout ByteReader, base: Timestamp) throws(ByteReaderError) {
    machine = try CounterMachine(from: &reader, base: base)
    boundary = try RegisterBoundary(from: &reader, base: base)
    for _ in 0..<(try reader.count()) { tallies.append(try RegisterTally(from: &reader, base: base)) }
    isDirty = try reader.boolean()
    newest = try reader.timestamp()
    if try reader.boolean() {
      refoldFrom = try reader.timestamp()
      refoldThrough = try reader.timestamp()
    }
  }
}
