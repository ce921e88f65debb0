import Control

/// The last hour of what an alarm speaks of, beside its limits.
enum AlarmChart {
  private static let most = 6

  /// Empty for what is no asset (a segment, the gateway), and if the asset cannot be asked for just now: the alarm is shown
  /// all the same.
  static func charts(of subject: String, alarm: String, _ gateway: GatewayOptions) async -> [AssetDetail.SignalDetail] {
    do {
      return choose(try await gateway.client.asset(subject).signals, alarm: alarm)
    } catch {
      return []
    }
  }

  /// The signals that the alarm's name has, else those that have limits, else all that were heard of in the last hour.
  static func choose(_ signals: [AssetDetail.SignalDetail], alarm: String) -> [AssetDetail.SignalDetail] {
    let heard = signals.filter { $0.lastHour.contains { $0 != nil } }
    let parts = Set(alarm.split(separator: "/").dropFirst(2).flatMap { $0.split(separator: "+") }.map(String.init))
    let named = heard.filter { parts.contains($0.name) }
    let limited = heard.filter { $0.low != nil || $0.high != nil }
    return Array((named.isEmpty ? limited.isEmpty ? heard : limited : named).prefix(most))
  }

  static func lines(_ signals: [AssetDetail.SignalDetail]) -> [String] {
    guard !signals.isEmpty else { return [] }
    var table = Columns(alignRight: [1, 2])
    table.add("LAST HOUR", "LAST", "MIN", "", "MAX", "LIMITS")
    for signal in signals {
      let bounds = [
        signal.low.map { "low \(Figures.places($0, 2))" }, signal.high.map { "high \(Figures.places($0, 2))" },
      ]
      table.add(
        signal.name, (signal.lastValue ?? "-") + (signal.unit.isEmpty ? "" : " \(signal.unit)"),
        signal.minimum.map { Figures.places($0, 2) } ?? "-", Figures.sparkline(signal.lastHour),
        signal.maximum.map { Figures.places($0, 2) } ?? "-", bounds.compactMap(\.self).joined(separator: ", "))
    }
    return table.lines(indent: "")
  }
}
