import Telemetry

/// What a failure that is predicted means, by how near it is.
struct HorizonLadder: Hashable, Sendable {
  struct Step: Hashable, Sendable {
    /// Part of what makes a finding news.
    var name: String
    var severity: Finding.Severity
    var advice: String
  }

  /// Ascending; see `MaintenanceSettings.horizons`.
  let horizons: [Span64]

  /// - Parameter left: until it has failed with 10 %.
  /// - Returns: 0 = the nearest; as many as there are = beyond all.
  func place(_ left: Span64) -> Int { horizons.firstIndex { left <= $0 } ?? horizons.count }

  func step(_ left: Span64) -> Step {
    let place = place(left)
    switch place {
    case 0:
      return Step(
        name: "now", severity: .critical,
        advice: "Write a work order now: the machine may fail within \(Self.text(horizons[0])).")
    case 1:
      return Step(
        name: "soon", severity: .warning,
        advice: "Repair it within \(Self.text(horizons[1])): order the parts today and take the next planned stop.")
    case horizons.count:
      return Step(
        name: "far", severity: .info, advice: "Nothing is urgent: put it on the list for the next overhaul.")
    default:
      return Step(
        name: "plan \(place)", severity: place == 2 ? .warning : .info,
        advice: "Plan it for the next \(Self.text(horizons[place])): see `weir plan`.")
    }
  }

  private static func text(_ span: Span64) -> String {
    let hours = Int64((span.seconds / 3600).rounded())
    return hours > 72 && hours % 24 == 0 ? "\(hours / 24) days" : "\(hours) h"
  }
}
