import Plant
import Telemetry
import TestSupport
import Testing

/// Known answers of `rules/vectors/quality.json`, and what holds for every fold.
@Suite("OEE by ISO 22400-2") struct OEETests {
  private static func vector(_ name: String) throws -> JSONValue {
    let file = try JSONValue(parsing: ReferenceData.bytes("rules/vectors/quality.json"))
    guard case .array(let vectors)? = file["vectors"] else { throw Missing() }
    return try #require(vectors.first { $0["name"]?.stringValue == name })
  }
  private struct Missing: Error {}

  private static func number(_ value: JSONValue?) throws -> Double? {
    switch value {
    case .integer(let number)?: Double(number)
    case .number(let number)?: number
    case .null?: nil
    default: throw Missing()
    }
  }

  /// Of minutes and pieces, as the vectors say them.
  private static func elements(_ input: JSONValue) throws -> OEEElements {
    func number(_ key: String) throws -> Double { try #require(try Self.number(input[key])) }
    var elements = OEEElements()
    elements.countsPieces = true
    elements.planned = Int64(try number("pbt_min")) * 60_000_000_000
    elements.production = Int64(try number("apt_min")) * 60_000_000_000
    elements[.unexplained] = elements.planned - elements.production
    let cycle = try #require(ExactDecimal("\(try number("pri_min_per_unit"))")) * ExactDecimal(60)
    let good = Int64(try number("gq"))
    try elements.add(good: good, scrap: Int64(try number("pq")) - good, cycle: cycle)
    return elements
  }

  private static func isEqual(_ value: ExactDecimal?, _ expected: JSONValue?) throws -> Bool {
    guard let expected = try number(expected) else { return value == nil }
    return value.map { abs($0.doubleValue - expected) <= 1e-6 } ?? false
  }

  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func knownAnswer() throws {
    let vector = try Self.vector("oee")
    let figures = try OEEFigures(Self.elements(try #require(vector["inputs"])))
    let expected = try #require(vector["expected"])
    #expect(try Self.isEqual(figures.availability, expected["availability"]))
    #expect(try Self.isEqual(figures.effectiveness, expected["effectiveness"]))
    #expect(try Self.isEqual(figures.quality, expected["quality"]))
    #expect(try Self.isEqual(figures.oee, expected["oee"]))
    #expect(try Self.isEqual(figures.oee, expected["oee_short_form"]))
    #expect(figures.flags.isEmpty)
    let factors = [figures.availability, figures.effectiveness, figures.quality].compactMap { $0?.doubleValue }
    #expect(abs(factors.reduce(1, *) - (figures.oee?.doubleValue ?? 0)) < 1e-9)
  }

  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
  func edgeCases() throws {
    let vector = try Self.vector("oee-edge-cases")
    guard case .array(let cases)? = vector["inputs"]?["cases"], case .array(let oee)? = vector["expected"]?["oee"],
      case .array(let effectiveness)? = vector["expected"]?["effectiveness"],
      case .array(let flags)? = vector["expected"]?["flags"]
    else { throw Missing() }
    for place in cases.indices {
      let figures = try OEEFigures(Self.elements(cases[place]))
      #expect(try Self.isEqual(figures.oee, oee[place]), "\(place)")
      #expect(try Self.isEqual(figures.effectiveness, effectiveness[place]), "\(place)")
      #expect(.array(figures.flags.map { .string($0.rawValue) }) == flags[place])
    }
  }

  @Test func sumsAndNotMeans() throws {
    // 8 h at 90 % and 1 h at 10 % are 81.1 %, not 50 %.
    var long = OEEElements()
    (long.planned, long.production, long.countsPieces) = (28_800_000_000_000, 28_800_000_000_000, true)
    try long.add(good: 2592, scrap: 0, cycle: ExactDecimal(10))
    var short = OEEElements()
    (short.planned, short.production, short.countsPieces) = (3_600_000_000_000, 360_000_000_000, true)
    short[.breakdown] = 3_240_000_000_000
    try short.add(good: 36, scrap: 0, cycle: ExactDecimal(10))
    #expect(try OEEFigures(long).oee == ExactDecimal("0.9"))
    #expect(try OEEFigures(short).oee == ExactDecimal("0.1"))
    try long.add(short)
    #expect(try OEEFigures(long).oee == ExactDecimal("0.811111111111"))
  }

  @Test func whatIsMissingIsSaid() throws {
    var elements = OEEElements()
    (elements.planned, elements.production) = (3_600_000_000_000, 1_800_000_000_000)
    elements[.noData] = 1_800_000_000_000
    #expect(try OEEFigures(elements).flags == [.piecesNotCounted, .noData])
    #expect(try OEEFigures(elements).availability == ExactDecimal("0.5"))
    #expect(try OEEFigures(elements).oee == nil)
    elements.countsPieces = true
    try elements.add(good: 9, scrap: 1, cycle: nil)
    #expect(try OEEFigures(elements).flags == [.noPlannedRunTime, .noData])
    #expect(try OEEFigures(elements).quality == ExactDecimal("0.9"))
    #expect(try OEEFigures(elements).oee == nil)
    #expect(try elements.seconds(.speed) == nil)
    // Without a piece, too, nobody knows how fast it should be.
    elements = OEEElements()
    (elements.planned, elements.production, elements.countsPieces) = (3_600_000_000_000, 1_800_000_000_000, true)
    #expect(try elements.seconds(.speed) == nil)
    elements.hasPlannedRunTime = true
    #expect(try elements.seconds(.speed) == ExactDecimal(1800))
  }

  // MARK: Folds

  private static let begin = Timestamp(rfc3339: "2026-11-18T06:00:00Z") ?? .distantPast
  private static func at(_ minute: Int64) -> Timestamp { begin + .minutes(minute) }

  private static func span(_ name: String, _ from: Int64, _ to: Int64) -> StateSpan {
    StateSpan(name: name, state: RunState(stateName: name), start: at(from), end: at(to))
  }

  @Test func aShift() throws {
    // Planned 0 … 60 without 20 … 30; setup 0 … 5, fault 40 … 46, a short stop 50 … 52, a long one 54 … 60.
    let windows = [
      OEEFold.Window(
        start: Self.at(0), end: Self.at(30),
        states: [Self.span("setup", 0, 5), Self.span("running", 5, 20), Self.span("idle", 20, 30)],
        pieces: [
          PieceStep(since: Self.at(4), time: Self.at(10), good: 5, scrap: 0),
          PieceStep(time: Self.at(4), good: 0, scrap: 1),
          // Told in the break, made before it.
          PieceStep(since: Self.at(10), time: Self.at(21), good: 10, scrap: 1),
        ], energy: ExactDecimal(12)),
      OEEFold.Window(
        start: Self.at(30), end: Self.at(60),
        states: [
          Self.span("running", 30, 40), Self.span("fault", 40, 46), Self.span("running", 46, 50),
          Self.span("stopped", 50, 52), Self.span("running", 52, 54), Self.span("stopped", 54, 60),
        ],
        pieces: [
          PieceStep(since: Self.at(30), time: Self.at(40), good: 10, scrap: 0),
          PieceStep(time: Self.at(47), good: 1, scrap: -1),
        ], energy: ExactDecimal(8)),
    ]
    var fold = OEEFold(
      interval: Self.at(0)..<Self.at(60), planned: [Self.at(0)..<Self.at(20), Self.at(30)..<Self.at(60)],
      windows: windows, minorStop: .minutes(5), countsPieces: true)
    fold.standard = ExactDecimal(60)
    fold.shifts = [Self.at(0)..<Self.at(60)]
    let parts = try fold.parts()
    let sum = try OEEFold.sum(parts)
    #expect(parts.map(\.product) == [nil])
    #expect(sum.planned == 50 * 60_000_000_000)
    #expect(sum.production == 31 * 60_000_000_000)
    #expect(sum[.setup] == 5 * 60_000_000_000)
    #expect(sum.plannedStops == 10 * 60_000_000_000 && sum.unplannedStops == 19 * 60_000_000_000)
    #expect(sum[.breakdown] == 6 * 60_000_000_000)
    #expect(sum[.minorStops] == 2 * 60_000_000_000)
    #expect(sum[.unexplained] == 6 * 60_000_000_000)
    #expect(sum.good == 26 && sum.scrap == 1 && sum.startupScrap == 1 && sum.rework == 1)
    #expect(sum.energy == ExactDecimal(20))
    let figures = try OEEFigures(sum)
    #expect(figures.oee == ExactDecimal("0.52"))
    #expect(figures.activeShare == ExactDecimal("0.84"))
    #expect(figures.setupRatio == ExactDecimal("0.138888888889"))
    #expect(sum.idle == 5 * 60_000_000_000, "setup")
    #expect(sum.outsideIdle == 10 * 60_000_000_000 && sum.outsideProduction == 0)
    // Another reason for the state, another loss.
    fold.losses = ["stopped": .setup]
    #expect(try OEEFold.sum(fold.parts())[.setup] == 13 * 60_000_000_000)
  }

  @Test func products() throws {
    var fold = OEEFold(
      interval: Self.at(0)..<Self.at(30), planned: [Self.at(0)..<Self.at(30)],
      windows: [
        OEEFold.Window(
          start: Self.at(0), end: Self.at(15), states: [Self.span("running", 0, 15)],
          pieces: [
            PieceStep(since: Self.at(0), time: Self.at(5), good: 4, scrap: 0),
            PieceStep(since: Self.at(5), time: Self.at(15), good: 5, scrap: 0),
          ], energy: ExactDecimal(15))
      ], minorStop: .minutes(5), countsPieces: true)
    fold.products = [
      .init(name: "A", start: Self.at(0), end: Self.at(5)), .init(name: "B", start: Self.at(5), end: Self.at(40)),
    ]
    fold.cycles = ["A": ExactDecimal(60)]
    let parts = try fold.parts()
    #expect(parts.map(\.product) == ["A", "B"])
    #expect(parts.map(\.elements.good) == [4, 5])
    #expect(parts.map(\.elements.energy) == [ExactDecimal(5), ExactDecimal(10)])
    #expect(try OEEFigures(parts[0].elements).oee == ExactDecimal("0.8"))
    #expect(try OEEFigures(parts[1].elements).flags == [.noPlannedRunTime, .noData])
    #expect(parts[1].elements[.noData] == 15 * 60_000_000_000)
  }

  /// Whatever happens: time and pieces add up, the parts of an interval are the interval, and losses explain the rest.
  @Test(arguments: 0..<40) func everythingAddsUp(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed) + 1)
    let names = ["running", "running", "idle", "fault", "setup", "starting"]
    var windows: [OEEFold.Window] = []
    var told: (good: Int64, scrap: Int64) = (0, 0)
    for number in 0..<16 where random.next() % 8 != 0 {
      let from = Int64(number) * 15
      var window = OEEFold.Window(start: Self.at(from), end: Self.at(from + 15), energy: ExactDecimal(number + 1))
      var cursor = from
      while cursor < from + 15 {
        let to = min(from + 15, cursor + 1 + Int64(random.next() % 6))
        if random.next() % 6 != 0 {
          window.states.append(Self.span(names[Int(random.next() % 6)], cursor, to))
        }
        cursor = to
      }
      for minute in stride(from: from, to: from + 15, by: 3) {
        let step = PieceStep(
          since: Self.at(minute), time: Self.at(minute + 3), good: Int64(random.next() % 4),
          scrap: Int64(random.next() % 2))
        told = (told.good + step.good, told.scrap + step.scrap)
        window.pieces.append(step)
      }
      windows.append(window)
    }
    func fold(_ from: Int64, _ to: Int64) throws -> OEEElements {
      let planned = [(10, 70), (77, 130), (130, 200)].map { (max($0.0, from), min($0.1, to)) }
      var fold = OEEFold(
        interval: Self.at(from)..<Self.at(to),
        planned: planned.filter { $0.0 < $0.1 }.map { Self.at($0.0)..<Self.at($0.1) }, windows: windows,
        minorStop: .minutes(5), countsPieces: true)
      fold.standard = ExactDecimal("40.5")
      fold.cycles = ["B": try #require(ExactDecimal("13.25"))]
      fold.products = [
        .init(name: "A", start: Self.at(33), end: Self.at(90)),
        .init(name: "B", start: Self.at(101), end: Self.at(180)),
      ]
      return try OEEFold.sum(fold.parts())
    }
    let whole = try fold(0, 240)
    #expect(whole.good + whole.outsideGood == told.good)
    #expect(whole.scrap + whole.outsideScrap == told.scrap)
    #expect(whole.energy == windows.reduce(0) { $0 + Int(($1.start - Self.begin).seconds / 900) + 1 }.asDecimal)
    #expect(whole.planned == (60 + 53 + 70) * 60_000_000_000)
    #expect(whole.production + whole.lost.reduce(0, +) == whole.planned)
    var sum = whole.plannedRunGood
    for loss in OEELoss.allCases { sum = try sum + #require(try whole.seconds(loss)) }
    #expect(sum == (try OEEElements.seconds(whole.planned)))
    var parts = try fold(0, 97)
    try parts.add(fold(97, 240))
    #expect(parts == whole)
  }
}

extension Int {
  fileprivate var asDecimal: ExactDecimal { ExactDecimal(self) }
}
