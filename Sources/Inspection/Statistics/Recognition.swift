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
  /// What the reviews prove of them: with the ends of the Wilson intervals (95 %) of what was reviewed of each kind in
  /// place of the shares. Wider rather than narrower than 95 %, since both ends are taken together.
  public var falseCallInterval: ClosedRange<Double>?
  public var escapeInterval: ClosedRange<Double>?

  /// Defective parts that are rejected, among the defective (recall).
  public var detection: Double? { escapes.map { 1 - $0 } }
  public var detectionInterval: ClosedRange<Double>? {
    escapeInterval.map { (1 - $0.upperBound)...(1 - $0.lowerBound) }
  }

  /// - Parameters:
  ///   - rejected: parts that the station has rejected …
  ///   - passed: … and passed.
  public init(_ reviewed: Recognition, rejected: Int, passed: Int) {
    let reviewedRejects = reviewed.goodRejected + reviewed.defectiveRejected
    let reviewedPasses = reviewed.goodPassed + reviewed.defectivePassed
    // What was found by reviews was there, also if the results themselves are not all known.
    let parts = Parts(
      rejects: Double(max(rejected, reviewedRejects)), passes: Double(max(passed, reviewedPasses)))
    let goodAmongRejects = Proportion(reviewed.goodRejected, of: reviewedRejects)
    let badAmongPasses = Proportion(reviewed.defectivePassed, of: reviewedPasses)
    let (rejects, passes) = (goodAmongRejects.interval(), badAmongPasses.interval())
    if let share = goodAmongRejects.share {
      // Without an audit all passed parts count as good: of the good ones these are nearly all whatever escapes.
      falseCalls = parts.falseCalls(share, badAmongPasses.share ?? 0)
      falseCallInterval = Self.range(
        rejects.flatMap { parts.falseCalls($0.lowerBound, passes?.lowerBound ?? 0) },
        rejects.flatMap { parts.falseCalls($0.upperBound, passes?.upperBound ?? 0) })
    }
    if let share = badAmongPasses.share {
      escapes = parts.escapes(goodAmongRejects.share ?? 0, share)
      escapeInterval = Self.range(
        passes.flatMap { parts.escapes(rejects?.lowerBound ?? 0, $0.lowerBound) },
        passes.flatMap { parts.escapes(rejects?.upperBound ?? 0, $0.upperBound) })
    }
  }

  private static func range(_ low: Double?, _ high: Double?) -> ClosedRange<Double>? {
    guard let low, let high, low <= high else { return nil }
    return low...high
  }

  /// Shares of all parts, from the share of good ones among the rejects and of bad ones among the passes. Both grow with
  /// either.
  private struct Parts {
    var rejects: Double
    var passes: Double

    func falseCalls(_ goodAmongRejects: Double, _ badAmongPasses: Double) -> Double? {
      let good = rejects * goodAmongRejects + passes * (1 - badAmongPasses)
      return good > 0 ? rejects * goodAmongRejects / good : nil
    }

    func escapes(_ goodAmongRejects: Double, _ badAmongPasses: Double) -> Double? {
      let bad = passes * badAmongPasses + rejects * (1 - goodAmongRejects)
      return bad > 0 ? passes * badAmongPasses / bad : nil
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
