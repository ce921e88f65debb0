import Telemetry

/// Tells sensors that fail from machines that do: a value that stands still, is missing while the others come, leaps for a
/// moment, or changes from one frame to the next while nothing else does.
///
/// Constant memory by signal; frames come in the order of their times.
public struct SensorWatch: Hashable, Sendable {
  public enum Trouble: UInt8, Hashable, Sendable, CaseIterable {
    case stuck = 0
    case missing = 1
    case spikes = 2
    case jump = 3

    public var word: String {
      switch self {
      case .stuck: "stuck"
      case .missing: "missing"
      case .spikes: "spikes"
      case .jump: "jump"
      }
    }

    /// Whether its values say nothing of the machine.
    public var isUseless: Bool { self != .jump }
  }

  /// What is asked before a sensor is doubted. Product choices.
  private enum Demand {
    /// What follows counts frames of this length; of shorter ones accordingly more.
    static let frame = Span64.minutes(10)
    /// Frames with the same value, beyond those that were usual.
    static let same = 5
    static let missing = 3
    /// Usual steps.
    static let leap = 12.0
    /// Frames that a jump is remembered.
    static let memory = 1500
    /// Leaps that come and go within `memory`/10 frames.
    static let spikes = 2.0
    /// Frames until a step is known.
    static let learning = 36
  }

  private struct Series: Hashable, Sendable {
    var last: Double?
    var hasCome = false
    /// Usual size of a step between frames.
    var step = 0.0
    var steps = 0
    var same = 0
    /// Longest run of equal values that was followed by another one.
    var usualSame = 0
    var absent = 0
    /// Frames since the last jump; nil = none.
    var jump: Int?
    var before = 0.0
    /// Leaps lately, fading.
    var spikes = 0.0
  }

  private var series: [Series]
  private var wasRunning = false
  /// Frames in `Demand.frame`.
  private var pace = 1

  public var signals: Int { series.count }

  public init(signals: Int) { series = Array(repeating: Series(), count: signals) }

  /// Adds a frame and tells what is wrong with each signal's sensor now; nil = nothing.
  public mutating func add(_ frame: ConditionFrame) -> [Trouble?] {
    guard frame.values.count == series.count else { return Array(repeating: nil, count: series.count) }
    pace = Int(max(1, Demand.frame.nanoseconds / max(1, (frame.end - frame.start).nanoseconds)))
    let isRunning = frame.run.isJudged
    let isSteady = isRunning && wasRunning
    wasRunning = isRunning
    let others = frame.values.reduce(0) { $0 + ($1 == nil ? 0 : 1) }
    // Whoever leaps together with others was moved by the process.
    var leaping: [Int] = []
    for index in series.indices {
      guard isSteady, let value = frame.values[index], let last = series[index].last,
        series[index].steps >= Demand.learning * pace, abs(value - last) > Demand.leap * series[index].step
      else { continue }
      leaping.append(index)
    }
    let alone = leaping.count == 1 ? leaping[0] : nil
    var troubles: [Trouble?] = []
    for index in series.indices {
      follow(
        index, frame.values[index], isSteady: isSteady, isRunning: isRunning, others: others, isAlone: alone == index,
        isLeaping: leaping.contains(index))
      troubles.append(trouble(series[index]))
    }
    return troubles
  }

  private func trouble(_ series: Series) -> Trouble? {
    if series.absent >= Demand.missing * pace { return .missing }
    // How long a value usually stands must be known first.
    if series.steps >= Demand.learning, series.same >= Demand.same * pace + 2 * series.usualSame { return .stuck }
    if series.spikes >= Demand.spikes { return .spikes }
    return series.jump == nil ? nil : .jump
  }

  private mutating func follow(
    _ index: Int, _ value: Double?, isSteady: Bool, isRunning: Bool, others: Int, isAlone: Bool, isLeaping: Bool
  ) {
    if let jump = series[index].jump { series[index].jump = jump >= Demand.memory * pace ? nil : jump + 1 }
    series[index].spikes *= 1 - 0.01 / Double(pace)
    guard let value else {
      // What never came is none of this machine's signals.
      if others > 0, series[index].hasCome { series[index].absent += 1 }
      return
    }
    series[index].hasCome = true
    series[index].absent = 0
    guard isRunning else {
      series[index].last = nil
      series[index].same = 0
      return
    }
    defer { series[index].last = value }
    guard isSteady, let last = series[index].last else { return }
    if value == last {
      series[index].same += 1
    } else {
      if series[index].steps < Demand.learning
        || series[index].same < Demand.same * pace + 2 * series[index].usualSame
      {
        series[index].usualSame = max(series[index].usualSame, series[index].same)
      }
      series[index].same = 0
    }
    let step = abs(value - last)
    if isAlone {
      if let jump = series[index].jump, jump <= 3 * pace, abs(value - series[index].before) < step / 2 {
        // It has come back at once.
        series[index].spikes += 1
        series[index].jump = nil
      } else if series[index].jump != nil, abs(value - series[index].before) < step / 2 {
        series[index].jump = nil
      } else {
        series[index].before = last
        series[index].jump = 0
      }
    }
    guard !isLeaping, value != last else { return }
    series[index].steps += 1
    let weight = max(1 / Double(series[index].steps), 0.01 / Double(pace))
    let bounded = series[index].steps > Demand.learning * pace ? min(step, 4 * series[index].step) : step
    series[index].step += weight * (bounded - series[index].step)
  }

  // MARK: State

  public func encode(into writer: inout ByteWriter) {
    writer.boolean(wasRunning)
    writer.varint(pace)
    writer.varint(series.count)
    for one in series {
      writer.boolean(one.hasCome)
      writer.boolean(one.last != nil)
      writer.double(one.last ?? 0)
      writer.double(one.step)
      writer.varint(one.steps)
      writer.varint(one.same)
      writer.varint(one.usualSame)
      writer.varint(one.absent)
      writer.zigzag(Int64(one.jump ?? -1))
      writer.double(one.before)
      writer.double(one.spikes)
    }
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    wasRunning = try reader.boolean()
    pace = max(1, try reader.integer())
    series = []
    for _ in 0..<(try reader.count()) {
      var one = Series()
      one.hasCome = try reader.boolean()
      let has = try reader.boolean()
      let last = try reader.double()
      one.last = has ? last : nil
      one.step = try reader.double()
      one.steps = try reader.integer()
      one.same = try reader.integer()
      one.usualSame = try reader.integer()
      one.absent = try reader.integer()
      let jump = try reader.zigzag()
      one.jump = jump < 0 ? nil : Int(jump)
      one.before = try reader.double()
      one.spikes = try reader.double()
      series.append(one)
    }
  }
}
