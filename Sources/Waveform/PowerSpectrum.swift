import CKissFFT
import Glibc

/// How the mean square of a record is spread over frequencies.
///
/// One-sided, with a Hann window: P(k) = 2·|X(k)|² / (n·Σw²), so that the sum over all k is the mean square of the
/// record about its mean. The window keeps a strong line from leaking into the low frequencies, where an integration
/// would magnify it; a line at the k-th frequency of the record is told with an error of about 1/(2k²) after an
/// integration.
public struct PowerSpectrum: Hashable, Sendable {
  /// Of frequency `k × resolution`.
  let power: [Double]
  /// Hz.
  public let resolution: Double

  /// Of the first points of the record, as many as are fast to transform.
  public init(_ record: Waveform, using transform: FourierTransform) {
    let count = FourierTransform.length(within: record.points.count)
    let centred = Centred(record, count)
    resolution = record.sampleRate / Double(count)
    var points = centred.points
    var windowSquares = 0.0
    for index in 0..<count {
      let weight = 0.5 - 0.5 * cos(2 * Double.pi * Double(index) / Double(count))
      windowSquares += weight * weight
      points[index] *= Float(weight)
    }
    let factor = 2 * centred.scale * centred.scale / (Double(count) * windowSquares)
    let spectrum = transform.spectrum(points)
    power = spectrum.indices.map { index in
      let (real, imaginary) = (Double(spectrum[index].r), Double(spectrum[index].i))
      let isSingle = index == 0 || index == count / 2
      return factor * (real * real + imaginary * imaginary) * (isSingle ? 0.5 : 1)
    }
  }

  /// Root mean square of what lies in the band, Hz, both ends included.
  public func rms(_ band: ClosedRange<Double>) throws(WaveformError) -> Double {
    var sum = 0.0
    for index in try indices(band) { sum += power[index] }
    return sum.squareRoot()
  }

  /// Root mean square of the velocity in the band, from a spectrum of acceleration: v(f) = a(f)/(2πf). In the unit of
  /// the acceleration times one second.
  public func integratedRMS(_ band: ClosedRange<Double>) throws(WaveformError) -> Double {
    var sum = 0.0
    for index in try indices(band) {
      let angular = 2 * Double.pi * Double(index) * resolution
      sum += power[index] / (angular * angular)
    }
    return sum.squareRoot()
  }

  /// Amplitude of the strongest line within `tolerance` (a share) beside `frequency`, Hz: from the power of the peak and
  /// its two neighbours, which a Hann window spreads a line over.
  public func amplitude(near frequency: Double, tolerance: Double) throws(WaveformError) -> Double {
    let highest = frequency * (1 + tolerance)
    guard highest <= nyquist else { throw .aboveNyquist(highest: highest, nyquist: nyquist) }
    // Below the third frequency the window cannot tell a line from the mean.
    guard frequency >= 3 * resolution else {
      throw .tooShort(lowest: frequency, duration: 1 / resolution, needed: 3 / frequency)
    }
    let first = max(2, Int((frequency * (1 - tolerance) / resolution).rounded(.down)))
    let last = min(power.count - 1, max(first, Int((highest / resolution).rounded(.up))))
    var peak = first
    for index in first...last where power[index] > power[peak] { peak = index }
    var sum = 0.0
    for index in peak - 1...min(peak + 1, power.count - 1) { sum += power[index] }
    return (2 * sum).squareRoot()
  }

  private var nyquist: Double { resolution * Double(power.count - 1) }

  private func indices(_ band: ClosedRange<Double>) throws(WaveformError) -> Range<Int> {
    // A rate as a product of decimals may miss the last frequency by a rounding.
    guard band.upperBound <= nyquist * (1 + 1e-9) else {
      throw .aboveNyquist(highest: band.upperBound, nyquist: nyquist)
    }
    guard resolution <= band.lowerBound * (1 + 1e-9) else {
      throw .tooShort(lowest: band.lowerBound, duration: 1 / resolution, needed: 1 / band.lowerBound)
    }
    let first = max(1, Int((band.lowerBound / resolution * (1 - 1e-9)).rounded(.up)))
    let last = min(power.count - 1, Int((band.upperBound / resolution * (1 + 1e-9)).rounded(.down)))
    return first..<max(first, last + 1)
  }
}

/// The first points of a record about their mean and scaled to ±1, so that single precision is enough for any unit.
struct Centred {
  var points: [Float]
  /// The record's value of a 1.
  var scale: Double

  init(_ record: Waveform, _ count: Int) {
    let part = record.points[..<count]
    let mean = part.reduce(0, +) / Double(count)
    let largest = part.reduce(0) { max($0, ($1 - mean).magnitude) }
    scale = largest
    points = largest > 0 ? part.map { Float(($0 - mean) / largest) } : part.map { _ in 0 }
  }
}
