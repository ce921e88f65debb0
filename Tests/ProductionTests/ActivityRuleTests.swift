import Plant
import Production
import RuleBench
import Rules
import Synchronization
import Telemetry
import Templates
import Testing

/// Pieces of a counter and of a tester, window by window.
@Suite struct ActivityRuleTests {
  /// What was told last of each window.
  private final class Told: Sendable {
    let windows = Mutex<[Timestamp: [PieceStep]]>([:])
  }

  private struct Listener: SiteRule {
    let told: Told
    var deadline: Timestamp? { nil }
    mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
      guard case .activity(let figures) = published else { return }
      told.windows.withLock { $0[figures.start] = figures.pieces }
    }
    mutating func close(now: Timestamp, context: inout RuleContext) throws {}
    func encodeState(into writer: inout ByteWriter) {}
    mutating func restoreState(from reader: inout ByteReader) throws {}
  }

  private let told = Told()
  private var bench: Bench
  private var identity: UInt64 = 0

  init() throws {
    let site = try SiteLoader.load(
      text: """
        gateway: { id: test }
        zone: Asia/Shanghai
        broker: { host: h }
        assets:
          - { id: press, place: s/h/l/1, template: production-counter, topic: "t/{id}" }
          - { id: eol, place: s/h/l/2, template: end-of-line-tester, topic: "t/{id}" }
        """, file: "test.yaml", devices: [LinePlant.devices])
    bench = try Bench(
      site: site,
      factories: [
        RuleFactory(name: "activity") { asset, site in
          ActivityRule(asset: asset, site: site, tellsRun: false, tellsPieces: true)
        }
      ], siteFactories: [SiteRuleFactory(name: "listener") { [told] _ in Listener(told: told) }])
  }

  private func at(_ minute: Int64) -> Timestamp { LinePlant.at(minute) }

  private mutating func count(_ minute: Int64, _ value: Int64) throws {
    let signal = try #require(bench.site.assets[0].signals.firstIndex { $0.name == "produced" })
    try bench.sample(signal, at: at(minute), .scaled(ScaledInteger(value)))
  }

  private mutating func visit(_ minute: Int64, _ verdict: String, attempt: Int) throws {
    identity += 1
    try bench.event(
      at: at(minute), id: identity,
      [
        .init("verdict", verdict), .init("unit", "SN1"), .init("step", "eol"), .init("attempt", String(attempt)),
      ], asset: 1)
  }

  private func good(_ minute: Int64) -> Int64? {
    told.windows.withLock { $0[at(minute)]?.reduce(0) { $0 + $1.good } }
  }
  private func scrap(_ minute: Int64) -> Int64? {
    told.windows.withLock { $0[at(minute)]?.reduce(0) { $0 + $1.scrap } }
  }

  /// Zeros while the control starts, at the end of a window and on both sides of it.
  @Test(arguments: [[14], [15], [14, 15], [14, 15, 16, 17], [16]])
  mutating func aZeroAtTheEndOfAWindowIsNoBeginning(zeros: [Int64]) throws {
    for minute in 0...45 as ClosedRange<Int64> {
      try bench.mark(at(minute))
      try count(minute, zeros.contains(minute) ? 0 : 182_044 + minute)
    }
    try bench.mark(at(120))
    let sum = [0, 15, 30].compactMap { good($0) }.reduce(0, +)
    #expect(sum == 45 && good(30) == 15)
  }

  @Test mutating func whatComesLateIsTheLevelBeforeAZero() throws {
    try count(1, 0)
    for minute in 14...31 as ClosedRange<Int64> where minute != 14 { try count(minute, minute < 17 ? 0 : 182_044) }
    try bench.mark(at(120))
    #expect(good(15) == 182_044, "nothing tells of the level before")
    try count(14, 182_040)
    try bench.mark(at(122))
    try bench.mark(at(240))
    #expect(good(15) == 4)
  }

  @Test mutating func aDipOverABorderCountsNothing() throws {
    for minute in 0...45 as ClosedRange<Int64> {
      try bench.mark(at(minute))
      try count(minute, minute < 10 ? 1000 : minute < 25 ? 940 + minute : minute == 25 ? 1001 : 976 + minute)
    }
    try bench.mark(at(120))
    #expect([0, 15, 30].map { good($0) } == [nil, 6, 15])
  }

  @Test mutating func whoComesBackAfterDaysWasBad() throws {
    try visit(1, "NG", attempt: 1)
    for minute in stride(from: 60, through: 60 * 33, by: 60) as StrideThrough<Int64> {
      if minute == 60 * 31 { try visit(60 * 30 + 1, "OK", attempt: 2) }
      try bench.mark(at(minute))
    }
    #expect(scrap(0) == 1)
    #expect(good(60 * 30) == 1 && scrap(60 * 30) == -1)
  }

  @Test mutating func anAttemptCorrectsThatOfAnEarlierWindow() throws {
    try visit(1, "NG", attempt: 1)
    try visit(20, "unsure", attempt: 2)
    try visit(50, "OK", attempt: 3)
    try visit(70, "NG", attempt: 4)
    try bench.mark(at(120))
    #expect([0, 15, 45, 60].map { good($0) } == [0, nil, 1, -1])
    #expect([0, 15, 45, 60].map { scrap($0) } == [1, nil, -1, 1])
  }

  @Test mutating func whatNobodyCountedIsNotCorrected() throws {
    try visit(1, "unsure", attempt: 1)
    try visit(20, "OK", attempt: 2)
    try bench.mark(at(120))
    #expect(good(15) == 1 && scrap(15) == 0)
    // The first attempt is told late: now the second one corrects it.
    try visit(2, "NG", attempt: 1)
    try bench.mark(at(122))
    try bench.mark(at(240))
    #expect(scrap(0) == 1 && good(15) == 1 && scrap(15) == -1)
  }
}
