import Glibc

/// Student's t distribution, as far as baselines need it.
enum StudentT {
  /// Probability of a value at least so far from zero, in either direction.
  static func twoSided(_ t: Double, freedom: Int) -> Double {
    let degrees = Double(freedom)
    return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The t that a share `confidence` of the distribution lies within, by bisection.
  static func quantile(confidence: Double, freedom: Int) -> Double {
    let outside = 1 - min(max(confidence, 0), 1 - 1e-12)
    var low = 0.0
    var high = 1.0
    while twoSided(high, freedom: freedom) > outside, high < 1e9 { high *= 2 }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if twoSided(middle, freedom: freedom) > outside { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz's method).
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast on one side only.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let scale: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let front: Double = exp(scale + a * log(x) + b * log(1 - x)) / a
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for step in 1..<300 {
      let m = Double(step)
      let twice: Double = a + 2 * m
      let even: Double = m * (b - m) * x / ((twice - 1) * twice)
      let odd: Double = -(a + m) * (a + b + m) * x / (twice * (twice + 1))
      for numerator in [even, odd] {
        d = 1 + numerator * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + numerator / c
        if abs(c) < tiny { c = tiny }
        fraction *= d * c
      }
      if abs(d * c - 1) < 1e-15 { break }
    }
    return front * fraction
  }
}
