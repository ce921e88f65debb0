import Factors
import Rules
import Telemetry
import Templates

/// The hours of the boundary meters, month by month, as the meters' own rule adds them up.
extension CarbonInventoryRule {
  var isHourly: Bool { factors.configured.settings.hourlySeries?.counts ?? false }

  private static func hoursKey(_ start: Timestamp, _ asset: String) -> String {
    "carbon/hours/\(start.rfc3339UTC)/\(asset)"
  }

  mutating func heard(hours told: DerivedFigures, asset: Int, context: inout RuleContext) throws {
    guard told.name == CarbonRule.hours, asset >= 0, isHourly, counted[asset].contains(.activeEnergyImport),
      let place = months.firstIndex(where: { $0.start == told.start })
    else { return }
    context.save(Self.hoursKey(told.start, site.assets[asset].id), told.bytes)
    if months[place].isIssued { wait(for: told.start, cause: told.cause) }
  }

  /// With the hours of what was bought.
  func withHours(_ sources: [Inventory.Source], of start: Timestamp, _ context: RuleContext) throws -> [Inventory
    .Source]
  {
    guard isHourly else { return sources }
    return try sources.map { source in
      guard source.isBoughtElectricity else { return source }
      var source = source
      let ids = place(of: source.asset, context).map { context.ids(of: $0, in: site) } ?? [source.asset]
      var bytes: [UInt8]?
      for id in ids where bytes == nil { bytes = try context.load(Self.hoursKey(start, id)) }
      if let bytes {
        var reader = ByteReader(bytes)
        source.hourly = try HourlySums(from: &reader)
      }
      try source.completeHours(of: start..<zone.nextMonth(after: start))
      return source
    }
  }
}
