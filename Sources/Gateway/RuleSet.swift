import Energy
import Equipment
import Inspection
import Plant
import Quality
import Rules
import Templates

/// Every rule module's one line.
package enum RuleSet {
  /// In the order of the passes.
  package static func factories(for site: Site) throws -> [RuleFactory] {
    let zone = try PlantZone(identifier: site.zone)
    return [
      QualityRule.factory(zone: zone),
      RuleFactory(name: "silence") { asset, _ in SilenceRule(asset: asset, zone: zone) },
      SignalSummaryRule.factory(zone: zone),
      EnergyRule.factory(zone: zone),
      RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) },
    ]
  }
}
