import Control
import Ledger
import Plant
import Telemetry
import Testing

@testable import Gateway

/// Shares of single pieces in the footprint of their order.
@Suite struct UnitFootprintTests {
  private func visit(
    _ unit: String, _ verdict: String = "OK", minute: Int64 = 1, attempt: Int = 1, step: String = "eol",
    seconds: String? = nil
  ) throws -> UnitFootprint.Visit {
    let event = Event(
      series: SeriesID(1), time: FootprintPlant.day + .minutes(minute), identity: UInt64(minute),
      attributes: [
        .init("unit", unit), .init("verdict", verdict), .init("attempt", "\(attempt)"), .init("step", step),
      ])
    return UnitFootprint.Visit(
      station: "eol", visit: try #require(UnitVisit(event)), duration: seconds.flatMap { ExactDecimal($0) })
  }

  private func record(good: String, status: String = "final") -> FootprintRecord {
    FootprintPlant.record(FootprintPlant.body("A", good: good, status: status))
  }

  @Test func goodPiecesCarryAllOfItAlike() throws {
    let visits = try (0..<7).map { try visit("SN\($0)", minute: Int64($0)) } + [visit("BAD", "NG", minute: 9)]
    let shares = try (0..<7).map { try UnitFootprint.make("SN\($0)", of: record(good: "7"), visits: visits) }
    var sum = ExactDecimal.zero
    for share in shares { sum = try sum + #require(share.kilograms) }
    #expect(sum == ExactDecimal(1000), "not 999.999999999997")
    #expect(Set(shares.compactMap { $0.kilograms?.rounded(to: 6).description }) == ["142.857143"])
    #expect(shares.allSatisfy { $0.basis == .pieces && $0.isGood && $0.notes.isEmpty && $0.whole == ExactDecimal(7) })
    #expect(shares[0].upstream == ExactDecimal(50))
    let bad = try UnitFootprint.make("BAD", of: record(good: "7"), visits: visits)
    #expect(!bad.isGood && bad.kilograms == .zero && bad.notes.first?.contains("the good pieces carry") == true)
  }

  @Test func machineTimeDividesWhereItIsKnown() throws {
    var visits = try [
      visit("A", minute: 1, seconds: "30"), visit("B", minute: 2, seconds: "10"),
      visit("C", "NG", minute: 3, seconds: "15"), visit("C", minute: 4, attempt: 2, seconds: "20"),
    ]
    let shares = try ["A", "B", "C"].map { try UnitFootprint.make($0, of: record(good: "3"), visits: visits) }
    #expect(shares.map(\.basis) == [.machineTime, .machineTime, .machineTime])
    #expect(shares.map(\.weight) == [30, 10, 35].map { ExactDecimal($0) } && shares[0].whole == ExactDecimal(75))
    #expect(shares.map(\.kilograms?.description) == ["400", "133.333333333333", "466.666666666667"])
    #expect(shares[2].isGood && shares[2].visits.map(\.visit.attempt) == [1, 2])
    // One of them without: all alike.
    visits[1].duration = nil
    #expect(try UnitFootprint.make("A", of: record(good: "3"), visits: visits).basis == .pieces)
  }

  @Test func piecesWithoutSerialNumberHaveTheirPart() throws {
    let visits = try [visit("A"), visit("B", minute: 2)]
    let share = try UnitFootprint.make("A", of: record(good: "10"), visits: visits)
    #expect(share.kilograms == ExactDecimal(100) && share.basis == .pieces)
    #expect(share.notes.first?.contains("10 good pieces, and 2 of them") == true)
    #expect(try UnitFootprint.make("A", of: record(good: "0"), visits: visits).kilograms == nil)
    let open = try UnitFootprint.make("A", of: record(good: "2", status: "provisional"), visits: visits)
    #expect(open.notes.contains { $0.contains("provisional") } && open.statement["status"] == "provisional")
    #expect(throws: ControlRefusal.self) { try UnitFootprint.make("Z", of: record(good: "2"), visits: visits) }
  }

  @Test func theStatementNamesTheRecord() throws {
    let record = record(good: "1")
    let found = try UnitFootprint.make("A", of: record, visits: [visit("A")])
    #expect(found.statement["record"] == .string(record.id) && found.statement["record_sha256"] == .string(record.hash))
    #expect(found.statement["kwh"] == "1731" && found.statement["basis"] == "equal-by-piece")
    // The order's electricity stays hidden.
    #expect(found.shown(try ExtractSelection(kind: "product-footprint"))["kwh"] == nil)
    #expect(found.shown(try ExtractSelection(kind: "product-footprint", more: ["/energy"]))["kwh"] == "1731")
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    #expect(found.summary(zone).contains { $0.contains("2026-11-21T00:01:00+08:00  eol  eol  attempt 1  OK") })
  }
}
