import Telemetry

/// Parts that have something in common (a supplier, a recipe, a model) and are rejected more often than the others of the
/// same time. An association, not a cause: the supplier may have delivered on the day on which the light failed.
public struct Association: Hashable, Sendable {
  /// `supplier acme`
  public var name: String
  public var inside: Proportion
  public var outside: Proportion
  /// Of the shares' difference, at 95 % for all candidates together (Bonferroni).
  public var difference: ClosedRange<Double>

  /// Those that chance does not explain, the strongest first.
  ///
  /// - Parameters:
  ///   - groups: candidates, counted in the same time.
  ///   - inspected: all parts of that time, …
  ///   - rejected: … and the rejected ones.
  ///   - others: candidates of another kind that are compared as well.
  public static func strongest(
    _ groups: [String: InspectionTally.Group], inspected: Int, rejected: Int, others: Int = 0, limit: Int = 3
  ) -> [Association] {
    let candidates = groups.filter { $0.value.inspected > 0 && $0.value.inspected < inspected }
    guard !candidates.isEmpty else { return [] }
    let confidence = 1 - 0.05 / Double(candidates.count + others)
    let found = candidates.compactMap { name, group -> Association? in
      let inside = Proportion(group.rejected, of: group.inspected)
      let outside = Proportion(rejected - group.rejected, of: inspected - group.inspected)
      guard let difference = outside.difference(to: inside, confidence: confidence), difference.lowerBound > 0 else {
        return nil
      }
      return Association(name: name, inside: inside, outside: outside, difference: difference)
    }
    return Array(
      found.sorted { ($1.difference.lowerBound, $0.name) < ($0.difference.lowerBound, $1.name) }.prefix(limit))
  }

  public var text: String {
    "\(name): \(FigureText.percent(inside.share ?? 0, places: 2)) of \(inside.total) rejected, "
      + "\(FigureText.percent(outside.share ?? 0, places: 2)) of the others in the same time"
  }
}

/// How many parts with a defect are to be expected among the parts to come, as far as the rate stays as it is.
public struct DefectForecast: Hashable, Sendable {
  public var parts: Int
  public var mean: Double
  /// In four of five cases it lies between them: the rate is known from a sample, and the parts to come are one as well.
  public var low: Double
  public var high: Double

  /// Nil of nothing.
  public init?(_ known: Proportion, parts: Int) {
    guard known.total > 0, parts > 0 else { return nil }
    // Jeffreys' prior, so that a rate of which nothing was counted yet is not taken for zero.
    let rate = (Double(known.count) + 0.5) / (Double(known.total) + 1)
    let n = Double(parts)
    let scatter = (n * rate * (1 - rate) * (1 + n / (Double(known.total) + 1))).squareRoot()
    let z = NormalDistribution.quantile(0.9)
    self.parts = parts
    mean = n * rate
    low = max(0, mean - z * scatter)
    high = min(n, mean + z * scatter)
  }
}

extension RateWatch {
  /// What the present rate is known by: what was counted since it changed, else what was learnt.
  public var present: Proportion {
    isChanged && recent.size > 0 ? Proportion(recent.count, of: recent.size) : Proportion(count, of: units)
  }
}
