import Telemetry

/// Whether the windows' means of a value (a torque, the confidence of a model) are still at their level.
///
/// A two-sided CUSUM of the means, in standard errors. What is usual is known from a sample of windows only, and that
/// counts against an alarm: the standard deviation is taken at the upper end of its 95 % bound, and the reference value is
/// larger by the same bound of the mean. So 19 of 20 baselines have at least the run length that was asked for (compare
/// Saleh and others 2016 on charts with estimated parameters), and a large change is seen at once all the same. Windows in
/// which nothing is suspected go on being learnt from, until the uncertainty is small; then the level is frozen.
public struct LevelWatch: Hashable, Sendable {
  /// Of the CUSUM whose mean is known: a shift of one standard error is found fastest.
  static let reference = 0.5
  /// One-sided, of what was estimated.
  static let bound = 1.645
  /// Windows after which nothing more is learnt.
  static let mostWindows = 400
  static let keptPoints = 30

  /// Windows and what they scatter.
  struct Level: Hashable, Sendable {
    var windows = 0
    var values = 0
    var mean = 0.0
    /// Sum of |x_i − x_(i−1)| of neighbouring values within windows, and how many.
    var ranges = 0.0
    var rangeCount = 0
    /// The same of the windows' means, in units of a single value: |Δ| ÷ √(1/n + 1/m).
    var steps = 0.0
    var stepCount = 0

    mutating func merge(_ other: Level) {
      let all = values + other.values
      guard all > 0 else { return }
      mean += (other.mean - mean) * Double(other.values) / Double(all)
      values = all
      windows += other.windows
      ranges += other.ranges
      rangeCount += other.rangeCount
      steps += other.steps
      stepCount += other.stepCount
    }

    /// Of single values: of neighbours, or of windows where these scatter more than their values explain; with its degrees
    /// of freedom (a mean moving range has about 0.6 for each of its ranges).
    var scatter: (sigma: Double, freedom: Double)? {
      let within = rangeCount > 0 ? ranges / Double(rangeCount) / ControlConstants.two.d2 : 0
      let between = stepCount > 0 ? steps / Double(stepCount) / LevelWatch.meanOfAbsolute : 0
      let sigma = max(within, between)
      // What is left of equal values by rounding is no scatter.
      guard sigma > 1e-9 * max(abs(mean), 1e-3) else { return nil }
      return (sigma, 0.6 * Double(within >= between ? rangeCount : stepCount))
    }
  }

  /// E|z| = √(2/π).
  fileprivate static let meanOfAbsolute = 0.797_884_560_802_865_4

  private var learnt = Level()
  /// Since the sums left 0: it may be a change, and is learnt from only if it was none.
  private var waiting = Level()
  private var lastMean = 0.0
  private var lastValues = 0
  public private(set) var isLearnt = false
  public private(set) var high = 0.0
  public private(set) var low = 0.0
  public private(set) var since: Timestamp?
  public private(set) var isShifted = false
  /// z of the newest windows.
  public private(set) var points: [Double] = []
  /// Mean of the newest window.
  public private(set) var last: Double?

  public init() {}

  /// What is usual; nil while it is learnt.
  public var mean: Double? { isLearnt ? learnt.mean : nil }
  /// Of single values.
  public var sigma: Double { learnt.scatter?.sigma ?? 0 }
  public var windows: Int { learnt.windows }
  /// Further from the level upwards than downwards.
  public var isHigher: Bool { high > low }

  /// - Parameters:
  ///   - values: in the window, at least one; 1 where only the window's mean is known.
  ///   - ranges: sum of the moving ranges of the window's values, and how many.
  ///   - least: values before anything is judged.
  mutating func add(
    mean: Double, values: Int, ranges: Double = 0, rangeCount: Int = 0, start: Timestamp, least: Int,
    plan: InspectionPlan
  ) {
    guard values > 0, mean.isFinite else { return }
    var window = Level(windows: 1, values: values, mean: mean, ranges: ranges, rangeCount: rangeCount)
    if lastValues > 0 {
      window.steps = abs(mean - lastMean) / (1 / Double(values) + 1 / Double(lastValues)).squareRoot()
      window.stepCount = 1
    }
    last = mean
    lastMean = mean
    lastValues = values
    guard isLearnt, let scatter = learnt.scatter else {
      learnt.merge(window)
      isLearnt = learnt.windows >= plan.settings.windows && learnt.values >= least && learnt.scatter != nil
      return
    }
    let n = Double(values)
    let sigma = scatter.sigma * (1 + Self.bound / (2 * max(scatter.freedom, 1)).squareRoot())
    let z = (mean - learnt.mean) / (sigma / n.squareRoot())
    let reference = Self.reference + Self.bound * (n / Double(learnt.values)).squareRoot()
    points.append(z)
    if points.count > Self.keptPoints { points.removeFirst() }
    if high == 0, low == 0 { since = start }
    let most = 2 * plan.levelThreshold
    high = min(max(0, high + z - reference), most)
    low = min(max(0, low - z - reference), most)
    waiting.merge(window)
    if high == 0, low == 0 {
      if !isShifted, learnt.windows < Self.mostWindows { learnt.merge(waiting) }
      waiting = Level()
      since = nil
      isShifted = false
    } else if max(high, low) >= plan.levelThreshold {
      isShifted = true
    }
  }

  // MARK: Coding

  func encode(into writer: inout ByteWriter) {
    for level in [learnt, waiting] {
      for count in [level.windows, level.values, level.rangeCount, level.stepCount] { writer.varint(count) }
      for value in [level.mean, level.ranges, level.steps] { writer.double(value) }
    }
    for value in [lastMean, high, low, last ?? 0] { writer.double(value) }
    writer.varint(lastValues)
    for flag in [isLearnt, isShifted, last != nil, since != nil] { writer.boolean(flag) }
    if let since { writer.timestamp(since) }
    writer.varint(points.count)
    for point in points { writer.double(point) }
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    learnt = try Level(from: &reader)
    waiting = try Level(from: &reader)
    lastMean = try reader.double()
    high = try reader.double()
    low = try reader.double()
    let newest = try reader.double()
    lastValues = try reader.integer()
    isLearnt = try reader.boolean()
    isShifted = try reader.boolean()
    last = try reader.boolean() ? newest : nil
    if try reader.boolean() { since = try reader.timestamp() }
    for _ in 0..<(try reader.count()) { points.append(try reader.double()) }
  }
}

extension LevelWatch.Level {
  init(from reader: inout ByteReader) throws(ByteReaderError) {
    windows = try reader.integer()
    values = try reader.integer()
    rangeCount = try reader.integer()
    stepCount = try reader.integer()
    mean = try reader.double()
    ranges = try reader.double()
    steps = try reader.double()
  }
}
