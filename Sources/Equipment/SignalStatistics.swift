import Telemetry

/// Why samples are not good, counted.
struct Uncertain: Hashable {
  private var device: Int32 = 0
  private var undated: Int32 = 0
  private var doubted: [QualityReason: Int] = [:]

  /// - Parameter doubt: the reason of an open finding of data quality; what the sample itself says goes first.
  @inline(__always)
  mutating func add(_ quality: Quality, doubt: QualityReason?) {
    switch quality {
    case .good:
      if let doubt { doubted[doubt, default: 0] += 1 }
    case .uncertainUndated: undated += 1
    default: device += 1
    }
  }

  /// In the canonical order of the words.
  var counts: [(word: String, count: Int)] {
    var found = doubted.map { (word: $0.key.word, count: $0.value) }
    if device > 0 { found.append(("device", Int(device))) }
    if undated > 0 { found.append(("undated", Int(undated))) }
    return found.sorted { $0.word < $1.word }
  }
}

/// Statistics of one signal in one window, folded in time order (so that they are a function of the set of samples).
struct SignalStatistics: Hashable {
  // An open minute of every signal is in memory: counts of a minute need no 64 bits.
  private var samples: Int32 = 0
  private var goodSamples: Int32 = 0
  private(set) var uncertain = Uncertain()
  private(set) var minimum = 0.0
  private(set) var maximum = 0.0
  private(set) var first = 0.0
  private(set) var last = 0.0
  private(set) var mean = 0.0
  /// Sum of squared deviations from the mean (Welford 1962).
  private var squares = 0.0

  var count: Int { Int(samples) }
  var good: Int { Int(goodSamples) }

  mutating func add(_ value: Double, quality: Quality, doubt: QualityReason? = nil) {
    if samples == 0 {
      minimum = value
      maximum = value
      first = value
    } else {
      minimum = min(minimum, value)
      maximum = max(maximum, value)
    }
    samples += 1
    last = value
    if quality == .good, doubt == nil { goodSamples += 1 } else { uncertain.add(quality, doubt: doubt) }
    let difference = value - mean
    mean += difference / Double(count)
    squares += difference * (value - mean)
  }

  /// Sample standard deviation (n − 1); nil for fewer than two samples.
  var standardDeviation: Double? { count < 2 ? nil : (squares / Double(count - 1)).squareRoot() }
}

/// The times at which a state signal was seen in a window, and how long each state held.
struct StateTimes: Hashable {
  private(set) var nanoseconds: [Int64]
  private(set) var count = 0
  private(set) var good = 0
  private(set) var uncertain = Uncertain()
  private(set) var first: Int?
  private(set) var last: Int?
  private var since: Timestamp?
  private let window: Range<Timestamp>
  private let hold: Span64

  /// - Parameters:
  ///   - before: the last sample before the window, if it still holds.
  ///   - hold: a state holds until the next sample, at most this long; what is beyond is unknown.
  init(states: Int, window: Range<Timestamp>, hold: Span64, before: (state: Int, time: Timestamp)?) {
    nanoseconds = Array(repeating: 0, count: states)
    self.window = window
    self.hold = hold
    if let before {
      last = before.state
      since = before.time
    }
  }

  mutating func add(_ state: Int, at time: Timestamp, quality: Quality, doubt: QualityReason?) {
    settle(until: time)
    count += 1
    if quality == .good, doubt == nil { good += 1 } else { uncertain.add(quality, doubt: doubt) }
    if first == nil { first = state }
    last = state
    since = time
  }

  /// Credits the running state up to `time`.
  mutating func settle(until time: Timestamp) {
    guard let state = last, let since, nanoseconds.indices.contains(state) else { return }
    let from = max(since, window.lowerBound)
    let to = min(time, since + hold, window.upperBound)
    if to > from { nanoseconds[state] += (to - from).nanoseconds }
  }
}
