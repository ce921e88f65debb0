import Alarms
import Carbon
import Energy
import Equipment
import Factors
import Inspection
import Plant
import Production
import Quality
import Rules
import Telemetry
import Templates

/// Every rule module's one line.
package enum RuleSet {
  /// In the order of the passes.
  package static func factories(for site: Site) throws -> [RuleFactory] {
    let zone = try PlantZone(identifier: site.zone)
    let carbon = try CarbonRule.factory(site: site, zone: zone)
    return [
      QualityRule.factory(zone: zone),
      SafetyRule.factory(), SafetyVisionRule.factory(), LimitAlarmRule.factory(),
      RuleFactory(name: "silence") { asset, _ in SilenceRule(asset: asset, zone: zone) },
      SignalSummaryRule.factory(zone: zone), EnergyRule.factory(zone: zone), ConditionRule.factory(zone: zone),
      LoadRule.factory(site: site), DemandRule.factory(zone: zone), DayMeanRule.factory(zone: zone),
      carbon,
      RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) },
      OrderFeedRule.factory, ActivityRule.factory(site: site),
      LimitRule.factory(zone: zone), SeriesForecastRule.factory(zone: zone),
    ].compactMap(\.self)
  }

  /// Behind the passes, in this order.
  package static func siteFactories(for site: Site) throws -> [SiteRuleFactory] {
    let zone = try PlantZone(identifier: site.zone)
    let ratings = (site.footprint ?? FootprintSettings()).ratings
    let factors = try site.carbon.map {
      LibraryFootprintFactors(try FactorsInForce($0), zone: zone, ratings: ratings)
    }
    return [
      CarbonInventoryRule.factory(zone: zone), BudgetRule.factory(zone: zone),
      ProductionRule.factory(zone: zone, factors: factors), OEERule.factory(zone: zone),
      EnergyBalanceRule.factory(zone: zone), IdleUseRule.factory(zone: zone),
      EnergyPerformanceRule.factory(zone: zone), ShedRule.factory(), MaintenanceRule.factory,
      CauseRule.factory(zone: zone), InspectionRule.factory(zone: zone), InterceptionRule.factory(zone: zone),
      UnitFileRule.factory(zone: zone), LotRule.factory(zone: zone), AlarmRule.factory(zone: zone), AuditRule.factory,
    ]
  }

  /// Whether the site has switched off the rule that would close a finding.
  package static func isOff(_ finding: Finding, _ site: Site) -> Bool {
    switch finding.rule {
    case "rejected-unit-passed", "rejected-units-forgotten": !site.inspection.interception
    case "lot-refused", "lot-undecided", "inspection-severity": site.inspection.lots == nil
    case "safety-vision": site.assets.contains { $0.id == finding.subject && $0.criticality != .safety }
    default: false
    }
  }
}
