import Telemetry

/// Gathers minutes into the frames that are learnt from and judged: long enough that noise averages out, and that every
/// signal has a value in most of them.
///
/// Machines that work in cycles of a few minutes (presses, machine tools, pumps that fill a tank) are seldom in one state
/// for a whole frame: such a frame counts as running with what was seen in its minutes of work. Where the cycles are
/// shorter than a minute, no minute is work alone, and the whole frame stands for the machine.
struct FrameGatherer: Hashable, Sendable {
  /// What a machine is judged by, at the shortest; for signals that come less often as long as they take.
  static let shortest = Span64.minutes(10)
  static let longest = Span64.hours(1)
  /// A frame counts as a state if it held for this share of what is known of it.
  private static let share = 0.9
  /// Minutes of work that a frame of several states needs.
  private static let least = 2
  /// Minutes of work and pause after which the length of its cycles is known, and the share of whole minutes of work below
  /// which they are shorter than a minute.
  private static let known = 60
  private static let seldom = 0.1
  /// A machine that worked in so many frames, one after the other, is warm though it stops in between.
  private static let warm = 3

  /// Frames begin at multiples of it.
  let length: Span64
  private var start: Timestamp?
  private var all: Sums
  /// Of the minutes in which the machine worked, and nothing else.
  private var work: Sums
  /// Minutes by state.
  private var states: [Int]
  /// Minutes of work without pauses in them, and minutes of both; the newer ones count more.
  private var whole = 0
  private var mixed = 0
  private var last = MachineState.unknown
  /// Frames in which it worked, one after the other, up to `warm`.
  private var working = 0

  private struct Sums: Hashable, Sendable {
    var minutes = 0
    var values: [Double]
    var weights: [Double]
    var spreads: [Double]
    var spreadWeights: [Double]

    init(count: Int) {
      values = Array(repeating: 0, count: count)
      weights = values
      spreads = values
      spreadWeights = values
    }

    mutating func add(_ minute: ConditionFrame, counts: [Int]) {
      minutes += 1
      for place in values.indices where place < minute.values.count {
        guard let value = minute.values[place] else { continue }
        let weight = Double(max(1, counts[place]))
        values[place] += weight * value
        weights[place] += weight
        guard let spread = minute.spreads[place] else { continue }
        spreads[place] += weight * spread * spread
        spreadWeights[place] += weight
      }
    }

    /// Nothing is kept of an empty one: checkpoints are written often.
    func encode(into writer: inout ByteWriter) {
      writer.varint(minutes)
      guard minutes > 0 else { return }
      for list in [values, weights, spreads, spreadWeights] {
        for value in list { writer.double(value) }
      }
    }

    mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
      minutes = try reader.integer()
      guard minutes > 0 else { return }
      for place in values.indices { values[place] = try reader.double() }
      for place in weights.indices { weights[place] = try reader.double() }
      for place in spreads.indices { spreads[place] = try reader.double() }
      for place in spreadWeights.indices { spreadWeights[place] = try reader.double() }
    }

    func frame(_ begin: Timestamp, _ end: Timestamp, _ run: MachineState) -> ConditionFrame {
      ConditionFrame(
        start: begin, end: end, run: run,
        values: values.indices.map { weights[$0] > 0 ? values[$0] / weights[$0] : nil },
        spreads: values.indices.map { spreadWeights[$0] > 0 ? (spreads[$0] / spreadWeights[$0]).squareRoot() : nil })
    }
  }

  /// - Parameter interval: longest expected interval of the signals.
  init(signals: Int, interval: Span64) {
    let times = max(1, (interval.nanoseconds + Self.shortest.nanoseconds - 1) / Self.shortest.nanoseconds)
    length = min(Self.longest, Span64(nanoseconds: times * Self.shortest.nanoseconds))
    all = Sums(count: signals)
    work = all
    states = Array(repeating: 0, count: MachineState.allCases.count)
  }

  /// Adds a minute; minutes come in the order of their times.
  /// - Parameter counts: samples behind each value.
  /// - Returns: frames that are complete with it, at most two.
  mutating func add(_ minute: ConditionFrame, counts: [Int]) -> [ConditionFrame] {
    var done: [ConditionFrame] = []
    let begin = minute.start.windowStart(length)
    if let start, start != begin, let frame = take() { done.append(frame) }
    start = begin
    all.add(minute, counts: counts)
    // A minute of work and pause says little of either, unless there is nothing else.
    var state = minute.run
    if !minute.isWhole, state == .running || isFast { state = isFast ? .running : .idle }
    if state.isJudged { work.add(minute, counts: counts) }
    states[Int(state.rawValue)] += 1
    count(minute)
    if minute.end >= begin + length, let frame = take() { done.append(frame) }
    return done
  }

  private mutating func count(_ minute: ConditionFrame) {
    if !minute.isWhole { mixed += 1 } else if minute.run == .running { whole += 1 }
    guard whole + mixed >= 2 * Self.known else { return }
    whole /= 2
    mixed /= 2
  }

  /// Whether its cycles are shorter than a minute.
  private var isFast: Bool {
    whole + mixed >= Self.known && Double(whole) < Self.seldom * Double(whole + mixed)
  }

  /// What was gathered, though it may not be complete.
  mutating func take() -> ConditionFrame? {
    guard let begin = start else { return nil }
    let hasWorked = work.minutes >= Self.least
    let state = state
    let frame = (state == .running && hasWorked ? work : all).frame(begin, begin + length, state)
    last = state
    working = hasWorked ? min(working + 1, Self.warm) : 0
    start = nil
    all = Sums(count: all.values.count)
    work = all
    for place in states.indices { states[place] = 0 }
    return frame
  }

  private var state: MachineState {
    let known = states.reduce(0, +) - states[Int(MachineState.unknown.rawValue)]
    guard known > 0 else { return .unknown }
    for state in MachineState.allCases where state != .unknown {
      if Double(states[Int(state.rawValue)]) >= Self.share * Double(known) { return state }
    }
    // A machine that comes out of a stop is not yet what it will be; one that works and pauses is.
    let isCold = MachineState.allCases.contains {
      ($0.isStopped || $0 == .starting) && states[Int($0.rawValue)] > 0
    }
    return work.minutes >= Self.least && (!isCold || last == .running || working >= Self.warm) ? .running : .starting
  }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    writer.varint(whole)
    writer.varint(mixed)
    writer.byte(last.rawValue)
    writer.varint(working)
    writer.timestamp(start ?? .distantPast)
    guard start != nil else { return }
    all.encode(into: &writer)
    // Most machines do nothing else for hours: written once.
    writer.boolean(work.minutes == all.minutes)
    if work.minutes != all.minutes { work.encode(into: &writer) }
    for count in states { writer.varint(count) }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    whole = try reader.integer()
    mixed = try reader.integer()
    last = MachineState(rawValue: try reader.byte()) ?? .unknown
    working = try reader.integer()
    let begin = try reader.timestamp()
    guard begin != .distantPast else { return }
    start = begin
    try all.restore(from: &reader)
    if try reader.boolean() { work = all } else { try work.restore(from: &reader) }
    for place in states.indices { states[place] = try reader.integer() }
  }
}
