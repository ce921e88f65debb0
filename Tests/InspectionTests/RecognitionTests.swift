import Inspection
import Telemetry
import TestSupport
import Testing

@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct RecognitionTests {
  @Test func confusion() throws {
    let vector = try QualityVector("inspection-confusion")
    func count(_ name: String) throws -> Int { Int(try #require(vector.inputs[name]?.doubleValue)) }
    let recognition = Recognition(
      defectiveRejected: try count("defective_rejected"), defectivePassed: try count("defective_passed"),
      goodRejected: try count("good_rejected"), goodPassed: try count("good_passed"))
    for (name, share) in [
      ("escape_rate", recognition.escape), ("overkill_rate", recognition.falseCall),
      ("precision", recognition.precision), ("recall", recognition.detection),
      ("recognition_accuracy", recognition.accuracy),
    ] { #expect(isClose(share.share, try vector.number(name), 1e-6), "\(name)") }
    #expect(isClose(recognition.falseCall.share.map { $0 * 1e6 }, try vector.number("false_call_ppm"), 0.1))
  }

  @Test("without reviews nothing is known, and without an audit nothing of escapes")
  func unknown() {
    #expect(Recognition().accuracy.share == nil && Recognition().accuracy.interval() == nil)
    #expect(Recognition(defectiveRejected: 8, goodRejected: 2).hasAudit == false)
    #expect(Recognition(goodPassed: 1).escape.share == nil)
  }

  @Test("rejects and passed parts are counted by how many there were, not by how many were reviewed")
  func estimate() throws {
    // Of 100 rejects all were reviewed and 40 good; of 9,900 passed parts 100 were reviewed and one bad.
    let reviewed = Recognition(defectiveRejected: 60, defectivePassed: 1, goodRejected: 40, goodPassed: 99)
    let estimate = RecognitionEstimate(reviewed, rejected: 100, passed: 9_900)
    #expect(isClose(estimate.falseCalls, 40 / (40 + 9_801), 1e-12))
    #expect(isClose(estimate.escapes, 99 / (99 + 60), 1e-12))
    // All reviewed: the plain shares.
    let all = Recognition(defectiveRejected: 180, defectivePassed: 6, goodRejected: 25, goodPassed: 4789)
    let plain = RecognitionEstimate(all, rejected: 205, passed: 4795)
    #expect(isClose(plain.falseCalls, all.falseCall.share, 1e-12) && isClose(plain.escapes, all.escape.share, 1e-12))
    let rejectsOnly = RecognitionEstimate(Recognition(defectiveRejected: 8, goodRejected: 2), rejected: 10, passed: 90)
    #expect(rejectsOnly.escapes == nil && isClose(rejectsOnly.falseCalls, 2.0 / 92, 1e-12))
    #expect(RecognitionEstimate(Recognition(), rejected: 0, passed: 5).falseCalls == nil)
  }

  @Test("every share of reviews has its interval")
  func intervals() throws {
    // All rejects are bad and reviewed; of 9,900 passed parts 200 were audited, and 3 were bad (0.511 to 4.317 %).
    let reviewed = Recognition(defectiveRejected: 100, defectivePassed: 3, goodRejected: 0, goodPassed: 197)
    let estimate = RecognitionEstimate(reviewed, rejected: 100, passed: 9_900)
    let audit = try #require(Proportion(3, of: 200).interval())
    let rejects = try #require(Proportion(0, of: 100).interval())
    let escapes = try #require(estimate.escapeInterval)
    #expect(isClose(escapes.lowerBound, 9_900 * audit.lowerBound / (9_900 * audit.lowerBound + 100), 1e-12))
    #expect(
      isClose(
        escapes.upperBound,
        9_900 * audit.upperBound / (9_900 * audit.upperBound + 100 * (1 - rejects.upperBound)), 1e-12))
    #expect(escapes.contains(estimate.escapes ?? -1))
    let detection = try #require(estimate.detectionInterval)
    #expect(
      isClose(detection.lowerBound, 1 - escapes.upperBound, 1e-12) && detection.contains(1 - (estimate.escapes ?? 0)))
    let falseCalls = try #require(estimate.falseCallInterval)
    #expect(falseCalls.lowerBound == 0 && falseCalls.contains(estimate.falseCalls ?? -1))
    // Without an audit nothing is known of escapes, with none found in 200 not nothing.
    let none = RecognitionEstimate(Recognition(defectiveRejected: 5), rejected: 5, passed: 90)
    #expect(none.escapeInterval == nil && none.detection == nil && none.falseCallInterval != nil)
    let clean = RecognitionEstimate(Recognition(goodPassed: 200), rejected: 0, passed: 200)
    #expect(clean.escapes == nil && clean.escapeInterval == nil)
  }

  @Test func wilson() throws {
    let vector = try QualityVector("wilson-interval")
    let cases = try #require(vector.inputs["cases"]?.arrayValue).map { try QualityVector.integers($0) }
    let intervals = try #require(vector.expected["intervals"]?.arrayValue).map { try QualityVector.numbers($0) }
    for (numbers, expected) in zip(cases, intervals) {
      let interval = try #require(Proportion(numbers[0], of: numbers[1]).interval())
      #expect(isClose(interval.lowerBound, expected[0], 1e-6) && isClose(interval.upperBound, expected[1], 1e-6))
    }
  }

  /// Newcombe (1998), example (a): 56/70 against 48/80 gives 0.0524 … 0.3339.
  @Test func difference() throws {
    let interval = try #require(Proportion(48, of: 80).difference(to: Proportion(56, of: 70)))
    #expect(isClose(interval.lowerBound, 0.0524, 1e-4) && isClose(interval.upperBound, 0.3339, 1e-4))
    #expect(Proportion(0, of: 0).difference(to: Proportion(1, of: 2)) == nil)
  }

  @Test func confidenceBand() throws {
    let vector = try QualityVector("confidence-band")
    let band = ConfidenceBand(
      low: try #require(vector.inputs["t_low"]?.doubleValue), high: try #require(vector.inputs["t_high"]?.doubleValue))
    #expect(
      try QualityVector.numbers(vector.inputs["defect_confidence"]).map { band.decision($0).rawValue }
        == (try QualityVector.words(vector.expected["decision"])))
  }

  // MARK: Accuracy over time

  private static let bound = AccuracyBound(limit: 0.95, significance: 0.05, horizon: 2000)

  /// Whether a station of this accuracy alarms within 2,000 reviews, looked at after each.
  private func alarms(_ accuracy: Double, seed: UInt64) -> Int? {
    var generator = SplitMix64(seed: seed)
    var test = AccuracyTest()
    return (1...2000).first { _ in
      test.add(reviews: 1, wrong: generator.unit() < accuracy ? 0 : 1, Self.bound) == .below
    }
  }

  @Test("93 % is signalled in at least 95 % of the seeds, 96 % in at most 5 %")
  func power() {
    let low = (0..<200 as Range<UInt64>).count { alarms(0.93, seed: $0) != nil }
    let high = (0..<200 as Range<UInt64>).count { alarms(0.96, seed: $0 &+ 1000) != nil }
    let limit = (0..<400 as Range<UInt64>).count { alarms(0.95, seed: $0 &+ 5000) != nil }
    #expect(low >= 190, "\(low) of 200")
    #expect(high <= 10, "\(high) of 200")
    #expect(limit <= 34, "\(limit) of 400 at the limit, 20 expected")
  }

  @Test("the bound keeps its significance exactly, and few reviews never alarm")
  func bound() {
    let bound = Self.bound
    #expect(bound.alarm(accuracy: 0.95, within: 2000) <= 0.05)
    #expect(bound.alarm(accuracy: 0.95, within: 2000) > 0.04)
    #expect(bound.alarm(accuracy: 0.93, within: 2000) >= 0.97)
    #expect(bound.alarm(accuracy: 0.96, within: 2000) < 0.001)
    var test = AccuracyTest()
    #expect(test.add(reviews: 18, wrong: 18, bound) == .open)
    var small = AccuracyTest()
    let few = AccuracyBound(limit: 0.95, significance: 0.05, horizon: 100)
    #expect(small.add(reviews: 3, wrong: 3, few) == .open)
    #expect(few.surplus < bound.surplus)
  }

  @Test("a series that held is followed by another, so that old reviews hide nothing")
  func series() {
    var test = AccuracyTest()
    #expect(test.add(reviews: 2000, wrong: 0, Self.bound) == .held)
    #expect(test.add(reviews: 200, wrong: 60, Self.bound) == .below)
    #expect(test.reviews == 200)
  }
}
