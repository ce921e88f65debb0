/// What a station said against what people found. Positive = defective.
public struct Recognition: Hashable, Sendable {
  public var defectiveRejected: Int
  public var defectivePassed: Int
  public var goodRejected: Int
  public var goodPassed: Int

  public init(defectiveRejected: Int = 0, defectivePassed: Int = 0, goodRejected: Int = 0, goodPassed: Int = 0) {
    self.defectiveRejected = defectiveRejected
    self.defectivePassed = defectivePassed
    self.goodRejected = goodRejected
    self.goodPassed = goodPassed
  }

  public var reviews: Int { defectiveRejected + defectivePassed + goodRejected + goodPassed }
  public var wrong: Int { defectivePassed + goodRejected }

  /// Right verdicts among all. Not the detection rate: a station that passes everything is right wherever parts are good.
  public var accuracy: Proportion { Proportion(reviews - wrong, of: reviews) }
  /// Rejected among the defective (recall).
  public var detection: Proportion { Proportion(defectiveRejected, of: defectiveRejected + defectivePassed) }
  /// Passed among the defective. Without an audit of passed parts it is unknown, not zero.
  public var escape: Proportion { Proportion(defectivePassed, of: defectiveRejected + defectivePassed) }
  /// Rejected among the good (overkill).
  public var falseCall: Proportion { Proportion(goodRejected, of: goodRejected + goodPassed) }
  /// Defective among the rejected.
  public var precision: Proportion { Proportion(defectiveRejected, of: defectiveRejected + goodRejected) }
  /// Reviewed among the passed ones are an audit: without one nothing is known of escapes.
  public var hasAudit: Bool { defectivePassed + goodPassed > 0 }

  public static func + (a: Self, b: Self) -> Self {
    Recognition(
      defectiveRejected: a.defectiveRejected + b.defectiveRejected,
      defectivePassed: a.defectivePassed + b.defectivePassed, goodRejected: a.goodRejected + b.goodRejected,
      goodPassed: a.goodPassed + b.goodPassed)
  }

  public static func += (a: inout Self, b: Self) { a = a + b }
}

/// Shares of all parts of a station, from reviews of a part of them: usually all rejected ones and a sample of the passed
/// ones are reviewed, so the two are counted by how many there were of each, not by how many were reviewed.
public struct RecognitionEstimate: Hashable, Sendable {
  /// Good parts that are rejected, among the good; nil without a reviewed rejection.
  public var falseCalls: Double?
  /// Defective parts that pass, among the defective; nil without reviewed passed parts, or without anything defective.
  public var escapes: Double?

  /// - Parameters:
  ///   - rejected: parts that the station has rejected …
  ///   - passed: … and passed.
  public init(_ reviewed: Recognition, rejected: Int, passed: Int) {
    let reviewedRejects = reviewed.goodRejected + reviewed.defectiveRejected
    let reviewedPasses = reviewed.goodPassed + reviewed.defectivePassed
    // What was found by reviews was there, also if the results themselves are not all known.
    let rejects = Double(max(rejected, reviewedRejects))
    let passes = Double(max(passed, reviewedPasses))
    let goodAmongRejects = reviewedRejects > 0 ? Double(reviewed.goodRejected) / Double(reviewedRejects) : nil
    let badAmongPasses = reviewedPasses > 0 ? Double(reviewed.defectivePassed) / Double(reviewedPasses) : nil
    if let goodAmongRejects {
      // Without an audit all passed parts count as good: of the good ones these are nearly all whatever escapes.
      let good = rejects * goodAmongRejects + passes * (1 - (badAmongPasses ?? 0))
      falseCalls = good > 0 ? rejects * goodAmongRejects / good : nil
    }
    if let badAmongPasses {
      let bad = passes * badAmongPasses + rejects * (1 - (goodAmongRejects ?? 0))
      escapes = bad > 0 ? passes * badAmongPasses / bad : nil
    }
  }
}

/// Which verdicts a person must look at.
public struct ConfidenceBand: Hashable, Sendable {
  public enum Decision: String, Hashable, Sendable { case pass, review, reject }

  /// Confidence that the part is defective: at or below `low` it passes, at or above `high` it is rejected.
  public var low: Double
  public var high: Double

  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  public func decision(_ defectConfidence: Double) -> Decision {
    defectConfidence <= low ? .pass : defectConfidence >= high ? .reject : .review
  }
}
