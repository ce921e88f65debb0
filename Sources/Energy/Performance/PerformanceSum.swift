import Glibc

/// Savings over many days and meters, from their records: expected − actual, with an uncertainty.
///
/// Each day scatters on its own. The error of a model is shared by all days of its meter: it is added up, as if it were
/// the same in each (which makes the uncertainty rather larger than smaller). Meters are independent of one another.
public struct PerformanceSum: Hashable, Sendable {
  public private(set) var actual = 0.0
  public private(set) var expected = 0.0
  public private(set) var days = 0
  private var scatter = 0.0
  /// By meter: sum of the model's errors.
  private var models: [String: Double] = [:]
  /// The fewest degrees of freedom of its models.
  private var freedom = Int.max

  public init() {}

  /// A day of a meter.
  ///
  /// - Parameters:
  ///   - standardError: of a day's energy by the model.
  ///   - predictionError: of this day's expected energy; not below the standard error.
  public mutating func add(
    meter: String, actual: Double, expected: Double, standardError: Double, predictionError: Double, freedom: Int
  ) {
    self.actual += actual
    self.expected += expected
    days += 1
    scatter += standardError * standardError
    models[meter, default: 0] += max(0, predictionError * predictionError - standardError * standardError).squareRoot()
    self.freedom = min(self.freedom, max(1, freedom))
  }

  /// Positive is saved.
  public var saving: Double { expected - actual }
  /// E / Ê; nil where nothing was expected.
  public var ratio: Double? { expected == 0 ? nil : actual / expected }

  /// Half the width of the saving's interval.
  ///
  /// - Parameter confidence: 0 … 1, for example 0.9.
  public func uncertainty(confidence: Double) -> Double {
    guard days > 0 else { return 0 }
    let squares = models.sorted { $0.key < $1.key }.reduce(scatter) { $0 + $1.value * $1.value }
    return StudentT.quantile(confidence: confidence, freedom: freedom) * squares.squareRoot()
  }
}
