import Factors
import Production
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@Suite struct ProductionRuleTests {
  private func at(_ minutes: Int64) -> Timestamp { LinePlant.at(minutes) }

  /// Two hours: idle, A for 45 minutes, B for 30, and 3 pieces of scrap. The meter counts 1 kWh in five minutes.
  private func twoHours(_ plant: inout LinePlant, states: Bool = true) throws {
    let begin: Int64 = 480
    for minute in 0..<125 as Range<Int64> {
      let time = at(begin + minute)
      try plant.bench.mark(time)
      if minute % 5 == 0 {
        try plant.meter(LinePlant.main, time, 1_000_00 + minute * 20)
        try plant.meter(LinePlant.sub, time, 500_00 + minute * 10)
      }
      if minute == 15 {
        try plant.order("start", "A", time, ["product": "X200", "planned": "50", "batch": "B1"])
      }
      if minute == 60 { try plant.order("end", "A", time, ["produced": "44"]) }
      if minute == 70 { try plant.order("start", "B", time, ["product": "Y1"]) }
      if minute == 100 { try plant.order("end", "B", time) }
      let made = min(max(0, minute - 15), 45) + min(max(0, minute - 70), 30)
      let scrap = min(max(0, (minute - 15) / 15), 3)
      let runs = (15..<60).contains(minute) || (70..<100).contains(minute)
      try plant.count(time, good: made - scrap, scrap: scrap, state: states ? (runs ? "running" : "idle") : nil)
    }
    try plant.bench.mark(at(begin + 150))
  }

  @Test func ordersAndTheirEnergy() throws {
    var plant = try LinePlant()
    try twoHours(&plant)
    let orders = try plant.bodies(.productionOrder)
    #expect(orders.keys.sorted() == ["mes/A", "mes/B"])
    let a = try #require(orders["mes/A"])
    #expect(a["state"] == "ended" && a["product_name"] == "Pump X200" && a["planned"] == "50" && a["batch"] == "B1")
    #expect(a["good"] == "42" && a["scrap"] == "3" && a["pieces_source"] == "line" && a["reported_good"] == "44")
    #expect(a["order_seconds"] == "2700" && a["running_seconds"] == "2700")
    #expect(
      a["place"] == "s/h/l" && a["start"] == "2026-11-21T08:15:00+08:00" && a["end"] == "2026-11-21T09:00:00+08:00")
    #expect(orders["mes/B"]?["good"] == "30" && orders["mes/B"]?["product_name"] == .null)

    let footprints = try plant.bodies(.productFootprint)
    let print = try #require(footprints["mes/A"])
    // 45 minutes at 0.2 kWh a minute; the sub-meter is in the main meter's count.
    #expect(print["energy"]?.arrayValue?.count == 1)
    let energy = try #require(print["energy"]?.arrayValue?.first)
    #expect(energy["amount"] == "9" && energy["by_basis"] == ["sub-meter": "9"] && energy["idle"] == "0")
    #expect(print["kgco2e"] == "4.5" && print["kwh_by_unit"] == "0.214285714286")
    #expect(print["kgco2e_by_unit"] == "0.107142857143", "the scrap's burden is on the good ones")
    // 45 pieces × 14 kg × 2.5
    #expect(print["kgco2e_upstream"] == "1575" && print["kgco2e_upstream_by_unit"] == "37.5")
    #expect(print["identifiers"] == ["urn:gtin:04012345678901"] && print["status"] == "final")
    #expect(print["primary_data_share"] == "100")
    #expect(print["data_quality"]?["technological"] == "1")
    // B begins and ends within windows: their 6 kWh and the idle quarters beside it.
    let b = try #require(footprints["mes/B"]?["energy"]?.arrayValue?.first)
    #expect(b["by_basis"] == ["machine-time": "6", "sub-meter": "3"])
    #expect(footprints["mes/B"]?["data_quality"] == ["geographical": "1", "technological": "1", "temporal": "1"])
  }

  @Test func theDayOfTheLineAddsUp() throws {
    var plant = try LinePlant()
    try twoHours(&plant)
    #expect(try plant.bodies(.productionLine).isEmpty, "the day is not over")
    try plant.bench.mark(at(24 * 60 + 20))
    let days = try plant.bodies(.productionLine)
    let carrier = try #require(days.values.first?["carriers"]?["active-energy-import"])
    #expect(days.keys.sorted() == ["mes/2026-11-20T16:00:00Z"])
    #expect(carrier["metered"] == "24" && carrier["unit"] == "kWh")
    #expect(carrier["orders"]?["mes/A"] == "9" && carrier["orders"]?["mes/B"] == "9")
    #expect(carrier["unallocated"] == "6" && carrier["reasons"]?["no-order"] == "6")
    #expect(days.values.first?["good"] == "72" && days.values.first?["good_outside"] == "0")
    #expect(
      days.values.first?["pieces"]
        == ["mes/A": ["good": "42", "scrap": "3"], "mes/B": ["good": "30", "scrap": "0"]])
  }

  @Test func aLateEventMovesThePiecesOfTheDay() throws {
    var plant = try LinePlant()
    try twoHours(&plant)
    try plant.bench.mark(at(24 * 60 + 20))
    try plant.order("end", "A", at(510))
    try plant.bench.restart()
    try plant.bench.mark(at(25 * 60 + 20))
    let pieces = try #require(try plant.bodies(.productionLine).values.first?["pieces"])
    #expect(pieces == ["mes/A": ["good": "14", "scrap": "1"], "mes/B": ["good": "30", "scrap": "0"]])
  }

  @Test func withoutRunStatePiecesDecideAndWithoutPiecesTime() throws {
    var plant = try LinePlant()
    try twoHours(&plant, states: false)
    let b = try #require(try plant.bodies(.productFootprint)["mes/B"]?["energy"]?.arrayValue?.first)
    #expect(b["by_basis"] == ["pieces": "6", "sub-meter": "3"])

    plant = try LinePlant(LinePlant.text(counter: ", serves: none"))
    try twoHours(&plant)
    let print = try #require(try plant.bodies(.productFootprint)["mes/B"])
    // 5 of 15 minutes, 15 of 15, 10 of 15.
    #expect(print["energy"]?.arrayValue?.first?["by_basis"] == ["order-time": "3", "sub-meter": "3"])
    #expect(print["pieces_source"] == "none" && print["kgco2e_by_unit"] == .null)
    let a = try #require(try plant.bodies(.productFootprint)["mes/A"])
    #expect(a["good"] == "44" && a["pieces_source"] == "order-feed")
  }

  @Test func aFootprintWithoutAFactorSaysSo() throws {
    var plant = try LinePlant(factors: nil)
    try twoHours(&plant)
    let print = try #require(try plant.bodies(.productFootprint)["mes/A"])
    #expect(print["kgco2e"] == .null && print["kgco2e_by_unit"] == .null && print["data_quality"] == .null)
    #expect(print["energy"]?.arrayValue?.first?["problem"]?.stringValue?.contains("carbon") == true)
    #expect(print["kwh_by_unit"] == "0.214285714286")
  }

  @Test func idleEnergyFallsToTheOrderThatWaits() throws {
    var plant = try LinePlant()
    for minute in 0..<65 as Range<Int64> {
      let time = at(minute)
      try plant.bench.mark(time)
      if minute % 5 == 0 { try plant.meter(LinePlant.main, time, minute * 20) }
      if minute == 0 { try plant.order("start", "A", time) }
      if minute == 5 { try plant.order("pause", "A", time) }
      if minute == 60 { try plant.order("end", "A", time) }
      try plant.count(time, good: min(minute, 5), scrap: 0, state: minute < 5 ? "running" : "idle")
    }
    try plant.bench.mark(at(90))
    let energy = try #require(try plant.bodies(.productFootprint)["mes/A"]?["energy"]?.arrayValue?.first)
    #expect(energy["amount"] == "12" && energy["idle"] == "9")
    #expect(energy["by_basis"] == ["machine-time": "3", "order-time": "9"])
    #expect(try plant.bodies(.productionOrder)["mes/A"]?["order_seconds"] == "300")
  }

  @Test func anOrderIsToldWhileItRunsAndAFootprintOnceADay() throws {
    var plant = try LinePlant()
    for minute in 0..<(26 * 60) as Range<Int64> where minute % 5 == 0 {
      let time = at(20 * 60 + minute)
      try plant.bench.mark(time)
      try plant.meter(LinePlant.main, time, minute * 10)
      if minute == 0 { try plant.order("start", "A", time) }
      if minute == 25 * 60 { try plant.order("end", "A", time) }
    }
    try plant.bench.mark(at(47 * 60))
    let revisions = plant.bench.output.records.filter { $0.kind == .productionOrder }.map(\.revision)
    #expect(revisions == Array(0..<100), "25 hours of four quarters")
    let prints = plant.bench.output.records.filter { $0.kind == .productFootprint }
    #expect(prints.map(\.revision) == [0, 1])
    let states = try prints.map { try JSONValue(parsing: $0.body)["status"]?.stringValue }
    #expect(states == ["provisional", "final"])
  }

  /// Hours of an arc furnace: what was bridged is rated apart, however many digits the product has.
  @Test func aLongOrderWithABridgedWindow() throws {
    struct Exact: FootprintFactors {
      func emission(
        of carrier: Carrier, amount: ExactDecimal, start: Timestamp, end: Timestamp, recalculations: [UInt8]?
      ) -> FootprintEmission {
        guard let factor = ExactDecimal("0.5777"), let kilograms = try? amount * factor else {
          return FootprintEmission(kilograms: nil, problem: "nothing known")
        }
        return FootprintEmission(
          kilograms: kilograms, ratings: DataQuality.Ratings(technological: 1, geographical: 1, temporal: 1))
      }
    }
    var plant = try LinePlant(factors: Exact())
    for minute in 0..<245 as Range<Int64> {
      let time = at(480 + minute)
      try plant.bench.mark(time)
      if minute % 5 == 0, !(60..<120).contains(minute) {
        try plant.meter(LinePlant.main, time, minute * 200_000)
        try plant.meter(LinePlant.sub, time, minute * 100)
      }
      if minute == 7 { try plant.order("start", "A", time, ["product": "X200"]) }
      if minute == 240 { try plant.order("end", "A", time) }
      try plant.count(time, good: minute, scrap: 0, state: (4..<240).contains(minute) ? "running" : "idle")
    }
    try plant.bench.mark(at(480 + 300))
    #expect(plant.bench.output.findings.filter { $0.rule == "rule-failed" }.map(\.summary) == [])
    let print = try #require(try plant.bodies(.productFootprint)["mes/A"])
    let energy = try #require(print["energy"]?.arrayValue?.first)
    #expect(energy["amount"] == "471818.181818181818")
    #expect(energy["estimated"] != "0")
    #expect(print["kgco2e"] == "272569.3636363636362586" && print["data_quality"]?["technological"] != "1")
  }

  @Test func aLateEventRevises() throws {
    var plant = try LinePlant()
    try twoHours(&plant)
    let before = plant.bench.output.records.count
    // The end of A came early: it was half past.
    try plant.order("end", "A", at(510))
    try plant.bench.restart()
    try plant.bench.mark(at(720))
    let records = plant.bench.output.records.dropFirst(before).filter {
      $0.kind == .productionOrder || $0.kind == .productFootprint
    }
    #expect(
      records.map { "\($0.kind.rawValue) \($0.key) \($0.revision > 0)" } == [
        "production-order mes/A true", "product-footprint mes/A true",
      ])
    #expect(records.allSatisfy { $0.cause?.time == at(510) })
    let print = try #require(try plant.bodies(.productFootprint)["mes/A"])
    #expect(print["energy"]?.arrayValue?.first?["amount"] == "3" && print["good"] == "14" && print["scrap"] == "1")
  }

  @Test func nothingIsKeptBeyondTheHorizon() throws {
    var plant = try LinePlant()
    for day in 0..<70 as Range<Int64> {
      for quarter in 0..<4 as Range<Int64> {
        let time = at(day * 24 * 60 + quarter * 15)
        try plant.bench.mark(time)
        try plant.meter(LinePlant.main, time, day * 100 + quarter)
        if quarter == 0 { try plant.order("start", "O\(day)", time) }
        if quarter == 3 { try plant.order("end", "O\(day)", time) }
      }
    }
    try plant.bench.restart()
    for part in ["order-events/", "order/", "line-day/", "orders-of-day/"] {
      #expect((46...50).contains(plant.bench.savedKeys(containing: part).count), "\(part)")
    }
  }
}
