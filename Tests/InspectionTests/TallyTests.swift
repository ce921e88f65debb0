import Plant
import RuleBench
@testable import Telemetry
import Templates
import Testing

@testable import Inspection

/// What a window counts of units, products, people's decisions and limits.
@Suite struct TallyTests {
  private func event(_ id: UInt64, _ attributes: [(String, String)]) -> Event {
    Event(
      series: SeriesID(1), time: Timestamp(seconds: Int64(id)), identity: id,
      attributes: attributes.map { Event.Attribute($0.0, $0.1) })
  }

  /// 100 engines with ten joints each, of which two have one bad joint that is mended at once.
  @Test("the first-pass yield is that of units, not of joints")
  func joints() throws {
    var events: [Event] = []
    for unit in 0..<100 {
      for joint in 0..<10 {
        let isBad = unit % 50 == 0 && joint == 3
        let own = [("unit", "EN\(unit)"), ("step", "j\(joint)")]
        events.append(
          event(UInt64(events.count), own + [("verdict", isBad ? "NG" : "OK"), ("attempt", "1")]))
        if isBad { events.append(event(UInt64(events.count), own + [("verdict", "OK"), ("attempt", "2")])) }
      }
    }
    let tally = InspectionTally(results: events)
    #expect(tally.firstAttempts == 1000 && tally.firstGood == 998)
    #expect(tally.firstUnits == 100 && tally.firstGoodUnits == 98)
    var figures = StationFigures()
    figures.add(tally)
    #expect(try figures.firstPassYield?.description == "0.98")
    let body = try body(tally)
    #expect(body["first_units"] == 100 && body["first_good_units"] == 98)
    let back = InspectionBody.tally(body)
    #expect(back.firstUnits == 100 && back.firstGoodUnits == 98)
  }

  @Test("windows that were saved before units were counted have one unit for each first attempt")
  func former() throws {
    let tally = InspectionTally(results: (0..<9).map { event($0, [("unit", "u\($0 / 3)"), ("verdict", "OK")]) })
    #expect(tally.firstUnits == 3)
    var writer = ByteWriter()
    tally.encode(into: &writer)
    // Three counts and the products, a byte each.
    var former = ByteReader(Array(writer.bytes.dropLast(4)))
    let old = try InspectionTally(from: &former)
    #expect(old.inspected == 9 && old.firstUnits == old.firstAttempts && old.products.isEmpty)
    var reader = ByteReader(writer.bytes)
    #expect(try InspectionTally(from: &reader) == tally)
  }

  @Test("results without a unit are units of their own, and a record says nothing more of them")
  func unnamed() throws {
    let tally = InspectionTally(results: [
      event(1, [("verdict", "OK")]), event(2, [("verdict", "NG")]), event(3, [("verdict", "OK"), ("attempt", "2")]),
    ])
    #expect(tally.firstUnits == 2 && tally.firstGoodUnits == 1)
    let body = try body(tally)
    #expect(body["first_units"] == nil && body["first_attempts"] == 2)
    let back = InspectionBody.tally(body)
    #expect(back.firstUnits == 2 && back.firstGoodUnits == 1)
  }

  @Test("parts are counted by product, with the reviews of them")
  func products() throws {
    let results = (0..<6).map { number in
      event(
        UInt64(number),
        [
          ("unit", "u\(number)"), ("verdict", number == 0 ? "NG" : "OK"), ("product", number < 2 ? "X200" : "X300"),
        ])
    }
    let tally = InspectionTally(
      results: results,
      reviews: [event(10, [("unit", "u0"), ("review", "agree")]), event(11, [("unit", "u5"), ("review", "agree")])])
    #expect(tally.products["X200"]?.inspected == 2 && tally.products["X200"]?.rejected == 1)
    #expect(tally.products["X200"]?.recognition.defectiveRejected == 1)
    #expect(tally.products["X300"]?.inspected == 4 && tally.products["X300"]?.recognition.goodPassed == 1)
    let body = try body(tally)
    #expect(InspectionBody.tally(body).products == tally.products)
    let many = InspectionTally(
      results: (0..<300).map { event(UInt64($0), [("verdict", "OK"), ("product", "P\($0)")]) })
    #expect(many.products.count == InspectionTally.largestNumberOfProducts && many.inspected == 300)
  }

  @Test("what a person decided of a part that the station left to people says nothing of the station")
  func decided() throws {
    let results = [
      event(1, [("unit", "a"), ("verdict", "unsure")]), event(2, [("unit", "b"), ("verdict", "unsure")]),
      event(3, [("unit", "c"), ("verdict", "OK")]),
    ]
    let reviews = [
      event(4, [("unit", "a"), ("review", "ok")]), event(5, [("unit", "b"), ("review", "ng")]),
      event(6, [("unit", "c"), ("review", "agree")]), event(7, [("unit", "gone"), ("review", "ok")]),
      // That it could not be said decides nothing.
      event(8, [("unit", "d"), ("review", "agree")]),
    ]
    let tally = InspectionTally(
      results: results + [event(9, [("unit", "d"), ("verdict", "unsure")])], reviews: reviews)
    #expect(tally.decided == 2 && tally.unmatched == 1 && tally.recognition.reviews == 1)
    let body = try body(tally)
    #expect(body["decided_reviews"] == 2 && InspectionBody.tally(body).decided == 2)
  }

  @Test("limits that differ are none, in a window and from window to window")
  func limits() throws {
    func torque(_ id: UInt64, _ value: String, _ lower: String?) -> Event {
      event(
        id,
        [("verdict", "OK"), ("torque", value)] + (lower.map { [("torque-lower-limit", $0)] } ?? []))
    }
    let mixed = InspectionTally(results: [torque(1, "10", "8"), torque(2, "20", "18"), torque(3, "7", "8")])
    let measure = try #require(mixed.measures["torque"])
    #expect(measure.hasMixedLimits && measure.lower == nil && measure.outside == 1)
    let body = try body(mixed)
    #expect(body["measures"]?["torque"]?["limits_differ"] == true && body["measures"]?["torque"]?["lower"] == nil)
    let back = try #require(InspectionBody.tally(body).measures["torque"])
    #expect(back.hasMixedLimits && back.count == 3 && isClose(back.deviation, measure.deviation, 1e-6))
    let plain = InspectionTally(results: [torque(1, "10", "8"), torque(2, "11", nil)])
    #expect(plain.measures["torque"]?.lower == 8 && plain.measures["torque"]?.hasMixedLimits == false)
    for tally in [mixed, plain] {
      var writer = ByteWriter()
      tally.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      #expect(try InspectionTally(from: &reader) == tally && reader.isAtEnd)
    }
    var watch = MeasureWatch()
    let plan = InspectionPlan(.standard)
    func add(_ values: [Double], _ lower: Double) {
      var measure = InspectionTally.Measure()
      for value in values { measure.add(value, lower: lower, upper: nil) }
      watch.add(measure, start: Timestamp(seconds: 0), plan: plan)
    }
    let values = (0..<120).map { 10 + Double($0 % 5) }
    add(values, 5)
    #expect(isClose(watch.capability?.ppk, (12 - 5) / (3 * (watch.total.deviation ?? 0)), 1e-9))
    // Another product: what was measured against its limits only.
    add([30, 31, 32], 25)
    #expect(watch.total.count == 3 && watch.total.lower == 25 && watch.capability == nil)
    add(values.map { $0 + 20 }, 25)
    #expect(watch.total.count == 123 && watch.capability != nil)
  }

  @Test("a recipe has its own parts, not those of the window that it led")
  func ownParts() {
    var watch = StationWatch()
    let plan = InspectionPlan(.standard)
    for window in 0..<4 as Range<Int64> {
      var tally = InspectionTally()
      (tally.inspected, tally.rejected) = (20, 5)
      for (name, inspected, rejected) in [("r1", 15, 1), ("r2", 5, 4)] {
        tally.recipes[name] = InspectionTally.Group()
        tally.recipes[name]?.inspected = inspected
        tally.recipes[name]?.rejected = rejected
      }
      if window == 3 { tally.recipes["r1"] = nil }
      let start = Timestamp(seconds: 900 * window)
      watch.add(tally, start: start, end: start + .minutes(15), plan: plan)
    }
    let change = watch.changes(windows: 1).first
    #expect(change?.before.version == "r1" && change?.before.inspected == 45 && change?.before.rejected == 3)
    #expect(change?.after.version == "r2" && change?.after.inspected == 5 && change?.after.rejected == 4)
  }

  private func body(_ tally: InspectionTally) throws -> JSONValue {
    let asset = Sites.one([Sites.events]).assets[0]
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!
    let body = InspectionBody.json(tally, asset: asset, start: start, end: start + .minutes(15), zone: zone)
    #expect(RecordSchema.body(.inspectionCount).validate(body) == [])
    return body
  }
}
