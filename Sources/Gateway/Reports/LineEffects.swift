import Plant
import Telemetry

/// What the failure of a machine does to the lines that it is a station of, in words.
struct LineEffects {
  let lines: [LineTopology]
  let zone: PlantZone

  /// - Parameter failure: when it fails; without times only how long the line goes on.
  func texts(of asset: String, failure: LineImpact.Times) -> [String] {
    LineImpact.of(asset, failure: failure, in: lines).flatMap { impact -> [String] in
      guard let stops = impact.stops else {
        let percent = Int((impact.lost * 100).rounded())
        return ["\(impact.line) goes on without up to \(percent) % of its rate"] + impact.notes
      }
      let first = impact.starving.first { $0.after > .zero && $0.after < impact.drain }
      let starving = first.map { "; \($0.assets.joined(separator: ", ")) starves after \(minutes($0.after))" } ?? ""
      let when = stops.p50.map { ", about \(short($0))" } ?? ""
      let range = stops.p10.flatMap { from in stops.p90.map { " (\(short(from)) – \(short($0)))" } } ?? ""
      let delay = impact.drain == .zero ? "at once" : "\(minutes(impact.drain)) after the failure"
      return ["\(impact.line) stops \(delay)\(when)\(range)\(starving)"] + impact.notes
    }
  }

  private func minutes(_ span: Span64) -> String {
    let seconds = span.nanoseconds / 1_000_000_000
    return seconds < 120 ? "\(seconds) s" : "\(seconds / 60) min"
  }

  /// `2026-10-05 14:30` at the plant.
  private func short(_ time: Timestamp) -> String { String(zone.rfc3339(time).prefix(16)).replacing("T", with: " ") }
}
