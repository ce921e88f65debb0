import Telemetry

/// Signals as explained by others: operating point and regression.
struct Explained: Hashable, Sendable {
  private(set) var point: OperatingPoint
  private(set) var regression: LoadRegression
  /// Regions of the operating point that were seen, as bits of a grid over the first signal that explains.
  private var seen: UInt64 = 0

  /// Beyond this variance of the prediction, in units of the noise, nothing is known of an operating point.
  private static let unknown = 0.5
  /// Beyond this one little is.
  private static let new = 0.1
  /// Values within so many minutes say the same.
  private static let correlation = 60.0

  /// - Parameter isAsked: of a signal, whether it is asked of the machine (`OperatingPoint`).
  init(signals: [Int], judged: Int, isAsked: (Int) -> Bool) {
    point = OperatingPoint(signals: signals, isAsked: signals.map(isAsked))
    regression = LoadRegression(width: point.width, signals: signals.isEmpty ? 0 : judged)
  }

  var signals: [Int] { point.signals }

  /// How many regions of operation are known: 1 for a machine without anything that tells them apart.
  var regimes: Int { point.isAbsent ? 1 : max(1, seen.nonzeroBitCount) }

  mutating func regressors(_ values: [Double?], warmUp: Double, share: Double, isUsual: Bool) -> [Double]? {
    point.regressors(values, warmUp: warmUp, share: share, isUsual: isUsual)
  }

  /// Whether a signal that explains has failed, and what it usually is stands in for it.
  var isSubstituting: Bool { !point.substituted.isEmpty }

  /// What is expected, how much wider than usual its spread is, and what must be added to the spread (standard deviation)
  /// because a signal that explains has failed; nil if nothing is known.
  ///
  /// - Parameter first: the signal's first typical level, which is expected where nothing explains it.
  func prediction(_ signal: Int, _ row: [Double]?, first: Double?) -> (Double?, doubt: Double, strays: Double) {
    guard !point.isAbsent else { return (first, 1, 0) }
    guard let row else { return (nil, 1, 0) }
    let leverage = regression.leverage(row)
    guard leverage < Self.unknown else { return (nil, 1, 0) }
    let strays = isSubstituting ? point.doubt { regression.coefficient(signal, $0) }.squareRoot() : 0
    return (regression.prediction(signal, row), (1 + 16 * leverage).squareRoot(), strays)
  }

  /// How what is expected of a signal changes with one that explains it and says so much too much, in their units.
  func slope(_ signal: Int, by explaining: Int, error: Double, _ row: [Double]) -> Double {
    point.slope(explaining, row, error: error) { regression.coefficient(signal, $0) }
  }

  /// Whether little is known of an operating point: the values of a few hours.
  func isNew(_ row: [Double]) -> Bool { regression.leverage(row) > Self.new }

  mutating func learn(_ row: [Double], _ values: [Double?], minutes: Double) {
    regression.learn(
      row, values, weight: min(1, minutes / Self.correlation), isBounded: regression.leverage(row) < Self.new)
    // Fifths of what counts as a change, from −6 to 6.
    let region = max(0, min(63, Int((row[1] * 5).rounded()) + 32))
    seen |= 1 << UInt64(region)
  }

  mutating func rebaseline() {
    regression = LoadRegression(width: point.width, signals: regression.signals)
  }

  func encode(into writer: inout ByteWriter) {
    point.encode(into: &writer)
    regression.encode(into: &writer)
    writer.fixed64(seen)
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    try point.restore(from: &reader)
    try regression.restore(from: &reader)
    seen = try reader.fixed64()
  }
}
