import Telemetry

/// Gathers minutes into the frames that are learnt from and judged: long enough that noise averages out, and that every
/// signal has a value in most of them.
struct FrameGatherer: Hashable, Sendable {
  /// What a machine is judged by, at the shortest; for signals that come less often as long as they take.
  static let shortest = Span64.minutes(10)
  static let longest = Span64.hours(1)
  /// A frame counts as a state if it held for this share of what is known of it.
  private static let share = 0.9

  /// Frames begin at multiples of it.
  let length: Span64
  private var start: Timestamp?
  private var sums: [Double]
  private var weights: [Double]
  private var spreads: [Double]
  private var spreadWeights: [Double]
  /// Minutes by state.
  private var states: [Int]

  /// - Parameter interval: longest expected interval of the signals.
  init(signals: Int, interval: Span64) {
    let times = max(1, (interval.nanoseconds + Self.shortest.nanoseconds - 1) / Self.shortest.nanoseconds)
    length = min(Self.longest, Span64(nanoseconds: times * Self.shortest.nanoseconds))
    sums = Array(repeating: 0, count: signals)
    weights = sums
    spreads = sums
    spreadWeights = sums
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
    for place in sums.indices where place < minute.values.count {
      guard let value = minute.values[place] else { continue }
      let weight = Double(max(1, counts[place]))
      sums[place] += weight * value
      weights[place] += weight
      guard let spread = minute.spreads[place] else { continue }
      spreads[place] += weight * spread * spread
      spreadWeights[place] += weight
    }
    states[Int(minute.run.rawValue)] += 1
    if minute.end >= begin + length, let frame = take() { done.append(frame) }
    return done
  }

  /// What was gathered, though it may not be complete.
  mutating func take() -> ConditionFrame? {
    guard let begin = start else { return nil }
    let frame = ConditionFrame(
      start: begin, end: begin + length, run: state,
      values: sums.indices.map { weights[$0] > 0 ? sums[$0] / weights[$0] : nil },
      spreads: sums.indices.map { spreadWeights[$0] > 0 ? (spreads[$0] / spreadWeights[$0]).squareRoot() : nil })
    start = nil
    for place in sums.indices {
      sums[place] = 0
      weights[place] = 0
      spreads[place] = 0
      spreadWeights[place] = 0
    }
    for place in states.indices { states[place] = 0 }
    return frame
  }

  private var state: MachineState {
    let known = states.reduce(0, +) - states[Int(MachineState.unknown.rawValue)]
    guard known > 0 else { return .unknown }
    for state in MachineState.allCases where state != .unknown {
      if Double(states[Int(state.rawValue)]) >= Self.share * Double(known) { return state }
    }
    // On its way from one to the other.
    return .starting
  }

  // MARK: State

  func encode(into writer: inout ByteWriter) {
    writer.timestamp(start ?? .distantPast)
    guard start != nil else { return }
    for list in [sums, weights, spreads, spreadWeights] {
      for value in list { writer.double(value) }
    }
    for count in states { writer.varint(count) }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    let begin = try reader.timestamp()
    guard begin != .distantPast else { return }
    start = begin
    for place in sums.indices { sums[place] = try reader.double() }
    for place in sums.indices { weights[place] = try reader.double() }
    for place in sums.indices { spreads[place] = try reader.double() }
    for place in sums.indices { spreadWeights[place] = try reader.double() }
    for place in states.indices { states[place] = try reader.integer() }
  }
}
