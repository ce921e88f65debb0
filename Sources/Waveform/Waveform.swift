/// A record of one sensor at a constant rate, with its figures in the time domain.
///
/// Pure: the same points give the same figures. Formulas: crest factor = peak/RMS about zero, kurtosis = m₄/m₂² about
/// the mean and not reduced by 3 (a sine has 1.5, Gaussian noise 3).
public struct Waveform: Hashable, Sendable {
  /// In the sensor's unit.
  public private(set) var points: [Double]
  /// Hz.
  public let sampleRate: Double

  /// - Throws: if there are too few points to say anything, or the rate is none.
  public init(points: [Double], sampleRate: Double) throws(WaveformError) {
    guard sampleRate.isFinite, sampleRate > 0 else { throw .sampleRate(sampleRate) }
    guard points.count >= Self.fewestPoints else { throw .tooFewPoints(points.count) }
    self.points = points
    self.sampleRate = sampleRate
  }

  public static let fewestPoints = 16

  /// Seconds.
  public var duration: Double { Double(points.count) / sampleRate }

  public var mean: Double { points.reduce(0, +) / Double(points.count) }

  /// The same record about its mean: without the sensor's offset and gravity.
  public func withoutMean() -> Waveform {
    var copy = self
    let mean = mean
    for index in copy.points.indices { copy.points[index] -= mean }
    return copy
  }

  /// Root mean square about zero.
  public var rms: Double { (points.reduce(0) { $0 + $1 * $1 } / Double(points.count)).squareRoot() }

  /// Largest magnitude.
  public var peak: Double { points.reduce(0) { max($0, $1.magnitude) } }

  /// Nil for a record of zeros.
  public var crest: Double? {
    let rms = rms
    return rms > 0 ? peak / rms : nil
  }

  /// Nil for a constant record.
  public var kurtosis: Double? {
    let mean = mean
    var second = 0.0
    var fourth = 0.0
    for point in points {
      let square = (point - mean) * (point - mean)
      second += square
      fourth += square * square
    }
    let count = Double(points.count)
    // A constant with the rounding of its mean is still a constant.
    guard (second / count).squareRoot() > peak * 1e-12 else { return nil }
    return (fourth / count) / ((second / count) * (second / count))
  }
}
