import Foundation

/// How far a standardised value usually strays on one side, and how far out it would be by chance only once in so many
/// values: peaks over a threshold with an exponential tail (Pickands 1975; Siffer et al. 2017, "SPOT"). Signals have
/// heavier tails than the normal distribution, so a fixed number of standard deviations would alarm now and then.
///
/// It begins with a heavier tail than it usually finds: little evidence asks for more.
struct Tail: Hashable, Sendable {
  /// Peaks are counted from here, in robust standard deviations.
  static let threshold: Float = 2
  /// What is assumed at the beginning, in independent values; a normal tail has 2.3 % beyond 2 and strays 0.37.
  private static let prior = (values: Float(40), peaks: Float(2), excess: Float(2 * 0.55))

  private var rate: Float = Self.prior.peaks / Self.prior.values
  private var stray: Float = Self.prior.excess / Self.prior.peaks

  init() {}

  /// - Parameters:
  ///   - sizes: of what is usual, standardised: on this side positive.
  ///   - weight: of each, as a share of an independent value.
  init(_ sizes: some Sequence<Float>, weight: Float) {
    var sum = Self.prior
    for size in sizes {
      sum.values += weight
      guard size > Self.threshold else { continue }
      sum.peaks += weight
      sum.excess += weight * (size - Self.threshold)
    }
    rate = sum.peaks / sum.values
    stray = sum.excess / sum.peaks
  }

  /// The size that is exceeded by chance with this probability.
  ///
  /// - Parameter most: times the level of a normal distribution at most: a fault that grows must not make room for itself.
  func level(_ probability: Double, most: Double) -> Double {
    let beyond = Double(stray) * max(0, log(Double(rate) / probability))
    let normal = Self.normalLevel(probability)
    return min(max(Double(Self.threshold) + beyond, normal), most * normal)
  }

  /// The same of a normal distribution (Abramowitz and Stegun 26.2.22, error below 0.003): no tail is lighter.
  static func normalLevel(_ probability: Double) -> Double {
    let t = (-2 * log(probability)).squareRoot()
    return t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t)
  }
}
