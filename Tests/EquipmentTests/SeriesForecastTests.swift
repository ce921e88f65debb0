import Equipment
import Foundation
import Telemetry
import TestSupport
import Testing

@Suite struct SeriesForecastTests {
  private static func noise(_ seed: UInt64, _ count: Int) -> [Double] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let uniform = (0..<12).reduce(0.0) { sum, _ in sum + Double(random.next() >> 11) / Double(1 << 53) }
      return uniform - 6
    }
  }

  private static func fed(_ values: [Double?]) -> SeriesForecast {
    var forecast = SeriesForecast()
    for value in values { forecast.add(value) }
    return forecast
  }

  /// Share of the values an hour ahead that lie in their interval, and how far the forecast and the last value missed.
  static func watch(_ values: [Double?], every: Int = 3) -> (covered: Double, missed: Double, lastMissed: Double) {
    var forecast = SeriesForecast()
    var inside = 0
    var count = 0
    var missed = 0.0
    var lastMissed = 0.0
    for (place, value) in values.enumerated() {
      forecast.add(value)
      guard place % every == 0, place + SeriesForecast.lead < values.count,
        let truth = values[place + SeriesForecast.lead],
        case .success(let outlook) = Result(catching: { try forecast.outlook() })
      else { continue }
      let point = outlook.points[SeriesForecast.lead - 1]
      count += 1
      if (point.low...point.high).contains(truth) { inside += 1 }
      missed += abs(truth - point.value)
      lastMissed += abs(truth - outlook.now)
    }
    return (Double(inside) / Double(count), missed / Double(count), lastMissed / Double(count))
  }

  @Test func saysWhatIsMissing() throws {
    var forecast = SeriesForecast()
    for step in 0..<36 {
      #expect(throws: SeriesForecast.Refusal.tooShort(missing: 36 - step)) { try forecast.outlook() }
      forecast.add(Double(step % 3))
    }
    #expect(try forecast.outlook().evidence == 24)
    for _ in 0..<2 { forecast.add(nil) }
    _ = try forecast.outlook()
    forecast.add(.nan)
    #expect(throws: SeriesForecast.Refusal.silent) { try forecast.outlook() }
    forecast.add(1)
    _ = try forecast.outlook()
  }

  @Test func aConstantStays() throws {
    let outlook = try Self.fed(Array(repeating: 21.5, count: 100)).outlook()
    for point in outlook.points {
      #expect(abs(point.value - 21.5) < 1e-9 && abs(point.high - point.low) < 1e-9)
    }
    #expect(outlook.probability(crossing: 22, upwards: true) == 0)
    #expect(outlook.probability(crossing: 21, upwards: true) == 1)
  }

  @Test func aRampGoesOnAndItsLimitIsSeenComing() throws {
    // 0.1 a step, with noise of 0.05.
    let values: [Double?] = Self.noise(3, 200).enumerated().map { step, noise in 0.1 * Double(step) + 0.05 * noise }
    let outlook = try Self.fed(values).outlook()
    #expect(abs(outlook.points[11].value - 21.1) < 0.3)
    #expect(outlook.probability(crossing: 20.6, upwards: true) > 0.9)
    #expect(outlook.probability(crossing: 23, upwards: true) == 0)
    #expect(outlook.probability(crossing: 15, upwards: false) == 0)
    // Nearer steps are surer.
    #expect(outlook.points[0].high - outlook.points[0].low < outlook.points[11].high - outlook.points[11].low)
  }

  @Test func aDayIsLearnedFromTheDayBefore() {
    var values: [Double?] = []
    for (step, noise) in Self.noise(5, 288 * 4).enumerated() {
      let wave = 5 * sin(Double(step) / 288 * 2 * Double.pi)
      let shift: Double = (step % 288) / 72 == 2 ? 4 : 0
      values.append(20 + wave + shift + 0.1 * noise)
    }
    let (covered, missed, last) = Self.watch(values)
    #expect(missed < 0.6 * last, "\(missed) against \(last)")
    #expect((0.84...0.96).contains(covered), "\(covered)")
  }

  @Test(arguments: 1...4) func keepsItsPromiseOnWalksAndReturns(seed: UInt64) {
    let steps = Self.noise(seed, 1500)
    var walk: [Double?] = []
    var value = 0.0
    for step in steps {
      // Half of them go back to 0.
      value = (seed % 2 == 0 ? 1 : 0.97) * value + step
      walk.append(value)
    }
    let (covered, missed, last) = Self.watch(walk)
    #expect((0.86...0.94).contains(covered), "\(covered)")
    #expect(missed < 1.12 * last, "\(missed) against \(last)")
  }

  @Test func isBoundedAndReadsItselfBack() throws {
    var forecast = SeriesForecast()
    var random = SplitMix64(seed: 9)
    for _ in 0..<600 {
      let kind = random.next() % 10
      forecast.add(kind == 0 ? nil : kind == 1 ? 1e9 : Double(random.next() % 100))
      if case .success(let outlook) = Result(catching: { try forecast.outlook() }) {
        #expect(outlook.points.allSatisfy { $0.low <= $0.value && $0.value <= $0.high })
      }
    }
    var writer = ByteWriter()
    forecast.encode(into: &writer)
    #expect(writer.bytes.count < 6000)
    var reader = ByteReader(writer.bytes)
    var again = try SeriesForecast(from: &reader)
    #expect(again == forecast)
    again.add(5)
    forecast.add(5)
    #expect(again == forecast)
    var cut = ByteReader(Array(writer.bytes.dropLast(9)))
    #expect(throws: (any Error).self) { try SeriesForecast(from: &cut) }
  }

  /// The temperature of a machine over 79 days, with four failures: nothing is known of it.
  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) func onARealMachine() throws {
    let text = String(decoding: try ReferenceData.bytes("data/machine_temperature_system_failure.csv"), as: UTF8.self)
    let values = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").last.flatMap { Double($0) } }
    let (covered, missed, last) = Self.watch(values, every: 7)
    #expect((0.88...0.92).contains(covered), "\(covered)")
    #expect(missed < last, "\(missed) against \(last)")
  }
}
