import Telemetry
import Templates

/// The thresholds of a site's stations, with what is calculated from them once.
public struct InspectionPlan: Hashable, Sendable {
  public let settings: InspectionSettings
  public let accuracy: AccuracyBound
  public let rules: [RunRule]
  /// Of measured values every test of the set means something.
  public let valueRules: [RunRule]
  /// Of the two-sided CUSUM of measured values and of the confidence, for the run length that is asked for.
  public let levelThreshold: Double

  public init(_ settings: InspectionSettings) {
    self.settings = settings
    accuracy = AccuracyBound(
      limit: settings.accuracyLimit.doubleValue, significance: settings.significance.doubleValue,
      horizon: settings.reviews)
    levelThreshold = RunLength.threshold(
      reference: LevelWatch.reference, inControl: Double(settings.runLength))
    let family: RunRule.Family = settings.rules == .nelson ? .nelson : .westernElectric
    valueRules = family.rules.filter { settings.tests.contains($0.number) }
    rules = valueRules.filter(\.suitsAttributes)
  }
}
