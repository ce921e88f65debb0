import Plant
import Telemetry
import Testing

@testable import Energy

@Suite("Main meters and their sub-meters")
struct BalanceTests {
  private static func exact(_ text: String) -> ExactDecimal { ExactDecimal(text) ?? .zero }

  private func part(_ amount: String?, _ accuracy: String? = "1") -> MeterBalance.Part {
    MeterBalance.Part(
      asset: "m", amount: amount.flatMap { ExactDecimal($0) }, accuracy: accuracy.flatMap { ExactDecimal($0) })
  }

  @Test func verdicts() throws {
    // 100 ± 0.5, 60 ± 0.6, 39 ± 0.39: the root of the sum of squares is 0.873.
    let close = try MeterBalance(main: part("100", "0.5"), subMeters: [part("60"), part("39.2")])
    #expect(close.verdict == .balanced && close.difference == Self.exact("0.8") && close.share == Self.exact("0.008"))
    #expect(abs((close.uncertainty ?? 0) - (0.25 + 0.36 + 0.392 * 0.392).squareRoot()) < 1e-12)
    #expect(try MeterBalance(main: part("100", "0.5"), subMeters: [part("60"), part("35")]).verdict == .unexplained)
    #expect(try MeterBalance(main: part("100", "0.5"), subMeters: [part("60"), part("45")]).verdict == .excess)
    let incomplete = try MeterBalance(main: part("100"), subMeters: [part(nil), part("45")])
    #expect(incomplete.verdict == .incomplete && incomplete.difference == nil && incomplete.missing == ["m"])
    #expect(try MeterBalance(main: part(nil), subMeters: [part("45")]).verdict == .incomplete)
    let unknown = try MeterBalance(main: part("100", nil), subMeters: [part("45")])
    #expect(unknown.verdict == .unjudged && unknown.share == Self.exact("0.55") && unknown.uncertainty == nil)
    let idle = try MeterBalance(main: part("0"), subMeters: [part("0")])
    #expect(idle.verdict == .balanced && idle.share == nil)
  }

  private func run(_ differences: [Int], consecutive: Int = 4) throws -> [(Int, BalanceWatch.Change)] {
    var watch = BalanceWatch(settings: BalanceWatch.Settings(consecutive: consecutive, slack: 1, threshold: 8))
    var changes: [(Int, BalanceWatch.Change)] = []
    for (index, difference) in differences.enumerated() {
      // Main 1000 ± 10, one sub-meter without error worth speaking of: the uncertainty is 10.
      let balance = try MeterBalance(
        main: part("1000", "1"), subMeters: [part(String(1000 - difference), "0.0001")])
      let start = Timestamp(seconds: Int64(index) * 900)
      if let change = try watch.add(balance, start: start) { changes.append((index, change)) }
    }
    return changes
  }

  @Test func oneWindowIsNoImbalance() throws {
    #expect(try run([0, 40, 0, -40, 0, 5, -5, 0]).isEmpty)
  }

  @Test func severalInARow() throws {
    let changes = try run([0, 15, 15, 15, 15, 15, 0, 0, 0, 0])
    guard changes.count == 2, case .opened(let found) = changes[0].1, case .closed = changes[1].1 else {
      Issue.record("\(changes)")
      return
    }
    #expect(changes[0].0 == 4 && found.side == .unexplained && found.windows == 4)
    #expect(found.since == Timestamp(seconds: 900) && found.difference == Self.exact("60"))
    #expect(found.amount == Self.exact("4000"))
  }

  @Test func aSlowDrift() throws {
    // Never four in a row outside, yet always on one side.
    let changes = try run((0..<30).map { $0 % 3 == 2 ? 9 : 16 })
    guard case .opened(let found)? = changes.first?.1 else {
      Issue.record("\(changes)")
      return
    }
    #expect(found.side == .unexplained && (changes.first?.0 ?? 0) > 10)
  }

  @Test func subMetersThatCountTooMuch() throws {
    guard case .opened(let found)? = try run(Array(repeating: -30, count: 6)).first?.1 else {
      Issue.record("nothing found")
      return
    }
    #expect(found.side == .excess && found.difference.isNegative)
  }

  @Test func windowsWithoutDataChangeNothing() throws {
    var watch = BalanceWatch(settings: BalanceWatch.Settings(consecutive: 2, slack: 1, threshold: 100))
    let outside = try MeterBalance(main: part("1000"), subMeters: [part("900")])
    let unknown = try MeterBalance(main: part("1000"), subMeters: [part(nil)])
    #expect(try watch.add(outside, start: Timestamp(seconds: 0)) == nil)
    #expect(try watch.add(unknown, start: Timestamp(seconds: 900)) == nil)
    #expect(try watch.add(outside, start: Timestamp(seconds: 1800)) != nil)
  }

  @Test func aLeakShowsAtNight() throws {
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    let start = try time("2026-01-05T00:00:00+08:00")
    var watch = LeakWatch(settings: LeakWatch.Settings(night: 1..<5, share: 0.2, nights: 3))
    var changes: [(day: Int, change: LeakWatch.Change)] = []
    for day in 0..<10 {
      for quarter in 0..<96 {
        let hour = quarter / 4
        let leak = (2..<7).contains(day) ? 3 : 0
        let use = (6..<22).contains(hour) ? 10 : (quarter % 8 == 0 ? 2 : 0)
        let change = try watch.add(
          ExactDecimal(use + leak), start: start + .minutes(Int64(15 * (96 * day + quarter))), window: .minutes(15),
          zone: zone)
        if let change { changes.append((day, change)) }
      }
    }
    guard changes.count == 2, case .opened(let found) = changes[0].change, case .closed = changes[1].change else {
      Issue.record("\(changes)")
      return
    }
    #expect(changes[0].day == 5 && changes[1].day == 8)
    #expect(found.since == start + .days(2) && found.nights == 3)
    #expect(found.flow == ExactDecimal(12) && found.perDay == ExactDecimal(288))
  }

  @Test func indicators() throws {
    #expect(
      try EnergyIndicator.specific(energy: Self.exact("126238.29"), output: Self.exact("1000"))
        == Self.exact("126.23829"))
    #expect(try EnergyIndicator.specific(energy: .one, output: .zero) == nil)
    // 3.6 GJ are 1000 kWh.
    #expect(
      try EnergyIndicator.performance(heat: Self.exact("3.6"), electricity: Self.exact("250")) == Self.exact("4"))
    #expect(try EnergyIndicator.performance(heat: .one, electricity: .zero) == nil)
  }
}
