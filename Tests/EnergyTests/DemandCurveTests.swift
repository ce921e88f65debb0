import Telemetry
import Testing

@testable import Energy

@Suite("Load curves")
struct DemandCurveTests {
  private static let isExpected = ReferenceData.exists("data/steel-energy.csv")

  @Test(.enabled(if: isExpected, "no reference data")) func steelYear() throws {
    let vectors = try ReferenceData.vectors()
    let rows = try SteelYearTests.rows()
    let blocks = try rows.map {
      (start: $0.time - .minutes(15), energy: try ExactDecimal(ScaledInteger($0.values[0], exponent: -2)))
    }
    let maximum = try #require(try DemandCurve.maximum(blocks: blocks, window: .minutes(15)))
    #expect(maximum.demand == ExactDecimal("628.72"))
    #expect(maximum.start == (try time("2018-11-22T09:30:00+08:00")))
    let expected = try #require(vectors["steel-load-factor-and-base-load"]?["expected"])
    let energy = try blocks.reduce(ExactDecimal.zero) { try $0 + $1.energy }
    let factor = try #require(
      try DemandCurve.loadFactor(energy: energy, hours: ExactDecimal(8760), maximum: maximum.demand))
    #expect(abs(factor.doubleValue - (try number(expected["load_factor"]))) <= 1e-6)
    let powers = try blocks.map { try DemandCurve.power($0.energy, over: .minutes(15)).doubleValue }
    let base = try #require(DemandCurve.percentile(powers, 5))
    #expect(abs(base - (try number(expected["p5_kw"]))) <= 1e-6)
    let night = zip(blocks, powers).filter { block, _ in
      let second = (block.start.nanoseconds / 1_000_000_000 + 8 * 3600) % 86400
      return (3600..<5 * 3600).contains(second)
    }.map(\.1)
    let median = try #require(DemandCurve.median(night))
    #expect(abs(median - (try number(expected["night_median_kw"]))) <= 1e-6)
  }

  /// A load that straddles two blocks: the sliding window sees all of it, the blocks half each.
  @Test func slidingWindows() throws {
    let start = try time("2026-01-05T08:00:00+08:00")
    var readings: [(time: Timestamp, count: Int64)] = []
    var count = Int64(0)
    for minute in 0...60 {
      // A little late, as readings are.
      readings.append((start + .minutes(Int64(minute)) + .milliseconds(-400), count))
      count += (8..<23).contains(minute) ? 10 : 1
    }
    let end = start + .hours(1)
    let sliding = try #require(DemandCurve.largestSlide(readings, window: .minutes(15), from: start, through: end))
    #expect(sliding.count == 150 && sliding.start == start + .minutes(8))
    let blocks = try stride(from: 0, to: 60, by: 15).map { minute in
      let energy = readings[minute + 15].count - readings[minute].count
      return (start: start + .minutes(Int64(minute)), energy: try ExactDecimal(ScaledInteger(energy)))
    }
    let fixed = try #require(try DemandCurve.maximum(blocks: blocks, window: .minutes(15)))
    #expect(fixed.demand == ExactDecimal(348) && fixed.start == start + .minutes(15))
    // Without readings near both ends of a window there is nothing to slide.
    let gaps = readings.enumerated().filter { $0.offset % 4 == 0 }.map(\.element)
    #expect(DemandCurve.largestSlide(gaps, window: .minutes(15), from: start, through: end) == nil)
    #expect(DemandCurve.largestSlide([], window: .minutes(15), from: start, through: end) == nil)
    #expect(try DemandCurve.maximum(blocks: [], window: .minutes(15)) == nil)
  }

  @Test(
    .enabled(if: isExpected, "no reference data"),
    arguments: [
      "voltage-unbalance-462-463-455", "voltage-unbalance-203-210-212", "voltage-unbalance-480-476-472",
      "voltage-unbalance-400-396-388",
    ]) func unbalance(name: String) throws
  {
    let vector = try #require(try ReferenceData.vectors()[name])
    let volts = try #require(vector["inputs"]?["line_voltages"]?.arrayValue).map { try number($0) }
    let nema = try #require(PowerQuality.unbalanceNEMA(volts[0], volts[1], volts[2]))
    let iec = try #require(PowerQuality.unbalanceIEC(volts[0], volts[1], volts[2]))
    #expect(abs(nema - (try number(vector["expected"]?["nema_percent"]))) <= 1e-6)
    #expect(abs(iec - (try number(vector["expected"]?["iec_percent"]))) <= 1e-6)
    // The tempting one is neither.
    let wrong = 100 * ((volts.max() ?? 0) - (volts.min() ?? 0)) / (volts.reduce(0, +) / 3)
    #expect(abs(wrong - nema) > 0.5 && abs(wrong - iec) > 0.5)
  }

  @Test func unbalanceOfOddVoltages() {
    #expect(PowerQuality.unbalanceNEMA(400, 400, 400) == 0)
    #expect(PowerQuality.unbalanceIEC(400, 400, 400) == 0)
    #expect(PowerQuality.unbalanceNEMA(0, 0, 0) == nil)
    #expect(PowerQuality.unbalanceIEC(0, 0, 0) == nil)
    #expect(PowerQuality.unbalanceIEC(400, 10, 10) == nil)
    let table: [(percent: Double, factor: Double)] = [(1, 1), (2, 0.95), (3, 0.9), (4, 0.82), (5, 0.75)]
    #expect(PowerQuality.derating(unbalance: 0.4, table: table) == 1)
    #expect(PowerQuality.derating(unbalance: 2, table: table) == 0.95)
    #expect(PowerQuality.derating(unbalance: 4.5, table: table).map { abs($0 - 0.785) < 1e-12 } == true)
    #expect(PowerQuality.derating(unbalance: 5.1, table: table) == nil)
  }

  /// The key of the table is rounded once. Months of the steel plant, with lagging energy only and with both.
  @Test(.enabled(if: isExpected, "no reference data")) func keysOfPowerFactors() throws {
    let vectors = try ReferenceData.vectors()
    let months = try #require(vectors["steel-monthly-energy"]?["expected"]?["months"]?.arrayValue)
    let expected = try #require(vectors["steel-power-factor-monthly"]?["expected"]?["months"]?.arrayValue)
    for (month, known) in zip(months, expected) {
      let lagging = try decimal(month["kvarh_lag"])
      let both = try #require(lagging.adding(try decimal(month["kvarh_lead"])))
      let active = try decimal(month["kwh"])
      #expect(PowerFactor.key(active: active, reactive: lagging).map(Int64.init) == known["key_lag"]?.integerValue)
      #expect(PowerFactor.key(active: active, reactive: both).map(Int64.init) == known["key_abs"]?.integerValue)
    }
    // P/√(P²+Q²) a little below 0.895: its six places round up to it, the key must not.
    let active = ScaledInteger(8_949_998)
    let reactive = ScaledInteger(4_460_665)
    #expect(PowerFactor.value(active: active, reactive: reactive)?.description == "0.895000")
    #expect(PowerFactor.key(active: active, reactive: reactive) == 89)
  }
}
