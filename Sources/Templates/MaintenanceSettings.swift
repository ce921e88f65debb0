import Telemetry

/// How maintenance is planned.
public struct MaintenanceSettings: Hashable, Sendable {
  /// How near a predicted failure must be to be urgent (a work order), to be repaired soon, to be planned, and to be on the
  /// list: ascending. Product choices.
  public var horizons: [Span64] = [.hours(48), .days(15), .days(30), .days(90)]
  /// Into which stops work is put, and what waiting costs.
  public var planning = MaintenancePlanning()
  /// How long before a failure a prediction must have been told to count as told in time: what is said later helps nobody.
  /// The shortest time in which work is planned; a product choice.
  public var notice = Span64.hours(48)
  /// What is done after hours of running.
  public var services: [ServiceInterval] = []

  public static let standard = MaintenanceSettings()
  public init() {}
}

/// Reads `maintenance:`.
struct MaintenanceReader {
  static let keys = ["horizons", "notice", "services"] + MaintenancePlanningReader.keys

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
    settings.notice = section.read("notice", .duration(.hours(1)...(.days(90))), default: settings.notice)
    settings.services = ServiceReader.services(section, assets: assets)
    settings.planning = MaintenancePlanningReader(section, assets: assets).planning()
    return settings
  }
}

extension MaintenanceSettings {
  func write(to writer: inout CanonicalWriter) {
    writer.object("maintenance") { writer in
      writer.list("horizons", horizons.map { QuantityText.text($0) })
      writer.field("notice", QuantityText.text(notice))
      ServiceInterval.write(services, to: &writer)
      planning.write(to: &writer)
    }
  }
}
