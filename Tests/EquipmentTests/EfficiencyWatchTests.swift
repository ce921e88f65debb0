import Rules
import Telemetry
import Templates
import Testing

@testable import Equipment

/// What a machine takes for what it makes, day by day.
@Suite struct EfficiencyWatchTests {
  private static let start = Timestamp(rfc3339: "2026-03-01T00:00:00+08:00")!

  private static func day(
    _ number: Int, energy: Double, output: Double, quantity: Signal.Quantity = .compressedAirVolumeNormal,
    covered: Double = 1
  ) -> MeterFigures {
    let start = start + .days(Int64(number))
    func scaled(_ value: Double) -> ScaledInteger { ScaledInteger(rounding: value, places: 3) ?? ScaledInteger(0) }
    return MeterFigures(
      period: .day, start: start, end: start + .days(1),
      amounts: [
        .init(quantity: .activeEnergyImport, value: scaled(energy)), .init(quantity: quantity, value: scaled(output)),
      ], maximum: nil, maximumStart: nil,
      shares: .init(covered: Int64(covered * 86_400e9), uncertain: 0, estimated: 0), key: "k", revision: 0, cause: nil)
  }

  /// 80 kWh a day whatever it makes, and 0.12 kWh for each Nm³, some per cent more or less.
  private static func energy(_ number: Int, _ output: Double) -> Double {
    (80 + 0.12 * output) * (1 + 0.02 * (Double(number * 7 % 5) / 2 - 1))
  }

  private func expectAdded(_ wanted: Bool, _ watch: inout EfficiencyWatch, _ day: MeterFigures) {
    let isAdded = watch.add(day)
    #expect(isAdded == wanted)
  }

  @Test func aLossThatGrowsIsSeenWhateverTheMachineMakes() throws {
    var watch = EfficiencyWatch()
    var told: Int?
    for number in 0..<60 {
      // Half the output at the weekend.
      let output = number % 7 < 5 ? 5000.0 : 2500
      let decay = number < 30 ? 0 : 0.01 * Double(number - 30)
      expectAdded(true, &watch, Self.day(number, energy: Self.energy(number, output) * (1 + decay), output: output))
      if number == 20 { #expect(abs(watch.loss ?? 1) < 0.02) }
      if number == 29 { #expect((watch.loss ?? 1) < (watch.limit ?? 0)) }
      if told == nil, let loss = watch.loss, let limit = watch.limit, loss >= limit { told = number }
    }
    #expect((35...45).contains(try #require(told)))
    #expect(abs(try #require(watch.loss) - 0.26) < 0.03)
    var writer = ByteWriter()
    watch.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try EfficiencyWatch(from: &reader) == watch)
  }

  @Test func daysThatSayNothingAreLeftOut() {
    var watch = EfficiencyWatch()
    expectAdded(false, &watch, Self.day(0, energy: 100, output: 0))
    expectAdded(false, &watch, Self.day(0, energy: 100, output: 500, quantity: .operatingTime))
    expectAdded(false, &watch, Self.day(0, energy: 100, output: 500, covered: 0.5))
    #expect(watch.loss == nil && watch.limit == nil && watch.specific == nil)
    for number in 0..<30 { _ = watch.add(Self.day(number, energy: 680, output: 5000)) }
    // A holiday with a little output does not count as a loss.
    expectAdded(false, &watch, Self.day(30, energy: 90, output: 100))
    #expect(abs(watch.loss ?? 1) < 1e-9)
    // A day that is revised takes its own place.
    expectAdded(true, &watch, Self.day(29, energy: 680, output: 5000))
    #expect(abs(watch.loss ?? 1) < 1e-9)
    expectAdded(false, &watch, Self.day(3 - 10, energy: 1, output: 5000))
  }

  @Test func itTakesPointsOfTheHealth() {
    #expect(HealthIndex(score: 0, zone: nil, efficiencyLoss: 0.15).value == 85)
    #expect(HealthIndex(score: 0, zone: nil, efficiencyLoss: 2).value == 60)
    #expect(HealthIndex(score: 0, zone: nil).value == 100)
  }
}
