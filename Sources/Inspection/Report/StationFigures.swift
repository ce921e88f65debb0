import Telemetry

/// Sums of a station's windows (or of several stations), with the shares that people ask for.
public struct StationFigures: Hashable, Sendable {
  public private(set) var inspected = 0
  public private(set) var rejected = 0
  public private(set) var unsure = 0
  public private(set) var firstAttempts = 0
  public private(set) var firstGood = 0
  public private(set) var firstUnits = 0
  public private(set) var firstGoodUnits = 0
  public private(set) var reworked = 0
  public private(set) var scrapped = 0
  public private(set) var decided = 0
  public private(set) var unmatched = 0
  public private(set) var named = 0
  public private(set) var recognition = Recognition()

  public init() {}

  public mutating func add(_ tally: InspectionTally) {
    inspected += tally.inspected
    rejected += tally.rejected
    unsure += tally.unsure
    firstAttempts += tally.firstAttempts
    firstGood += tally.firstGood
    firstUnits += tally.firstUnits
    firstGoodUnits += tally.firstGoodUnits
    reworked += tally.verdicts["rework"] ?? 0
    scrapped += tally.verdicts["scrap"] ?? 0
    decided += tally.decided
    unmatched += tally.unmatched
    named += tally.defects.values.reduce(0, +)
    recognition += tally.recognition
  }

  public mutating func add(_ other: StationFigures) {
    inspected += other.inspected
    rejected += other.rejected
    unsure += other.unsure
    firstAttempts += other.firstAttempts
    firstGood += other.firstGood
    firstUnits += other.firstUnits
    firstGoodUnits += other.firstGoodUnits
    reworked += other.reworked
    scrapped += other.scrapped
    decided += other.decided
    unmatched += other.unmatched
    named += other.named
    recognition += other.recognition
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

  /// By units: a part that is joined ten times passes if all ten joints were good the first time.
  public var firstPassYield: ExactDecimal? {
    get throws(DecimalError) { try QualityLevel.firstPassYield(good: firstGoodUnits, of: firstUnits) }
  }

  /// Defects of a million inspections; an inspection counts as one opportunity.
  public var defectsPerMillion: ExactDecimal? {
    get throws(DecimalError) { try QualityLevel.dpmo(defects: named, units: inspected, opportunities: 1) }
  }
}
