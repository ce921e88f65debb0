import CKissFFT

extension Waveform {
  /// The envelope of what lies in the band (Hz): the magnitude of the analytic signal. Repeated impulses, as a damaged
  /// bearing gives, show in its spectrum at the rate of their repetition.
  public func envelope(
    _ band: ClosedRange<Double>, using transform: FourierTransform
  ) throws(WaveformError) -> Waveform {
    let count = FourierTransform.length(within: points.count)
    let resolution = sampleRate / Double(count)
    guard band.upperBound <= sampleRate / 2 * (1 + 1e-9) else {
      throw .aboveNyquist(highest: band.upperBound, nyquist: sampleRate / 2)
    }
    guard resolution <= band.lowerBound * (1 + 1e-9) else {
      throw .tooShort(lowest: band.lowerBound, duration: 1 / resolution, needed: 1 / band.lowerBound)
    }
    let centred = Centred(self, count)
    let half = transform.spectrum(centred.points)
    var analytic = [kiss_fft_cpx](repeating: kiss_fft_cpx(r: 0, i: 0), count: count)
    for index in 1..<half.count where band.contains(Double(index) * resolution) {
      // Positive frequencies count twice, negative ones not at all; the highest is its own mirror image.
      let factor: Float = index == count / 2 ? 1 : 2
      analytic[index] = kiss_fft_cpx(r: factor * half[index].r, i: factor * half[index].i)
    }
    let scale = centred.scale / Double(count)
    let magnitudes = transform.signal(analytic).map { value in
      (Double(value.r) * Double(value.r) + Double(value.i) * Double(value.i)).squareRoot() * scale
    }
    return try Waveform(points: magnitudes, sampleRate: sampleRate)
  }
}
