import Telemetry

/// What signals show at an operating point: recursive least squares (Plackett 1950), one gain for all signals that share
/// their regressors, with bounded steps, so that a single wild value moves little.
///
/// Values that follow one another are no independent evidence: each counts only as its share of an independent one.
struct LoadRegression: Hashable, Sendable {
  /// Of the coefficients before the first value, in units of the noise: almost nothing is assumed.
  private static let prior = (constant: 100.0, slope: 10_000.0)

  let width: Int
  let signals: Int
  /// Symmetric, row-major; in units of the noise.
  private var covariance: [Double]
  /// By signal, `width` each.
  private var coefficients: [Double]
  private var isStarted: [Bool]
  /// Of the residuals: running mean of their size, bounds the steps.
  private var size: [Double]

  init(width: Int, signals: Int) {
    self.width = width
    self.signals = signals
    covariance = (0..<width * width).map {
      $0 / width != $0 % width ? 0 : $0 == 0 ? Self.prior.constant : Self.prior.slope
    }
    coefficients = Array(repeating: 0, count: width * signals)
    isStarted = Array(repeating: false, count: signals)
    size = Array(repeating: 0, count: signals)
  }

  /// Variance of the prediction in units of the noise: large where nothing like it was seen.
  func leverage(_ row: [Double]) -> Double {
    var sum = 0.0
    for i in 0..<width {
      var inner = 0.0
      for j in 0..<width { inner += covariance[i * width + j] * row[j] }
      sum += row[i] * inner
    }
    return max(0, sum)
  }

  /// Of a regressor, by its place in the row.
  func coefficient(_ signal: Int, _ place: Int) -> Double { coefficients[signal * width + place] }

  func prediction(_ signal: Int, _ row: [Double]) -> Double? {
    guard isStarted[signal] else { return nil }
    var sum = 0.0
    for i in 0..<width { sum += coefficients[signal * width + i] * row[i] }
    return sum
  }

  /// - Parameters:
  ///   - weight: of the row, as a share of an independent one.
  ///   - values: by signal; nil = not to be learnt from.
  ///   - isBounded: a wild value moves little. Where nothing is known yet, no value is wild.
  mutating func learn(_ row: [Double], _ values: [Double?], weight: Double, isBounded: Bool) {
    var gain = Array(repeating: 0.0, count: width)
    for i in 0..<width {
      for j in 0..<width { gain[i] += covariance[i * width + j] * row[j] }
    }
    var denominator = 1 / weight
    for i in 0..<width { denominator += row[i] * gain[i] }
    for signal in values.indices {
      guard let value = values[signal] else { continue }
      guard let expected = prediction(signal, row) else {
        coefficients[signal * width] = value
        isStarted[signal] = true
        continue
      }
      let residual = value - expected
      let bound = isBounded && size[signal] > 0 ? 4 * size[signal] : .infinity
      let step = max(-bound, min(bound, residual)) / denominator
      for i in 0..<width { coefficients[signal * width + i] += gain[i] * step }
      // Grows by at most a tenth at once.
      let limited = size[signal] > 0 ? min(abs(residual), 4 * size[signal]) : abs(residual)
      size[signal] += (limited - size[signal]) * min(0.1, max(weight, 0.01))
    }
    for i in 0..<width {
      for j in 0..<width { covariance[i * width + j] -= gain[i] * gain[j] / denominator }
    }
  }

  func encode(into writer: inout ByteWriter) {
    for value in covariance { writer.double(value) }
    for value in coefficients { writer.double(value) }
    for value in isStarted { writer.boolean(value) }
    for value in size { writer.double(value) }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    for index in covariance.indices { covariance[index] = try reader.double() }
    for index in coefficients.indices { coefficients[index] = try reader.double() }
    for index in isStarted.indices { isStarted[index] = try reader.boolean() }
    for index in size.indices { size[index] = try reader.double() }
  }
}
