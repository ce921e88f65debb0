import Production
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

/// Whatever happens to orders and messages: what the meters counted is what the orders and nobody got, exactly; and
/// figures are a function of what was accepted.
@Suite struct ConservationTests {
  private enum Input {
    case meter(Int, Int64)
    case count(good: Int64, scrap: Int64, state: String)
    case order(String, String)
  }

  /// 30 hours with two to eight orders that stop, overlap and leave gaps.
  private func history(_ random: inout SplitMix64) -> [(time: Timestamp, input: Input)] {
    var inputs: [(time: Timestamp, input: Input)] = []
    var (main, sub, good, scrap) = (Int64(0), Int64(0), Int64(0), Int64(0))
    let states = ["running", "running", "idle", "stopped", "fault", "setup"]
    var state = "running"
    for minute in 0..<(30 * 60) as Range<Int64> {
      let time = LinePlant.at(minute)
      if minute % 5 == 0 {
        main += Int64(random.next() % 317)
        sub += Int64(random.next() % 100)
        inputs.append((time, .meter(LinePlant.main, main)))
        inputs.append((time, .meter(LinePlant.sub, sub)))
      }
      guard minute % 3 == 0 else { continue }
      if random.next() % 8 == 0 { state = states[Int(random.next() % 6)] }
      if state == "running" {
        good += Int64(random.next() % 4)
        scrap += random.next() % 9 == 0 ? 1 : 0
      }
      inputs.append((time + .seconds(7), .count(good: good, scrap: scrap, state: state)))
    }
    for order in 0..<(2 + random.next() % 7) {
      var minute = Int64(random.next() % 1200)
      let name = "O\(order)"
      inputs.append((LinePlant.at(minute) + .seconds(13), .order("start", name)))
      for _ in 0..<(random.next() % 4) {
        minute += 1 + Int64(random.next() % 90)
        inputs.append((LinePlant.at(minute), .order("pause", name)))
        minute += 1 + Int64(random.next() % 60)
        inputs.append((LinePlant.at(minute), .order("resume", name)))
      }
      minute += Int64(random.next() % 200)
      inputs.append((LinePlant.at(minute) + .seconds(59), .order("end", name)))
    }
    return inputs
  }

  private func run(
    _ inputs: [(time: Timestamp, input: Input)], delays: [Int64], restarts: Bool, _ random: inout SplitMix64
  ) throws -> LinePlant {
    var plant = try LinePlant()
    var deliveries: [(at: Timestamp, place: Int)] = []
    for (place, delay) in delays.enumerated() { deliveries.append((inputs[place].time + .seconds(delay), place)) }
    deliveries.sort { ($0.at, $0.place) < ($1.at, $1.place) }
    for (at, place) in deliveries {
      try plant.bench.mark(at)
      let time = inputs[place].time
      switch inputs[place].input {
      case .meter(let asset, let value): try plant.meter(asset, time, value)
      case .count(let good, let scrap, let state): try plant.count(time, good: good, scrap: scrap, state: state)
      case .order(let event, let name): try plant.order(event, name, time, id: UInt64(place + 1))
      }
      if restarts, random.next() % 60 == 0 { try plant.bench.restart() }
    }
    try plant.bench.mark(LinePlant.at(48 * 60 + 30))
    try plant.bench.mark(LinePlant.at(49 * 60))
    return plant
  }

  private func check(_ plant: LinePlant) throws {
    let days = try plant.bodies(.productionLine)
    let meters = try plant.bench.bodies(.energyDay)
    var ofOrders: [String: ExactDecimal] = [:]
    #expect(days.count == 2)
    for (key, day) in days {
      let carrier = try #require(day["carriers"]?["active-energy-import"])
      let metered = try #require(carrier.decimal("metered"))
      let orders = try #require(carrier["orders"]).decimals
      let unallocated = try #require(carrier.decimal("unallocated"))
      #expect(try sum(orders.values) + unallocated == metered)
      #expect(try sum(try #require(carrier["reasons"]).decimals.values) == unallocated)
      let start = key.dropFirst("mes/".count)
      #expect(meters["main/\(start)"]?.decimal("energy_kwh") == metered, "nothing twice, nothing lost")
      for (order, amount) in orders { ofOrders[order] = try (ofOrders[order] ?? .zero) + amount }
    }
    let prints = try plant.bodies(.productFootprint)
    var (good, scrap) = (ExactDecimal.zero, ExactDecimal.zero)
    for (key, print) in prints {
      let energy = print["energy"]?.arrayValue?.first
      #expect(energy?.decimal("amount") ?? .zero == ofOrders[key] ?? .zero, "\(key)")
      let bases = energy?["by_basis"]?.decimals ?? [:]
      #expect(try sum(bases.values) == energy?.decimal("amount") ?? .zero)
      good = try good + (print.decimal("good") ?? .zero)
      scrap = try scrap + (print.decimal("scrap") ?? .zero)
    }
    for day in days.values {
      good = try good + (day.decimal("good_outside") ?? .zero) - (day.decimal("good") ?? .zero)
      scrap = try scrap + (day.decimal("scrap_outside") ?? .zero) - (day.decimal("scrap") ?? .zero)
    }
    #expect(good.isZero && scrap.isZero, "every piece once")
    #expect(plant.bench.counts.samplesBalance && plant.bench.counts.samplesPending == 0)
    #expect(!plant.bench.output.findings.contains { $0.rule.contains("failed") })
  }

  @Test(arguments: 0..<12 as Range<UInt64>)
  func ordersAndNobodyGetEverything(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let inputs = history(&random)
    let ordered = try run(inputs, delays: inputs.map { _ in 0 }, restarts: false, &random)
    try check(ordered)
    let delays = inputs.map { _ in random.next() % 10 == 0 ? Int64(random.next() % 14_000) : Int64(random.next() % 20) }
    let disturbed = try run(inputs, delays: delays, restarts: true, &random)
    try check(disturbed)
    for kind in [RecordKind.productionOrder, .productionLine, .productFootprint] {
      let (one, two) = (try ordered.bodies(kind), try disturbed.bodies(kind))
      #expect(one.keys.sorted() == two.keys.sorted())
      for (key, body) in one { #expect(two[key] == body, "\(kind.rawValue) \(key)") }
    }
  }
}
