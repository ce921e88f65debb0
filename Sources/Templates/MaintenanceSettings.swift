import Telemetry

/// How maintenance is planned.
public struct MaintenanceSettings: Hashable, Sendable {
  /// How near a predicted failure must be to be urgent (a work order), to be repaired soon, to be planned, and to be on the
  /// list: ascending. Product choices.
  public var horizons: [Span64] = [.hours(48), .days(15), .days(30), .days(90)]
  /// Into which stops work is put, and what waiting costs.
  public var planning = MaintenancePlanning()

  public static let standard = MaintenanceSettings()
  public init() {}
}

/// Reads `maintenance:`.
struct MaintenanceReader {
  static let keys = ["horizons"] + MaintenancePlanningReader.keys

  static func settings(_ top: Section, assets: [Asset]) -> MaintenanceSettings {
    var settings = MaintenanceSettings.standard
    guard let section = top.section("maintenance", "maintenance", keys: keys) else { return settings }
    if section.has("horizons") {
      let spans = (section.list("horizons", .duration(.hours(1)...(.days(730)))) ?? []).map(\.value)
      if spans.count == settings.horizons.count, zip(spans, spans.dropFirst()).allSatisfy({ $0 < $1 }) {
        settings.horizons = spans
      } else {
        section.report(
          section["horizons"]?.position, "\"horizons\" in \(section.name) needs 4 lengths of time that grow",
          remedy: "Write for example `horizons: [48 h, 15 d, 30 d, 90 d]`: urgent, soon, planned, on the list.")
      }
    }
    settings.planning = MaintenancePlanningReader(section, assets: assets).planning()
    return settings
  }
}

extension MaintenanceSettings {
  func write(to writer: inout CanonicalWriter) {
    writer.object("maintenance") { writer in
      writer.list("horizons", horizons.map { QuantityText.text($0) })
      planning.write(to: &writer)
    }
  }
}
