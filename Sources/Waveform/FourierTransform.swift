import CKissFFT

/// The fast Fourier transform of real records, in single precision (about seven digits), with the tables of the last
/// length kept: a sensor sends records of one length.
///
/// Only lengths that are even and have no prime factor above five are transformed, so that a hostile length costs no
/// more than a usual one.
public final class FourierTransform {
  private var length = 0
  private var forward: OpaquePointer?
  private var inverse: OpaquePointer?

  public init() {}

  deinit { release() }

  private func release() {
    free(UnsafeMutableRawPointer(forward))
    free(UnsafeMutableRawPointer(inverse))
    (forward, inverse) = (nil, nil)
  }

  private func prepare(_ count: Int) {
    guard count != length else { return }
    release()
    length = count
    forward = kiss_fftr_alloc(Int32(count), 0, nil, nil)
    inverse = kiss_fft_alloc(Int32(count), 1, nil, nil)
    precondition(forward != nil && inverse != nil, "no memory for a Fourier transform of \(count) points")
  }

  /// The longest length up to `count` that is even and a product of 2, 3 and 5. `count` is at least 2.
  public static func length(within count: Int) -> Int {
    var best = 2
    var fives = 2
    while fives <= count {
      var threes = fives
      while threes <= count {
        var twos = threes
        while twos * 2 <= count { twos *= 2 }
        best = max(best, twos)
        threes *= 3
      }
      fives *= 5
    }
    return best
  }

  /// The first half of the transform of `points`: frequencies 0 … n/2.
  func spectrum(_ points: [Float]) -> [kiss_fft_cpx] {
    prepare(points.count)
    var result = [kiss_fft_cpx](repeating: kiss_fft_cpx(r: 0, i: 0), count: points.count / 2 + 1)
    kiss_fftr(forward, points, &result)
    return result
  }

  /// The inverse transform without the division by the length.
  func signal(_ spectrum: [kiss_fft_cpx]) -> [kiss_fft_cpx] {
    prepare(spectrum.count)
    var result = spectrum
    kiss_fft(inverse, spectrum, &result)
    return result
  }
}
