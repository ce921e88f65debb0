import Telemetry

/// An energy baseline (ISO 50006): expected energy as a linear function of what drives it, by least squares.
///
/// E = E0 + Σ slope · driver, for example of production and degree days. A statistic: in doubles, never money.
public struct EnergyBaseline: Hashable, Sendable {
  /// One period: what was used, and the drivers' values in the model's order.
  public struct Observation: Hashable, Sendable {
    public var energy: Double
    public var drivers: [Double]
    public init(energy: Double, drivers: [Double]) {
      self.energy = energy
      self.drivers = drivers
    }
  }

  /// Why no model can be made of the observations.
  public enum Problem: Error, Hashable, CustomStringConvertible {
    /// As many observations as coefficients, or fewer.
    case tooFew(needed: Int, given: Int)
    /// A driver that does not vary, or that others determine.
    case dependent(driver: String)
    case notFinite
    public var description: String {
      switch self {
      case .tooFew(let needed, let given): "a baseline needs at least \(needed) periods, and there are \(given)"
      case .dependent(let driver): "\(driver) does not vary on its own, so its effect cannot be told"
      case .notFinite: "a value is no number"
      }
    }
  }

  /// Names, in order.
  public let drivers: [String]
  /// Energy of a period without any driver.
  public let intercept: Double
  /// Energy per unit of each driver.
  public let slopes: [Double]
  /// Share of the variance that the model explains.
  public let r2: Double
  /// Of a period's energy, with n − p degrees of freedom.
  public let standardError: Double
  /// Standard error / mean energy, percent: CV(RMSE).
  public let cv: Double
  /// Mean bias / mean energy, percent; of the observations themselves it is zero but for rounding.
  public let nmbe: Double
  /// Two-sided probability that a driver has no effect, by driver.
  public let pValues: [Double]
  public let degreesOfFreedom: Int
  public let observations: Int
  /// (XᵀX)⁻¹ by rows, intercept first.
  private let inverse: [[Double]]

  public init(drivers: [String], observations rows: [Observation]) throws(Problem) {
    let width = drivers.count + 1
    guard rows.count > width else { throw .tooFew(needed: width + 1, given: rows.count) }
    guard
      rows.allSatisfy({ $0.drivers.count == drivers.count && $0.energy.isFinite && $0.drivers.allSatisfy(\.isFinite) })
    else { throw .notFinite }
    let fit: LeastSquares
    do throws(LeastSquares.Singular) {
      fit = try LeastSquares(rows.map(\.drivers), rows.map(\.energy))
    } catch {
      throw .dependent(driver: drivers[error.column])
    }
    self.drivers = drivers
    intercept = fit.coefficients[0]
    slopes = Array(fit.coefficients.dropFirst())
    inverse = fit.inverse
    self.observations = rows.count
    degreesOfFreedom = rows.count - width
    let count = Double(rows.count)
    let mean = rows.reduce(0) { $0 + $1.energy } / count
    var residual = 0.0
    var bias = 0.0
    var total = 0.0
    for row in rows {
      let difference = row.energy - Self.value(fit.coefficients, row.drivers)
      residual += difference * difference
      bias += difference
      total += (row.energy - mean) * (row.energy - mean)
    }
    let variance = residual / Double(degreesOfFreedom)
    r2 = total > 0 ? 1 - residual / total : 0
    standardError = variance.squareRoot()
    cv = mean == 0 ? .infinity : 100 * variance.squareRoot() / abs(mean)
    nmbe = mean == 0 ? .infinity : 100 * bias / (Double(degreesOfFreedom) * mean)
    let freedom = degreesOfFreedom
    pValues = (1..<width).map { place in
      let error = (variance * fit.inverse[place][place]).squareRoot()
      if error == 0 { return fit.coefficients[place] == 0 ? 1 : 0 }
      return StudentT.twoSided(abs(fit.coefficients[place] / error), freedom: freedom)
    }
  }

  /// R² less what more drivers explain by chance: 1 − (1 − R²)(n − 1)/(n − p). By it models of other drivers compare.
  public var adjustedR2: Double { 1 - (1 - r2) * Double(observations - 1) / Double(degreesOfFreedom) }

  public func expected(_ values: [Double]) -> Double { intercept + zip(slopes, values).reduce(0) { $0 + $1.0 * $1.1 } }

  private static func value(_ coefficients: [Double], _ values: [Double]) -> Double {
    zip(coefficients.dropFirst(), values).reduce(coefficients[0]) { $0 + $1.0 * $1.1 }
  }

  /// Standard error of one new period's energy at these drivers.
  public func predictionError(_ values: [Double]) -> Double { error(ofSum: [values]) }

  /// Standard error of the sum of the energies of new periods: each period's own scatter, and that of the model, which
  /// they share.
  func error(ofSum rows: [[Double]]) -> Double {
    var sum = [Double](repeating: 0, count: slopes.count + 1)
    for row in rows {
      sum[0] += 1
      for (place, value) in row.enumerated() { sum[place + 1] += value }
    }
    var model = 0.0
    for (i, row) in inverse.enumerated() { for (j, cell) in row.enumerated() { model += sum[i] * cell * sum[j] } }
    return standardError * (Double(rows.count) + max(0, model)).squareRoot()
  }

  // MARK: Acceptance

  /// When a model may be relied on; from the configuration. Nil = not asked for.
  public struct Criteria: Hashable, Sendable {
    public var minimumR2: Double?
    public var maximumP: Double?
    /// Percent.
    public var maximumCV: Double?
    /// Percent, either sign.
    public var maximumNMBE: Double?
    public init(
      minimumR2: Double? = nil, maximumP: Double? = nil, maximumCV: Double? = nil, maximumNMBE: Double? = nil
    ) {
      self.minimumR2 = minimumR2
      self.maximumP = maximumP
      self.maximumCV = maximumCV
      self.maximumNMBE = maximumNMBE
    }
  }

  /// What speaks against the model, in words; empty = accepted.
  public func objections(_ criteria: Criteria) -> [String] {
    func text(_ value: Double) -> String { FigureText.text(value, places: 4) }
    var found: [String] = []
    if let least = criteria.minimumR2, r2 < least {
      found.append("it explains \(text(r2)) of the variance, less than \(text(least))")
    }
    if let most = criteria.maximumP {
      for (driver, p) in zip(drivers, pValues) where p >= most {
        found.append("\(driver) may have no effect (p \(text(p)), not below \(text(most)))")
      }
    }
    if let most = criteria.maximumCV, cv > most {
      found.append("it scatters by \(text(cv)) %, more than \(text(most)) %")
    }
    if let most = criteria.maximumNMBE, abs(nmbe) > most {
      found.append("it is off by \(text(nmbe)) % on average, more than \(text(most)) %")
    }
    return found
  }
}
