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
    guard told.name == CarbonRule.hours, asset >= 0, isHourly,
      let place = months.firstIndex(where: { $0.start == told.start }),
      try load(told.start, context: context).contains(where: { $0.asset == site.assets[asset].id })
    else { return }
    context.save(Self.hoursKey(told.start, site.assets[asset].id), told.bytes)
    try changed([place], cause: told.cause, context: &context)
  }

  /// With the hours of what was bought.
  func withHours(_ sources: [Inventory.Source], of start: Timestamp, _ context: RuleContext) throws -> [Inventory
    .Source]
  {
    guard isHourly else { return sources }
    return try sources.map { source in
      guard source.isBoughtElectricity else { return source }
      var source = source
      if let bytes = try context.load(Self.hoursKey(start, source.asset)) {
        var reader = ByteReader(bytes)
        source.hourly = try HourlySums(from: &reader)
      }
      try source.completeHours(of: start..<zone.nextMonth(after: start))
      return source
    }
  }
}
