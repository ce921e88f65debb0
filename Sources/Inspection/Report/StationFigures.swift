import Telemetry

/// Sums of a station's windows (or of several stations), with the shares that people ask for.
public struct StationFigures: Hashable, Sendable {
  public private(set) var inspected = 0
  public private(set) var rejected = 0
  public private(set) var unsure = 0
  public private(set) var firstAttempts = 0
  public private(set) var firstGood = 0
  public private(set) var reworked = 0
  public private(set) var named = 0
  public private(set) var recognition = Recognition()

  public init() {}

  public mutating func add(_ tally: InspectionTally) {
    inspected += tally.inspected
    rejected += tally.rejected
    unsure += tally.unsure
    firstAttempts += tally.firstAttempts
    firstGood += tally.firstGood
    reworked += tally.verdicts["rework"] ?? 0
    named += tally.defects.values.reduce(0, +)
    recognition += tally.recognition
  }

  public mutating func add(_ group: InspectionTally.Group) {
    inspected += group.inspected
    rejected += group.rejected
    recognition += group.recognition
  }

  /// Of all parts, from the reviewed ones.
  public var estimate: RecognitionEstimate {
    RecognitionEstimate(recognition, rejected: rejected, passed: inspected - rejected - unsure)
  }

  /// Percent, exact; nil of nothing.
  public static func percent(_ count: Int, of all: Int) throws(DecimalError) -> ExactDecimal? {
    all > 0 ? try ExactDecimal(count) * ExactDecimal(100) / ExactDecimal(all) : nil
  }

  public var firstPassYield: ExactDecimal? {
    get throws(DecimalError) { try QualityLevel.firstPassYield(good: firstGood, of: firstAttempts) }
  }

  /// Defects of a million inspections; an inspection counts as one opportunity.
  public var defectsPerMillion: ExactDecimal? {
    get throws(DecimalError) { try QualityLevel.dpmo(defects: named, units: inspected, opportunities: 1) }
  }
}
