import Telemetry
import Templates
import Testing

@testable import Inspection

/// What a plan counts of results and reviews, and what the first pieces say of a lot.
@Suite struct LotPiecesTests {
  private let start: Int64 = 1_795_219_200

  private func event(_ number: Int, _ attributes: [(String, String)]) -> Event {
    Event(
      series: SeriesID(0), time: Timestamp(seconds: start + Int64(number)), identity: UInt64(number),
      attributes: attributes.map { Event.Attribute($0.0, $0.1) })
  }

  private func result(
    _ number: Int, _ lot: String, _ verdict: String, unit: String? = nil, _ more: [(String, String)] = []
  ) -> Event {
    event(number, [("verdict", verdict), ("batch", lot), ("unit", unit ?? "P\(number)")] + more)
  }

  private var plan: LotPlan { LotPlan(name: "p", stations: ["*"], limit: "1.0") }

  private func bad(_ plan: LotPlan, _ results: [Event], _ reviews: [Event] = []) -> [[String]] {
    LotPieces(plan, results: results, reviews: reviews).lots.map { $0.pieces.filter(\.isBad).map(\.name) }
  }

  @Test("the first verdict of each unit and step counts, by lot and series")
  func fold() {
    let pieces = LotPieces(
      plan,
      results: [
        result(1, "A", "OK", [("lot-size", "500")]), result(2, "A", "NG"), result(3, "A", "OK", unit: "P2"),
        result(4, "B", "unsure"), result(5, "B", "OK"), result(6, "", "OK"), result(7, "A", "NG", [("product", "x")]),
      ], reviews: [])
    #expect(pieces.lots.map(\.name) == ["A", "B", "A"] && pieces.lots.map(\.series) == ["", "", "x"])
    #expect(pieces.lots.map(\.pieces.count) == [2, 1, 1] && pieces.lots.map(\.size) == [500, nil, nil])
    #expect(pieces.lots.map { $0.pieces.count { $0.isBad } } == [1, 0, 1])
  }

  @Test("a review decides instead of the station; only the plan's products and defects count")
  func choice() throws {
    let results = [
      result(1, "A", "NG", [("defect", "crack")]), result(2, "A", "NG", [("defect", "dirt")]), result(3, "A", "OK"),
      result(4, "A", "unsure"),
    ]
    #expect(bad(plan, results) == [["P1", "P2"]])
    var cracks = plan
    cracks.defects = ["crack*"]
    #expect(bad(cracks, results) == [["P1"]])
    let reviews = [
      event(1, [("unit", "P1"), ("review", "false-call")]), event(3, [("unit", "P3"), ("review", "escape")]),
      event(4, [("unit", "P4"), ("review", "escape"), ("defect", "crack")]),
    ]
    #expect(bad(plan, results, reviews) == [["P2", "P3", "P4"]])
    #expect(bad(cracks, results, reviews) == [["P4"]])
    // What the station left to a person counts as the person found it.
    let words = ["NG", "OK", "agree"].enumerated().map { ($0.offset, $0.element) }
    let left = words.map { event($0.0, [("unit", "U\($0.0)"), ("verdict", "unsure"), ("batch", "B")]) }
    let found = words.map { event($0.0, [("unit", "U\($0.0)"), ("review", $0.1)]) }
    let lot = try #require(LotPieces(plan, results: left, reviews: found).lots.first)
    #expect(lot.pieces.map(\.isBad) == [true, false])
    var other = plan
    other.products = ["k19-*"]
    #expect(bad(other, results).isEmpty)
    #expect(bad(other, [result(1, "A", "NG", [("product", "k19-B")])]) == [["P1"]])
  }

  @Test("what is told is read back")
  func coding() throws {
    let pieces = LotPieces(
      plan, results: [result(1, "A", "NG", [("lot-size", "9")]), result(2, "B", "OK")], reviews: [])
    let told = pieces.published(start: .distantPast, end: .distantPast, cause: nil)
    guard case .derived(let figures) = told else {
      Issue.record("\(told)")
      return
    }
    var reader = ByteReader(figures.bytes)
    #expect(try LotPieces(from: &reader) == pieces)
  }

  // MARK: The sample

  /// Lot of 1000, AQL 1.0, level II: J, 80 units, accept with 2, refuse with 3.
  @Test(
    "the first units are the sample",
    arguments: [
      (80, [5, 60], 80, 2, true, false), (80, [5, 6, 60], 60, 3, false, true), (10, [1, 2, 3], 3, 3, false, true),
      (57, [1], 57, 1, false, false), (200, [1, 2, 100, 150], 80, 2, true, false),
    ])
  func sample(units: Int, bad: [Int], inspected: Int, found: Int, isComplete: Bool, isRefused: Bool) throws {
    var sample = LotSample()
    let pieces = LotPieces(
      plan, results: (1...units).map { result($0, "A", bad.contains($0) ? "NG" : "OK") }, reviews: [])
    let from = Timestamp(seconds: start)
    let to = from + .hours(1)
    let lot = try #require(pieces.lots.first)
    let isNew = sample.replace(lot, station: ["s"], from: from, to: to)
    let isNewAgain = sample.replace(lot, station: ["s", "former"], from: from, to: to)
    #expect(isNew && !isNewAgain)
    let count = sample.count(sample: 80, refuse: 3)
    #expect(count.inspected == inspected && count.nonconforming.count == found)
    #expect((count.complete != nil) == isComplete && (count.refused != nil) == isRefused)
    #expect(try LotSample(sample.bytes) == sample && sample.station == "s")
  }

  @Test("a window that is told again takes the place of what was told of it; other stations' steps are other verdicts")
  func again() throws {
    var sample = LotSample()
    let from = Timestamp(seconds: start)
    func tell(_ station: String, _ results: [Event]) throws {
      let pieces = LotPieces(plan, results: results, reviews: [])
      _ = sample.replace(try #require(pieces.lots.first), station: [station], from: from, to: from + .minutes(1))
    }
    try tell("a", [result(1, "A", "NG"), result(2, "A", "OK")])
    try tell("b", [result(3, "A", "OK", unit: "P1"), result(4, "A", "NG", unit: "P2")])
    #expect(sample.count(sample: 9, refuse: 9).nonconforming == ["P1", "P2"])
    try tell("a", [result(1, "A", "OK"), result(2, "A", "OK")])
    #expect(sample.count(sample: 9, refuse: 9).nonconforming == ["P2"])
    #expect(sample.count(sample: 9, refuse: 9).inspected == 2)
  }
}
