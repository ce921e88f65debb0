import Telemetry
import Testing

@testable import Inspection

/// What becomes of lots by their samples.
@Suite struct LotTallyTests {
  private func result(_ number: Int, _ lot: String, _ verdict: String, size: Int? = nil) -> Event {
    var attributes = [
      Event.Attribute("verdict", verdict), Event.Attribute("unit", "P\(number)"), Event.Attribute("batch", lot),
    ]
    if let size { attributes.append(Event.Attribute("lot-size", "\(size)")) }
    return Event(
      series: SeriesID(0), time: Timestamp(seconds: 1_795_219_200 + Int64(number)), identity: UInt64(number),
      attributes: attributes)
  }

  @Test("the first verdict of each piece counts")
  func fold() {
    let lots = LotTally.fold([
      result(1, "A", "OK", size: 500), result(2, "A", "NG"), result(2, "A", "OK"), result(3, "B", "unsure"),
      result(4, "B", "OK"), result(5, "", "OK"),
    ])
    #expect(lots.map(\.lot) == ["A", "B"])
    #expect(lots[0].inspected == 2 && lots[0].defective == 1 && lots[0].size == 500)
    #expect(lots[1].inspected == 1 && lots[1].defective == 0 && lots[1].size == nil)
  }

  /// 1000 pieces, AQL 1.0, level II: J, 80 pieces, accept with 2, refuse with 3.
  @Test(arguments: [
    (80, 2, LotTally.Disposition.accepted), (80, 3, .refused), (10, 3, .refused), (57, 2, .inspect(23)),
    (0, 0, .inspect(80)), (200, 2, .accepted),
  ])
  func disposition(inspected: Int, defective: Int, expected: LotTally.Disposition) {
    let plan = SamplingPlan(codeLetter: "J", planLetter: "J", size: 80, accept: 2, reject: 3, isWhole: false)
    #expect(LotTally(lot: "A", size: 1000, inspected: inspected, defective: defective).disposition(plan) == expected)
  }
}
