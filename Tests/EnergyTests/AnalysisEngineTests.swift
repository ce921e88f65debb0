import Foundation
import Journal
import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

/// The rules of the analysis in a real engine, from registers: restarts and late readings make no difference.
@Suite("Analysis of energy in the engine")
struct AnalysisEngineTests {
  private static let devices =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/Devices"
  private static let days = 10
  private static let ids = ["main", "press", "chiller", "counter"]

  private static let text = """
    gateway: { id: works, data: unused }
    zone: Asia/Shanghai
    broker: { host: localhost }
    energy: { baseline: { days: 7 }, idle: { share: 5 % } }
    tariff: { table: none, currency: CNY, prices: { flat: 0.50 } }
    assets:
      - { id: main, place: cq/substation, template: three-phase-meter-active, topic: m/main, role: grid-import,
          rated-power: 900 kW, accuracy: 0.5 %, expected-interval: 15 min }
      - { id: press, place: cq/hall/l1, template: three-phase-meter-active, topic: m/press, fed-by: main,
          rated-power: 900 kW, accuracy: 1 %, expected-interval: 15 min,
          idle: { standby-target: 2 kW, off-below: 1 kW, producing-from: 30 kW } }
      - { id: chiller, place: cq/cooling, template: three-phase-meter-active, topic: m/chiller, fed-by: main,
          rated-power: 900 kW, accuracy: 1 %, expected-interval: 15 min }
      - { id: counter, place: cq/hall/l1, template: production-counter, topic: m/counter, expected-interval: 15 min }
    """

  private struct Reading {
    var asset: Int
    var signal: Int
    var time: Timestamp
    var value: ScaledInteger
    /// Quarter of an hour at which it arrives.
    var arrival: Int
  }

  /// - Parameter late: whether the press's meter is unheard from noon of the ninth day until four the next morning.
  private func readings(_ site: Site, start: Timestamp, late: Bool) throws -> [Reading] {
    func signal(_ asset: Int, _ name: String) throws -> Int {
      try #require(site.assets[asset].signals.firstIndex { $0.name == name })
    }
    let energy = try (0...2).map { try signal($0, "active-energy") }
    let (produced, rejected) = (try signal(3, "produced"), try signal(3, "rejected"))
    var found: [Reading] = []
    var (press, chiller, good): (Int64, Int64, Int64) = (0, 0, 0)
    for quarter in 0...(96 * Self.days) {
      let time = start + .minutes(Int64(15 * quarter))
      let isHeld = late && (8 * 96 + 48..<9 * 96 + 16).contains(quarter)
      func add(_ asset: Int, _ signal: Int, _ value: Int64, _ exponent: Int8) {
        found.append(
          Reading(
            asset: asset, signal: signal, time: time, value: ScaledInteger(value, exponent: exponent),
            arrival: isHeld && asset == 1 ? 9 * 96 + 16 : quarter))
      }
      add(0, energy[0], (press + chiller) * 5 / 4, -2)
      add(1, energy[1], press, -2)
      add(2, energy[2], chiller, -2)
      add(3, produced, good, 0)
      add(3, rejected, 0, 0)
      let day = Int64(quarter / 96)
      let isProducing = (32..<64).contains(quarter % 96)
      let pieces = isProducing ? 20 + 3 * (day * 5 % 7) + Int64(quarter % 3) : 0
      press += (isProducing ? 1000 + 40 * pieces : 150) * (day == 8 && isProducing ? 3 : 2) / 2
      chiller += 500
      good += pieces
    }
    return found.enumerated().sorted { ($0.element.arrival, $0.offset) < ($1.element.arrival, $1.offset) }
      .map(\.element)
  }

  private func run(late: Bool = false, restarts: Bool = false) throws -> RuleBench.Bench {
    let site = try SiteLoader.load(text: Self.text, file: "test.yaml", devices: [Self.devices])
    let zone = try PlantZone(identifier: site.zone)
    var bench = try RuleBench.Bench(
      site: site,
      factories: [
        EnergyRule.factory(zone: zone), LoadRule.factory(site: site), DemandRule.factory(zone: zone),
        DayMeanRule.factory(zone: zone),
      ],
      siteFactories: [
        EnergyBalanceRule.factory(zone: zone), IdleUseRule.factory(zone: zone),
        EnergyPerformanceRule.factory(zone: zone), ShedRule.factory(),
      ])
    let start = try time("2026-01-05T00:00:00+08:00")
    var seed = SplitMix64(seed: 11)
    let readings = try readings(site, start: start, late: late)
    var next = 0
    for quarter in 0...(96 * Self.days) {
      let clock = start + .minutes(Int64(15 * quarter))
      let catalog = bench.catalog
      try bench.feed { batch in
        batch.entries.append(.mark(clock))
        let first = batch.samples.count
        while next < readings.count, readings[next].arrival == quarter {
          let reading = readings[next]
          batch.samples.append(
            Sample(
              series: catalog.series(asset: reading.asset, signal: reading.signal), time: reading.time,
              value: .scaled(reading.value)))
          next += 1
        }
        batch.entries.append(.samples(first..<batch.samples.count))
        batch.entries.append(.mark(clock + .seconds(61)))
      }
      if restarts, seed.next() % 9 == 0 { try bench.restart() }
    }
    try bench.mark(start + .days(Int64(Self.days)) + .hours(2))
    try bench.mark(start + .days(Int64(Self.days)) + .hours(3))
    return bench
  }

  private func open(_ bench: RuleBench.Bench) -> [String] {
    var open: [String: Bool] = [:]
    for finding in bench.output.findings { open[finding.key] = finding.closed == nil }
    return open.filter(\.value).map(\.key).sorted()
  }

  @Test func registersBecomeDaysAndFindings() throws {
    let bench = try run()
    let idle = try bench.bodies(.energyIdle)
    #expect(idle.count == Self.days)
    #expect(idle.values.allSatisfy { $0["waste_kwh"] == "64" && $0["waste_cost"] == "32" })
    let performance = try bench.bodies(.energyPerformance)
    #expect(performance.count == 9)
    let abnormal = performance.values.filter { $0["level"] == "alarm" }
    #expect(abnormal.compactMap { $0["asset"]?.stringValue }.sorted() == ["main", "press"])
    #expect(abnormal.allSatisfy { $0["start"] == "2026-01-13T00:00:00+08:00" })
    let keys = Set(bench.output.findings.map(\.key))
    #expect(keys.isSuperset(of: ["energy-imbalance/main", "idle-waste/press", "energy-abnormal/main"]))
    #expect(!keys.contains("energy-abnormal/press"))
    #expect(open(bench) == ["energy-imbalance/main", "idle-waste/press"])
  }

  @Test func restartsAndLateReadingsMakeNoDifference() throws {
    let straight = try run()
    let restarted = try run(restarts: true)
    #expect(restarted.output.records == straight.output.records)
    #expect(restarted.output.findings == straight.output.findings)
    let late = try run(late: true, restarts: true)
    for kind in [RecordKind.energyIdle, .energyPerformance] {
      #expect(try late.bodies(kind) == straight.bodies(kind), "\(kind)")
    }
    // The day was judged without the press's afternoon first.
    #expect(late.output.records.contains { $0.kind == .energyIdle && $0.revision > 0 })
    #expect(open(late) == open(straight))
  }
}
