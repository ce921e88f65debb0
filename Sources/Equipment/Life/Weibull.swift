import Foundation

/// Life by age alone: R(t) = e^(−(t/η)^β). Ages are in hours of running, or whatever η is in.
public struct Weibull: Hashable, Sendable {
  /// Shape: below 1 early failures, 1 chance, above 1 wear.
  public var beta: Double
  /// Scale: 63.2 % have failed by then.
  public var eta: Double

  public init?(beta: Double, eta: Double) {
    guard beta > 0, eta > 0, beta.isFinite, eta.isFinite else { return nil }
    self.beta = beta
    self.eta = eta
  }

  public func reliability(_ t: Double) -> Double { exp(-pow(max(0, t) / eta, beta)) }

  /// Of surviving until `t`, given survival until `age`.
  public func reliability(_ t: Double, given age: Double) -> Double {
    exp(pow(max(0, age) / eta, beta) - pow(max(0, t) / eta, beta))
  }

  /// Failures per hour of those that have reached this age.
  public func hazard(_ t: Double) -> Double { beta / eta * pow(max(0, t) / eta, beta - 1) }

  /// η·Γ(1 + 1/β).
  public var meanLife: Double { eta * tgamma(1 + 1 / beta) }

  /// Age at which this share has failed: B10 for 0.1.
  public func age(failed share: Double) -> Double { eta * pow(-log1p(-share), 1 / beta) }

  /// Of the remaining life of one that has reached `age`: the time within which it fails with this probability.
  public func remaining(_ age: Double, quantile: Double) -> Double {
    let used = pow(max(0, age) / eta, beta)
    return max(0, eta * pow(used - log1p(-quantile), 1 / beta) - max(0, age))
  }

  /// Mean of the remaining life: ∫ R(age + x | age) dx.
  public func meanRemaining(_ age: Double) -> Double {
    // As an integral over the quantiles it has finite bounds; the substitution p = 1 − q² takes the pole at 1 away.
    let steps = 2000
    var sum = 0.0
    for step in 0...steps {
      let q = Double(step) / Double(steps)
      let value = q == 0 ? 0 : 2 * q * remaining(age, quantile: 1 - q * q)
      sum += value * (step == 0 || step == steps ? 1 : step % 2 == 1 ? 4 : 2)
    }
    return sum / (3 * Double(steps))
  }

  /// The most likely shape and scale for recorded lives (maximum likelihood with right-censored ages).
  ///
  /// - Parameters:
  ///   - failures: ages at failure.
  ///   - running: ages of those that have not failed, or were replaced in time.
  /// - Returns: nil for fewer than three failures, or if they are all at one age.
  public static func fit(failures: [Double], running: [Double] = []) -> Weibull? {
    let failures = failures.filter { $0 > 0 }
    let all = failures + running.filter { $0 > 0 }
    guard failures.count >= 3, let longest = all.max(), let least = failures.min(), let most = failures.max(),
      least < most
    else { return nil }
    let logs = failures.reduce(0) { $0 + log($1 / longest) } / Double(failures.count)
    func excess(_ beta: Double) -> Double {
      var weights = 0.0
      var weighted = 0.0
      for age in all {
        let relative = age / longest
        let weight = pow(relative, beta)
        weights += weight
        weighted += weight * log(relative)
      }
      return weighted / weights - 1 / beta - logs
    }
    var low = 0.05
    var high = 50.0
    guard excess(low) < 0, excess(high) > 0 else { return nil }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if excess(middle) < 0 { low = middle } else { high = middle }
    }
    let beta = (low + high) / 2
    let sum = all.reduce(0) { $0 + pow($1 / longest, beta) }
    return Weibull(beta: beta, eta: longest * pow(sum / Double(failures.count), 1 / beta))
  }
}
