import Factors
import Plant
import Telemetry
import Templates
import Testing

@testable import Energy

private struct Dice {
  var state: UInt64
  mutating func roll(_ count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) >> 33) % count
  }
  mutating func decimal(_ count: Int, _ divisor: Int) throws -> ExactDecimal {
    try ExactDecimal(roll(count)) / ExactDecimal(divisor)
  }
}

@Suite("What holds of all advice") struct AdvicePropertyTests {
  private func plan(_ dice: inout Dice) throws -> AdvicePlan {
    let zone = try PlantZone(identifier: "Europe/Berlin")
    // Around a change of the clocks too.
    let start = Timestamp(seconds: 1_774_600_000 + Int64(dice.roll(40)) * 3600)
    var plan = try AdvicePlan(
      from: start, hours: 24, length: .minutes(dice.roll(2) == 0 ? 30 : 60), zone: zone, tariff: nil,
      factor: { _ in nil }, load: { _ in nil })
    let (isPriced, hasFactors, hasLoad) = (dice.roll(5) != 0, dice.roll(3) != 0, dice.roll(3) != 0)
    for place in plan.slots.indices {
      if isPriced { plan.slots[place].price = try dice.decimal(8, 10) }
      if hasFactors { plan.slots[place].factor = try dice.decimal(9, 10) }
      if hasLoad { plan.slots[place].load = try dice.decimal(2000, 10) }
    }
    if dice.roll(2) == 0 { plan.limit = ExactDecimal(150 + dice.roll(300)) }
    if dice.roll(2) == 0 {
      plan.basic = TariffBasicCharge(basis: .demand, price: ExactDecimal(dice.roll(50)))
      plan.demandSoFar = ExactDecimal(dice.roll(400))
    }
    return plan
  }

  private func flexibility(_ dice: inout Dice) throws -> Asset.Flexibility {
    let kind = Asset.Flexibility.Kind.allCases[dice.roll(3)]
    let duration = Span64.minutes(Int64(10 + dice.roll(150)))
    let from = dice.roll(24) * 60
    let to = dice.roll(25) * 60
    return Asset.Flexibility(
      kind: kind, power: ExactDecimal(1 + dice.roll(100)), duration: duration, from: from, to: to,
      usually: kind == .shift ? (from + dice.roll(5) * 30) % 1440 : nil,
      efficiency: kind == .storage ? try ExactDecimal(70 + dice.roll(30)) / ExactDecimal(100) : nil,
      comfort: Asset.Flexibility.Comfort.allCases[dice.roll(3)])
  }

  @Test("windows, durations, powers and bills", arguments: 0..<120)
  func bounds(seed: Int) throws {
    var dice = Dice(state: UInt64(seed) &* 104_729 &+ 17)
    let plan = try plan(&dice)
    let loads = try (0..<(1 + dice.roll(4))).map { FlexibleLoad(asset: $0, flexibility: try flexibility(&dice)) }
    let policy = AdvicePolicy.allCases[dice.roll(3)]
    let advisor = LoadAdvisor(loads, policy: policy)
    let (proposals, after) = try advisor.advise(plan)
    #expect(try advisor.advise(plan).proposals == proposals)
    // One use of a load and day.
    #expect(Set(proposals.map { [$0.load.asset, $0.day] }).count == proposals.count)
    var now = plan
    for proposal in proposals {
      let own = proposal.load.flexibility
      let next = try now.applying(proposal.change)
      // The saving is the difference of the bills, computed anew.
      let saved = try now.bill().map { try $0 - (next.bill() ?? .zero) }
      let spared = try now.emissions().map { try $0 - (next.emissions() ?? .zero) }
      #expect(proposal.saving == saved && proposal.emissions == spared)
      if let before = try now.excess(), let left = try next.excess() {
        #expect(left <= before)
        let gained = try before - left
        #expect(proposal.excess == gained)
      }
      try checkBounds(proposal, plan)
      #expect(policy.allowsSaving(own) || (proposal.holdsLimit && policy.allowsRelief(own)))
      let gains = [proposal.saving, proposal.emissions, proposal.excess].compactMap { $0 }
      #expect(gains.contains { ExactDecimal.zero < $0 })
      now = next
    }
    #expect(now == after)
    // Only on the loads' own times.
    if let total = try plan.bill().map({ try $0 - (after.bill() ?? .zero) }) {
      var sum = ExactDecimal.zero
      for proposal in proposals { sum = try sum + (proposal.saving ?? .zero) }
      #expect(sum == total)
    }
  }

  private func checkBounds(_ proposal: AdviceProposal, _ plan: AdvicePlan) throws {
    let own = proposal.load.flexibility
    let most = try AdvicePlan.energy(own.power, over: plan.length)
    let whole = try AdvicePlan.energy(own.power, over: own.duration)
    let tolerance = try #require(ExactDecimal("0.000000001"))
    var (less, more) = (ExactDecimal.zero, ExactDecimal.zero)
    for part in proposal.change {
      #expect(part.energy.magnitude <= most)
      if part.energy.isNegative { less = try less - part.energy } else { more = try more + part.energy }
      let slot = plan.slots[part.slot]
      let start = (slot.day - proposal.day) * 1440 + slot.minute
      let close = own.to <= own.from ? own.to + 1440 : own.to
      // A usual run may be outside of what was declared only before it is moved.
      if own.kind != .shift || !part.energy.isNegative {
        #expect(own.from <= start && start + Int(plan.length.seconds / 60) <= close)
      }
    }
    let bound = try whole + tolerance
    #expect(less <= bound && more <= bound)
    switch own.kind {
    case .shift: #expect(less == more)
    case .shed: #expect(more.isZero && proposal.loaded == nil)
    case .storage: #expect(less < more && proposal.energy == less)
    }
    for range in [proposal.relieved, proposal.loaded].compactMap({ $0 }) {
      #expect((range.upperBound - range.lowerBound) <= own.duration)
    }
  }

  @Test("what is essential, or feeds what is, is never a flexible load", arguments: 0..<60)
  func essential(seed: Int) throws {
    var dice = Dice(state: UInt64(seed) &* 7919 &+ 3)
    var assets: [Asset] = []
    for place in 0..<12 {
      var asset = Asset(
        id: "a\(place)", name: "", site: "", area: "", line: "", cell: "", template: "",
        criticality: Asset.Criticality.allCases[dice.roll(4)], connection: "", topics: [], signals: [], ratedPower: nil)
      asset.metering.essential = [nil, true, false, false][dice.roll(4)]
      asset.metering.fedBy = place > 0 && dice.roll(3) > 0 ? "a\(dice.roll(place))" : nil
      asset.metering.flexible = try flexibility(&dice)
      assets.append(asset)
    }
    let topology = MeterTopology(assets)
    func mustRun(_ place: Int) -> Bool {
      assets[place].metering.essential == true || assets[place].criticality == .safety
        || topology.fed[place].contains(where: mustRun)
    }
    let expected = assets.indices.filter { assets[$0].metering.essential == false && !mustRun($0) }
    #expect(FlexibleLoad.all(assets, topology: topology).map(\.asset) == expected)
  }
}
