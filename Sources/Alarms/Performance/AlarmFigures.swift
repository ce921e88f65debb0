import Telemetry

/// Figures of an alarm system, each a formula of ISA-18.2 / IEC 62682 on its own.
public enum AlarmFigures {
  /// Alarms per operator position.
  public struct Rates: Hashable, Sendable {
    public var perDay: Double
    public var perHour: Double
    public var perTenMinutes: Double

    public init(alarms: Int, days: Double, operators: Int = 1) {
      perDay = Double(alarms) / max(1e-9, days) / Double(max(1, operators))
      perHour = perDay / 24
      perTenMinutes = perDay / 144
    }
  }

  /// Where a rate stands: `at most 150`, `above 150, below 300`, `300 or more`.
  public static func grade(_ rate: Double, acceptable: Double, manageable: Double) -> String {
    func text(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
    if rate <= acceptable { return "at most \(text(acceptable))" }
    return rate < manageable
      ? "above \(text(acceptable)), below \(text(manageable))" : "\(text(manageable)) or more"
  }

  /// When an alarm was found to chatter: `count` activations within the window, its end included.
  ///
  /// - Parameter times: of the activations, ascending.
  public static func chattering(_ times: [Timestamp], count: Int, window: Span64) -> Timestamp? {
    guard count > 0, times.count >= count else { return nil }
    for last in (count - 1)..<times.count where times[last] - times[last - count + 1] <= window { return times[last] }
    return nil
  }

  /// Active for longer than `limit`; exactly that long is not stale yet.
  public static func isStale(since: Timestamp, now: Timestamp, limit: Span64) -> Bool { now - since > limit }

  /// Percentages of a whole.
  public static func percent(_ counts: [Int]) -> [Double] {
    let all = counts.reduce(0, +)
    return counts.map { all == 0 ? 0 : 100 * Double($0) / Double(all) }
  }

  /// Share of the ten most frequent, percent.
  public static func topTenShare(_ counts: [Int]) -> Double {
    let all = counts.reduce(0, +)
    guard all > 0 else { return 0 }
    return 100 * Double(counts.sorted(by: >).prefix(10).reduce(0, +)) / Double(all)
  }

  /// The value below which a share of the values lies (nearest rank); nil of none.
  public static func quantile(_ values: [Span64], _ share: Double) -> Span64? {
    guard !values.isEmpty else { return nil }
    let rank = Int((share * Double(values.count)).rounded(.up))
    return values.sorted()[min(max(rank, 1), values.count) - 1]
  }
}
