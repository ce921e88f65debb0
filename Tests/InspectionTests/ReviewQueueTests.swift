import Telemetry
import Testing

@testable import Inspection

/// Which parts people should look at again.
@Suite struct ReviewQueueTests {
  private func result(_ number: Int, _ verdict: String, _ confidence: String?, step: String? = nil) -> Event {
    var attributes = [Event.Attribute("verdict", verdict), Event.Attribute("unit", "SN\(number)")]
    if let confidence { attributes.append(Event.Attribute("confidence", confidence)) }
    if let step { attributes.append(Event.Attribute("step", step)) }
    return Event(
      series: SeriesID(0), time: Timestamp(seconds: 1_795_219_200 + Int64(number)), identity: UInt64(number),
      attributes: attributes)
  }

  private func review(_ number: Int, _ word: String, step: String? = nil) -> Event {
    var attributes = [Event.Attribute("review", word), Event.Attribute("unit", "SN\(number)")]
    if let step { attributes.append(Event.Attribute("step", step)) }
    return Event(
      series: SeriesID(0), time: Timestamp(seconds: 1_795_219_200 + Int64(number)), identity: UInt64(10_000 + number),
      attributes: attributes)
  }

  @Test("the station's own doubt first, then the least confidence; what was reviewed is done")
  func order() {
    let queue = ReviewQueue(
      results: [
        result(1, "OK", "0.99"), result(2, "NG", "0.71"), result(3, "unsure", "0.75"), result(4, "OK", "0.55"),
        result(5, "OK", "0.55", step: "a"), result(6, "bypass", "0.1"), result(7, "NG", nil),
      ], reviews: [review(5, "agree", step: "a"), review(9, "agree")], confidence: 0.8, sample: 0)
    #expect(queue.entries.map(\.unit) == ["SN3", "SN4", "SN2"])
    #expect(queue.entries.map(\.reason) == [.unsure, .doubtful, .doubtful])
    #expect(queue.reviewed == 1 && queue.withoutConfidence == 1)
    let band = queue.bands.first { $0.results == 2 }
    #expect(band?.low == 0.5 && band?.recognition == Recognition(goodPassed: 1))
    #expect(queue.bands.reduce(0) { $0 + $1.results } == 5)
  }

  @Test("the sample is as large as was asked for, and the same whenever one asks")
  func sample() {
    let results = (0..<20_000).map { result($0, "OK", "0.97") }
    let queue = ReviewQueue(results: results, reviews: [], confidence: 0.8, sample: 0.02)
    #expect((320...480).contains(queue.entries.count), "\(queue.entries.count)")
    #expect(ReviewQueue(results: results, reviews: [], confidence: 0.8, sample: 0.02) == queue)
    #expect(ReviewQueue(results: results, reviews: [], confidence: 0.8, sample: 1).entries.count == 20_000)
  }

  @Test("parts that prove a share, all of them good", arguments: [(0.05, 59), (0.01, 299), (0.5, 5)])
  func proof(share: Double, parts: Int) { #expect(ReviewQueue.proof(share: share) == parts) }
}
