import Glibc

/// Exponentially weighted mean of z, for small shifts (Roberts 1959). The limits widen to their final width as the
/// weights of the beginning fade.
public struct EwmaChart: Hashable, Sendable {
  /// Weight of the newest point, in (0, 1].
  public let lambda: Double
  /// Half-width in standard deviations of the mean.
  public let width: Double
  public private(set) var value = 0.0
  public private(set) var points = 0

  public init(lambda: Double, width: Double) {
    self.lambda = lambda
    self.width = width
  }

  /// Of the newest point.
  public var limit: Double {
    let faded = 1 - pow(1 - lambda, 2 * Double(points))
    return width * (lambda / (2 - lambda) * faded).squareRoot()
  }

  /// - Returns: whether it signals.
  public mutating func add(_ z: Double) -> Bool {
    points += 1
    value = lambda * z + (1 - lambda) * value
    return abs(value) > limit
  }
}

/// Two sums of what lies beyond ±k (Page 1954), for small lasting shifts of z.
public struct CusumChart: Hashable, Sendable {
  /// Half the shift that is to be found fastest, in standard deviations.
  public let reference: Double
  public let threshold: Double
  public private(set) var high = 0.0
  public private(set) var low = 0.0

  public init(reference: Double = 0.5, threshold: Double) {
    self.reference = reference
    self.threshold = threshold
  }

  /// - Returns: whether it signals.
  public mutating func add(_ z: Double) -> Bool {
    high = max(0, high + z - reference)
    low = max(0, low - z - reference)
    return max(high, low) > threshold
  }
}

/// A sum of log likelihood ratios of a rate against a changed rate, for defects of any rarity: each window adds what
/// it says, however few units it has. The fastest chart for that change (Moustakides 1986).
public struct RateCusum: Hashable, Sendable {
  public enum Model: String, Hashable, Sendable {
    /// Units with the defect among the units.
    case defectives
    /// Defects, of which a unit may have several.
    case defects
  }

  public let model: Model
  /// The usual rate and the one that is to be found fastest.
  public let usual: Double
  public let changed: Double
  /// What a defect adds and what a unit takes away.
  public let gain: Double
  public let loss: Double
  public let threshold: Double
  public private(set) var sum: Double

  /// Nil if the rates cannot be told apart: one of them is 0 (or, of units, 1), or they are equal.
  public init?(_ model: Model, usual: Double, changed: Double, threshold: Double, sum: Double = 0) {
    guard usual > 0, changed > 0, usual != changed else { return nil }
    switch model {
    case .defectives:
      guard usual < 1, changed < 1 else { return nil }
      loss = log((1 - usual) / (1 - changed))
      gain = log(changed / usual) + loss
    case .defects:
      loss = changed - usual
      gain = log(changed / usual)
    }
    self.model = model
    self.usual = usual
    self.changed = changed
    self.threshold = threshold
    self.sum = sum
  }

  public func step(count: Int, size: Int) -> Double { Double(count) * gain - Double(size) * loss }

  /// - Returns: whether it signals.
  public mutating func add(count: Int, size: Int) -> Bool {
    sum = max(0, sum + step(count: count, size: size))
    return sum >= threshold
  }

  /// After a signal was told: the evidence is gathered again.
  public mutating func reset() { sum = 0 }
}
