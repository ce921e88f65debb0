import Telemetry

/// How well a measured value keeps its limits in a period, from the moments that records hold of each window.
///
/// Only windows with the same limits are compared with them, those of the newest ones: values against other limits (of
/// another product) are another population, and windows in which limits differ belong to none.
public struct ValueSummary: Hashable, Sendable {
  /// Values, and those beyond the limits that came with them, of all windows.
  public private(set) var count = 0
  public private(set) var outside = 0
  /// Windows in which results named different limits, …
  public private(set) var mixed = 0
  /// … and others with other limits than the newest ones.
  public private(set) var other = 0
  public private(set) var lower: Double?
  public private(set) var upper: Double?
  /// Cp and Cpk by the scatter within windows (pooled, c4), Pp and Ppk by that of all values.
  public private(set) var capability: Capability?
  /// Why there is none.
  public private(set) var refusal: Capability.Refusal?

  /// - Parameter windows: by start.
  public init(_ windows: [ValueWindow]) {
    let measures = windows.map(\.measure).filter { $0.count > 0 }
    count = measures.reduce(0) { $0 + $1.count }
    outside = measures.reduce(0) { $0 + $1.outside }
    mixed = measures.count { $0.hasMixedLimits }
    let alike = measures.filter { !$0.hasMixedLimits }
    if let newest = alike.last(where: { $0.lower != nil || $0.upper != nil }) {
      (lower, upper) = (newest.lower, newest.upper)
    }
    let own = alike.filter { $0.lower == lower && $0.upper == upper }
    other = alike.count - own.count
    var total = InspectionTally.Measure()
    for measure in own { total.merge(measure) }
    let within = SpreadBaseline(
      own.map { SpreadBaseline.Group(count: $0.count, mean: $0.mean, deviation: $0.deviation) })
    do throws(Capability.Refusal) {
      capability = try Capability(
        mean: total.mean, within: within?.sigma ?? 0, overall: total.deviation ?? 0, count: total.count, lower: lower,
        upper: upper)
    } catch {
      refusal = error
    }
  }
}
