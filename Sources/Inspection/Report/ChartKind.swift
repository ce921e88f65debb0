/// Charts that people can ask for, of the windows of a station or of a line.
public enum ChartKind: String, CaseIterable, Hashable, Sendable {
  /// Share of parts, with Laney's limits: what a station's chart is if nothing else is asked for.
  case laney, p, np, c, u
  /// Small shifts, of a rate or of a value.
  case ewma, cusum
  /// What lies between two rare defects: good parts, or hours.
  case g, t
  /// Measured values: the windows' means with their moving ranges, and with the standard deviations within windows.
  case imr, xbar

  public static let ofCounts: [ChartKind] = [.laney, .p, .np, .c, .u, .ewma, .cusum, .g, .t]
  public static let ofValues: [ChartKind] = [.xbar, .imr, .ewma, .cusum]

  /// For people.
  public var title: String {
    switch self {
    case .laney: "p′ chart (Laney)"
    case .p, .np, .c, .u, .g, .t: "\(rawValue) chart"
    case .ewma: "EWMA chart"
    case .cusum: "CUSUM chart"
    case .imr: "I-MR chart"
    case .xbar: "X̄-S chart"
    }
  }

  /// Defects are counted, not parts that have them.
  public var countsDefects: Bool { self == .c || self == .u }
}
