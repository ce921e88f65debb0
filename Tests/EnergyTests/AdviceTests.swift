import Factors
import Plant
import Telemetry
import Templates
import Testing

@testable import Energy

/// Hours from a midnight of 2026-11-18 (a Wednesday) in Shanghai, with a price and a factor each.
private func plan(
  prices: [String?], factors: [String?]? = nil, loads: [String?]? = nil, limit: Int? = nil
) throws -> AdvicePlan {
  let midnight = try #require(Timestamp(rfc3339: "2026-11-18T00:00:00+08:00"))
  let day = Timestamp.days(year: 2026, month: 11, day: 18)
  let slots = prices.indices.map { hour in
    AdvicePlan.Slot(
      start: midnight + .hours(Int64(hour)), day: day + hour / 24, minute: hour % 24 * 60,
      price: prices[hour].flatMap { ExactDecimal($0) }, factor: (factors?[hour]).flatMap { ExactDecimal($0) },
      load: (loads?[hour]).flatMap { ExactDecimal($0) })
  }
  return AdvicePlan(slots: slots, length: .hours(1), limit: limit.map { ExactDecimal($0) })
}

private func load(
  _ kind: Asset.Flexibility.Kind, _ power: Int, hours: Int64, _ from: Int, _ to: Int, usually: Int? = nil,
  efficiency: String? = nil, comfort: Asset.Flexibility.Comfort = .low
) -> FlexibleLoad {
  FlexibleLoad(
    asset: 0,
    flexibility: Asset.Flexibility(
      kind: kind, power: ExactDecimal(power), duration: .hours(hours), from: from * 60, to: to * 60,
      usually: usually.map { $0 * 60 }, efficiency: efficiency.flatMap { ExactDecimal($0) }, comfort: comfort))
}

@Suite("Advice on flexible loads") struct AdviceTests {
  /// Cheap at night, dear from 10 to 12.
  private let day: [String?] = (0..<24).map { hour in hour < 8 ? "0.3" : (10..<12).contains(hour) ? "1.2" : "0.6" }

  @Test("a run moves to the cheapest hours that are nearest")
  func shift() throws {
    let own = load(.shift, 40, hours: 2, 0, 24, usually: 10)
    let (proposals, after) = try LoadAdvisor([own], policy: .balanced).advise(try plan(prices: day))
    let proposal = try #require(proposals.first)
    #expect(proposals.count == 1)
    #expect(proposal.saving?.description == "72" && proposal.energy.description == "80")
    // 06:00 to 08:00 is nearer to 10:00 than any other cheap pair of hours.
    #expect(proposal.loaded?.lowerBound.rfc3339UTC == "2026-11-17T22:00:00Z")
    #expect(proposal.relieved.lowerBound.rfc3339UTC == "2026-11-18T02:00:00Z")
    #expect(proposal.emissions == nil && proposal.excess == nil && !proposal.holdsLimit)
    #expect(after.slots[10].moved.description == "-40" && after.slots[6].moved.description == "40")
  }

  /// Minutes would be a million ways to use a storage on one day.
  @Test(
    "short windows are planned in quarters of an hour",
    arguments: [(1, 15), (5, 15), (15, 15), (4, 20), (10, 20), (30, 30), (60, 60)] as [(Int64, Int64)])
  func slots(window: Int64, slot: Int64) throws {
    let length = AdvicePlan.slot(.minutes(window))
    #expect(length == .minutes(slot))
    let midnight = try #require(Timestamp(rfc3339: "2026-11-18T00:00:00+08:00"))
    let plan = try AdvicePlan(
      from: midnight, hours: 24, length: length, zone: PlantZone(identifier: "Asia/Shanghai"), tariff: nil,
      factor: { _ in nil }, load: { _ in nil })
    let own = load(.storage, 40, hours: 1, 0, 24, efficiency: "0.9")
    let use = try LoadAdvisor.Use(own, place: 0, day: try #require(plan.slots.first).day, plan: plan)
    #expect(use.candidates.count <= 5000 && !use.candidates.isEmpty)
  }

  @Test("a saving that emits more says so, and of equal prices the cleaner hour is taken")
  func emissions() throws {
    var factors: [String?] = Array(repeating: "0.5", count: 24)
    for hour in 0..<8 { factors[hour] = hour == 3 ? "0.6" : "0.7" }
    let own = load(.shift, 10, hours: 1, 0, 24, usually: 10)
    let proposal = try #require(
      try LoadAdvisor([own], policy: .balanced).advise(plan(prices: day, factors: factors)).proposals.first)
    #expect(proposal.raisesEmissions && proposal.emissions?.description == "-1")
    #expect(proposal.loaded?.lowerBound.rfc3339UTC == "2026-11-17T19:00:00Z")
    // Without prices the factors decide.
    let free = try plan(prices: Array(repeating: nil, count: 24), factors: factors)
    #expect(try LoadAdvisor([own], policy: .balanced).advise(free).proposals == [])
    let night = load(.shift, 10, hours: 1, 0, 24, usually: 0)
    let cleaner = try #require(try LoadAdvisor([night], policy: .balanced).advise(free).proposals.first)
    #expect(cleaner.emissions?.description == "2" && cleaner.saving == nil)
  }

  @Test("a storage charges before it gives back, with its losses")
  func storage() throws {
    let own = load(.storage, 100, hours: 2, 0, 24, efficiency: "0.9")
    let proposal = try #require(try LoadAdvisor([own], policy: .balanced).advise(plan(prices: day)).proposals.first)
    // 180 kWh at 1.2 less 200 kWh at 0.3.
    #expect(proposal.saving?.description == "156" && proposal.energy.description == "180")
    let charge = try #require(proposal.loaded)
    #expect(charge.upperBound <= proposal.relieved.lowerBound)
    // Too small a difference of prices is not worth the losses.
    let flat: [String?] = (0..<24).map { $0 < 12 ? "0.60" : "0.62" }
    #expect(try LoadAdvisor([own], policy: .balanced).advise(plan(prices: flat)).proposals.isEmpty)
  }

  @Test("the policies go so far and no further")
  func policies() throws {
    let loads: [(String?)] = Array(repeating: "100", count: 24)
    let quiet = try plan(prices: day, loads: loads)
    let tight = try plan(prices: day, loads: loads, limit: 90)
    func kinds(_ own: FlexibleLoad, _ plan: AdvicePlan) throws -> [Bool] {
      try AdvicePolicy.allCases.map { try !LoadAdvisor([own], policy: $0).advise(plan).proposals.isEmpty }
    }
    // In the order comfort first, balanced, saving first.
    #expect(try kinds(load(.shift, 40, hours: 1, 0, 24, usually: 10, comfort: .medium), quiet) == [false, true, true])
    #expect(try kinds(load(.shift, 40, hours: 1, 0, 24, usually: 10, comfort: .high), quiet) == [false, false, true])
    #expect(try kinds(load(.shed, 40, hours: 1, 0, 24, comfort: .low), quiet) == [false, true, true])
    #expect(try kinds(load(.shed, 40, hours: 1, 0, 24, comfort: .medium), quiet) == [false, false, true])
    // Where the demand would exceed its limit, they go further.
    #expect(try kinds(load(.shed, 40, hours: 1, 0, 24, comfort: .low), tight) == [true, true, true])
    #expect(try kinds(load(.shed, 40, hours: 1, 0, 24, comfort: .medium), tight) == [false, true, true])
    #expect(try kinds(load(.shed, 40, hours: 1, 0, 24, comfort: .high), tight) == [false, false, true])
  }

  @Test("the demand's limit is held with as little as possible, and never broken by a moved run")
  func limit() throws {
    var loads: [String?] = Array(repeating: "100", count: 24)
    loads[10] = "150"
    let tight = try plan(prices: day, loads: loads, limit: 120)
    let shed = load(.shed, 40, hours: 3, 8, 14, comfort: .low)
    let proposal = try #require(try LoadAdvisor([shed], policy: .comfortFirst).advise(tight).proposals.first)
    #expect(proposal.change == [AdviceChange(slot: 10, energy: ExactDecimal(-40))])
    #expect(proposal.holdsLimit && proposal.excess?.description == "30")
    // Moved into the night it would be 140 kW there: nothing is proposed but what keeps to 120 kW.
    let run = load(.shift, 40, hours: 1, 0, 24, usually: 11)
    #expect(try LoadAdvisor([run], policy: .savingFirst).advise(tight).proposals.isEmpty)
  }

  @Test("the month's demand counts where it is charged")
  func demandCharge() throws {
    var loads: [String?] = Array(repeating: "100", count: 24)
    loads[10] = "150"
    var own = try plan(prices: Array(repeating: "0.5", count: 24), loads: loads)
    own.basic = TariffBasicCharge(basis: .demand, price: ExactDecimal(40))
    let run = load(.shift, 30, hours: 1, 0, 24, usually: 10)
    let proposal = try #require(try LoadAdvisor([run], policy: .balanced).advise(own).proposals.first)
    // 150 kW become 130 kW where the run is then.
    #expect(proposal.saving?.description == "800" && proposal.demandSaving?.description == "800")
    own.demandSoFar = ExactDecimal(145)
    let later = try #require(try LoadAdvisor([run], policy: .balanced).advise(own).proposals.first)
    #expect(later.saving?.description == "200")
    own.demandSoFar = ExactDecimal(150)
    #expect(try LoadAdvisor([run], policy: .balanced).advise(own).proposals.isEmpty)
  }

  @Test("a window over midnight belongs to the day on which it begins")
  func overMidnight() throws {
    let two = try plan(prices: day + day)
    let run = load(.shift, 10, hours: 2, 20, 6, usually: 21)
    let (proposals, _) = try LoadAdvisor([run], policy: .balanced).advise(two)
    #expect(proposals.count == 1 && proposals[0].loaded?.lowerBound.rfc3339UTC == "2026-11-18T16:00:00Z")
    var weekly = run
    weekly.flexibility.weekdays = [0]
    #expect(try LoadAdvisor([weekly], policy: .balanced).advise(two).proposals.isEmpty)
  }
}
