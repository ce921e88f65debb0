import Plant
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Inspection

/// The file of a unit: a function of the set of its steps, whatever came when.
@Suite struct UnitFileTests {
  private let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  private func step(
    _ minute: Int, _ station: String, _ verdict: String, step: String = "", attempt: Int = 1,
    kind: UnitStep.Kind = .result, _ details: [(String, String)] = []
  ) -> UnitStep {
    UnitStep(
      time: start + .minutes(Int64(minute)), station: station, kind: kind, step: step, attempt: attempt,
      verdict: verdict, details: details.map { Event.Attribute($0.0, $0.1) })
  }

  private let route = UnitRoute(name: "engines", stations: [["glue"], ["seal-1", "seal-2"], ["torque"], ["end"]])

  @Test("steps in any order, and twice, give the same file, and it comes back from its bytes", arguments: 0..<20)
  func order(seed: Int) throws {
    var generator = Seeded(state: UInt64(seed))
    let all = (0..<60).map { number in
      step(
        Int.random(in: 0..<20, using: &generator), "s\(number % 5)", number % 7 == 0 ? "NG" : "OK",
        step: number % 3 == 0 ? "" : "j\(number)", attempt: 1 + number % 2, kind: number % 11 == 0 ? .review : .result,
        [("torque", "\(100 + number).5"), ("part", "P\(number)")])
    }
    var plain = UnitFile()
    for step in all {
      let isNew = plain.add(step)
      #expect(isNew)
    }
    var shuffled = UnitFile()
    for step in (all + all.prefix(20)).shuffled(using: &generator) { _ = shuffled.add(step) }
    #expect(plain == shuffled && plain.steps == all.sorted())
    var writer = ByteWriter()
    plain.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try UnitFile(from: &reader) == plain && reader.isAtEnd)
    for cut in 0..<writer.bytes.count {
      var damaged = ByteReader(Array(writer.bytes.prefix(cut)))
      #expect(throws: ByteReaderError.self) { try UnitFile(from: &damaged) }
    }
  }

  @Test("a station of the line that has not seen it, and a wrong order, are gaps")
  func gaps() {
    func file(_ steps: [UnitStep]) -> UnitFile { steps.reduce(into: UnitFile()) { _ = $0.add($1) } }
    let good = file([step(0, "glue", "OK"), step(1, "seal-2", "OK"), step(2, "torque", "OK"), step(3, "end", "OK")])
    #expect(good.gaps(route).isEmpty && good.isComplete(route) && good.isGood == true)
    // Under way: what lies ahead is not missing.
    let early = file([step(0, "glue", "OK"), step(1, "seal-1", "OK")])
    #expect(early.gaps(route).isEmpty && !early.isComplete(route))
    let gap = file([step(0, "glue", "OK"), step(2, "torque", "OK")])
    #expect(gap.gaps(route) == [.missing(station: "seal-1 or seal-2")])
    #expect(gap.gaps(route)[0].text == "seal-1 or seal-2 has not seen it")
    let crossed = file([step(0, "glue", "OK"), step(1, "torque", "OK"), step(2, "seal-1", "OK")])
    #expect(crossed.gaps(route) == [.order(station: "torque", before: "seal-1")])
    #expect(file([step(0, "other", "OK")]).gaps(route).isEmpty)
    #expect(UnitRoute.of(file([step(0, "other", "OK")]), among: [route]) == nil)
    #expect(UnitRoute.of(crossed, among: [UnitRoute(name: "b", stations: [["glue"]]), route])?.name == "engines")
    // A station that has another id today.
    let renamed = file([step(0, "old-glue", "OK"), step(1, "seal-1", "OK")])
    #expect(renamed.gaps(route) == [.missing(station: "glue")])
    #expect(renamed.gaps(route, formerly: ["old-glue": "glue"]).isEmpty)
  }

  @Test("a row is what it was before")
  func row() throws {
    var file = UnitFile()
    _ = file.add(
      UnitStep(
        time: Timestamp(nanoseconds: 2_000_000), station: "a", kind: .result, verdict: "OK",
        details: [.init("part", "a")]))
    _ = file.add(UnitStep(time: Timestamp(nanoseconds: 2_000_001), station: "a", kind: .review, verdict: "agree"))
    let expected: [UInt8] =
      [1, 0, 5] + [1, 0x61, 0, 2, 0x4F, 0x4B, 4, 0x70, 0x61, 0x72, 0x74, 5, 0x61, 0x67, 0x72, 0x65, 0x65]
      + [2, 16, 0, 4, 0, 1, 2, 1, 1, 3, 0, 3, 2, 0, 1, 4, 1, 0]
    #expect(file.bytes == expected)
    var reader = ByteReader(expected)
    #expect(try UnitFile(from: &reader) == file)
  }

  @Test("which stations are missing depends on the product")
  func products() throws {
    func file(_ product: String?, _ stations: [String]) -> UnitFile {
      stations.enumerated().reduce(into: UnitFile()) { file, station in
        _ = file.add(
          step(station.offset, station.element, "OK", product.map { [("product", $0)] } ?? []))
      }
    }
    var route = route
    route.variants = [
      .init(products: ["K19-B", "X*"], stations: [["glue"], ["torque"]]),
      .init(products: ["X1"], stations: [["glue"]]),
    ]
    func found(_ product: String?, _ stations: [String]) throws -> UnitRoute {
      try #require(UnitRoute.of(file(product, stations), among: [route]))
    }
    let short = file("K19-B", ["glue", "torque"])
    #expect(try short.gaps(found("K19-B", ["glue", "torque"])) == [])
    #expect(try short.isComplete(found("K19-B", ["glue", "torque"])))
    #expect(try found("X1", ["glue"]).stations.count == 2)
    let whole = file("K19-A", ["glue", "torque"])
    #expect(try whole.gaps(found("K19-A", ["glue", "torque"])) == [.missing(station: "seal-1 or seal-2")])
    #expect(try found(nil, ["glue"]).stations.count == 4)
    #expect(route.lastStations.sorted() == ["end", "glue", "torque"])
    // The last one that says it counts: a unit may be made another product on its way.
    var changed = file("K19-A", ["glue"])
    _ = changed.add(step(5, "torque", "OK", [("product", "K19-B")]))
    #expect(changed.product == "K19-B" && UnitRoute.of(changed, among: [route])?.stations.count == 2)
  }

  @Test("units of a product with a route of its own are told at its end")
  func productRoute() throws {
    var units = UnitSettings()
    units.routes = [.init(line: "line", products: ["B*"], stations: ["m1", "m3"])]
    var bench = try bench(units)
    try bench.mark(start)
    for (number, product) in ["A", "B1"].enumerated() {
      for (place, asset) in [0, 2].enumerated() {
        try bench.event(
          at: start + .minutes(Int64(place + 1)), id: UInt64(10 * number + place),
          result("SN\(product)", "OK", [("product", product)]), asset: asset)
        try bench.mark(start + .minutes(Int64(4 * (place + 1))))
      }
    }
    try bench.mark(start + .minutes(20))
    let full = try #require(try records(bench, "SNA").last)
    #expect(full["gaps"]?.arrayValue?.first?["station"] == "m2")
    let short = try #require(try records(bench, "SNB1").last)
    #expect(short["gaps"] == [] && short["status"] == "complete")
  }

  @Test("while a unit is under way its rows lie beside each other, and are one when it is told")
  func rows() throws {
    var bench = try bench()
    try bench.mark(start)
    for minute in 0..<40 as Range<Int64> {
      try bench.event(
        at: start + .minutes(minute), id: UInt64(minute), result("SN1", "OK", [("step", "j\(minute)"), ("part", "P")]),
        asset: Int(minute % 2))
      try bench.mark(start + .minutes(minute))
      if minute % 9 == 4 { try bench.restart() }
    }
    try bench.restart()
    #expect(bench.savedKeys(containing: "units/more/").count > 5)
    let store = bench.store
    let under = try #require(try UnitFileRule.file("SN1") { store.states[$0] })
    #expect(under.steps.count > 35 && under.parts == ["P"])
    #expect(try records(bench, "SN1").isEmpty)
    try bench.event(at: start + .minutes(40), id: 40, result("SN1", "OK"), asset: 2)
    try bench.mark(start + .minutes(45))
    try bench.restart()
    #expect(bench.savedKeys(containing: "units/more/").isEmpty)
    #expect(try records(bench, "SN1").last?["steps"]?.arrayValue?.count == 41)
    let told = try #require(try UnitFileRule.file("SN1") { store.states[$0] })
    #expect(told.steps.count == 41 && told.revision == 0)
  }

  @Test("rejections and doubts are open until somebody has judged")
  func verdicts() {
    var file = UnitFile()
    _ = file.add(step(0, "glue", "NG", step: "a"))
    #expect(file.isGood == false && file.gaps(nil) == [.rejected(station: "glue", step: "a")])
    var repaired = file
    _ = repaired.add(step(5, "repair", "rework"))
    #expect(repaired.gaps(nil).isEmpty && repaired.isGood == nil)
    _ = repaired.add(step(6, "glue", "OK", step: "a", attempt: 2))
    #expect(repaired.isGood == true)
    var reviewed = file
    _ = reviewed.add(step(0, "glue", "false-call", step: "a", kind: .review))
    #expect(reviewed.gaps(nil).isEmpty && reviewed.isGood == true)
    var escaped = UnitFile()
    _ = escaped.add(step(0, "glue", "OK", step: "a"))
    _ = escaped.add(step(0, "glue", "escape", kind: .review))
    #expect(escaped.isGood == false && escaped.gaps(nil) == [.rejected(station: "glue", step: "a")])
    var unsure = UnitFile()
    _ = unsure.add(step(0, "glue", "unsure"))
    #expect(unsure.isGood == nil && unsure.gaps(nil) == [.unsure(station: "glue", step: "")])
    _ = unsure.add(step(0, "glue", "OK", kind: .review))
    #expect(unsure.gaps(nil).isEmpty && unsure.isGood == true)
    _ = unsure.add(step(1, "glue", "unsure", step: "b"))
    _ = unsure.add(step(1, "glue", "agree", step: "b", kind: .review))
    #expect(unsure.gaps(nil) == [.unsure(station: "glue", step: "b")] && unsure.isGood == true)
    _ = unsure.add(step(2, "glue", "unsure", step: "c"))
    _ = unsure.add(step(2, "glue", "NG", step: "c", kind: .review))
    #expect(unsure.gaps(nil).contains(.rejected(station: "glue", step: "c")) && unsure.isGood == false)
    // A station that counts attempts anew: its last word is the last in time.
    var anew = UnitFile()
    _ = anew.add(step(0, "glue", "NG", attempt: 2))
    _ = anew.add(step(1, "glue", "OK", attempt: 1))
    #expect(anew.isGood == true && anew.gaps(nil).isEmpty)
  }

  @Test("the units of a part: each once, and that there were more is not forgotten")
  func partOfMany() throws {
    var part = UnitsOfPart()
    let added = (0..<UnitsOfPart.most).filter { part.add("U\($0)") }
    #expect(added.count == UnitsOfPart.most)
    let (again, more, evenMore) = (part.add("U7"), part.add("X"), part.add("Y"))
    #expect(!again && more && !evenMore)
    part.remove("U3")
    let restored = try UnitsOfPart(part.bytes)
    #expect(restored == part && restored.isTruncated && restored.units.count == UnitsOfPart.most - 1)
  }

  @Test("the name of all that cannot be read does not grow for ever")
  func unread() {
    var file = UnitFile()
    for number in 0..<UnitFile.mostSteps { _ = file.add(step(number, "glue", "OK")) }
    let isFirst = file.add(step(5000, "glue", "OK"))
    let isNext = file.add(step(5001, "glue", "OK"))
    #expect(isFirst && !isNext)
    #expect(file.steps.count == UnitFile.mostSteps && file.gaps(nil).contains(.full))
  }

  // MARK: Rule

  private func site(_ units: UnitSettings = UnitSettings()) -> Site {
    var site = Sites.one([Sites.events])
    for id in ["m2", "m3"] {
      var asset = site.assets[0]
      asset.id = id
      asset.name = id
      site.assets.append(asset)
    }
    site.lines = [LineTopology(name: "line", cycle: nil, stations: ["m1", "m2", "m3"].map { .init(assets: [$0]) })]
    site.inspection.units = units
    return site
  }

  private func bench(_ units: UnitSettings = UnitSettings()) throws -> Bench {
    let site = site(units)
    let zone = try PlantZone(identifier: site.zone)
    return try Bench(
      site: site,
      factories: [
        RuleFactory(name: "inspection") { asset, site in InspectionCountRule(asset: asset, site: site, zone: zone) }
      ], siteFactories: [UnitFileRule.factory(zone: zone)])
  }

  private func result(_ unit: String, _ verdict: String, _ more: [(String, String)] = []) -> [Event.Attribute] {
    [.init("verdict", verdict), .init("unit", unit)] + more.map { .init($0.0, $0.1) }
  }

  private func records(_ bench: Bench, _ unit: String) throws -> [JSONValue] {
    try bench.output.records.filter { $0.kind == .unitFile && $0.key == unit }.map { try JSONValue(parsing: $0.body) }
  }

  @Test("a unit is told at the end of its line, and again when something comes late")
  func life() throws {
    var bench = try bench()
    try bench.mark(start)
    for (place, minute) in [1, 2, 3].enumerated() {
      try bench.event(
        at: start + .minutes(Int64(minute)), id: UInt64(minute),
        result("SN1", "OK", place == 1 ? [("part", "SEAL-9"), ("torque", "112.4"), ("order", "A-7")] : []), asset: place
      )
      try bench.restart()
    }
    #expect(try records(bench, "SN1").isEmpty)
    try bench.mark(start + .minutes(6))
    let first = try #require(try records(bench, "SN1").first)
    #expect(first["status"] == "complete" && first["good"] == true && first["line"] == "line")
    #expect(first["stations"] == ["m1", "m2", "m3"] && first["parts"] == ["SEAL-9"] && first["orders"] == ["A-7"])
    #expect(first["gaps"] == [] && first["steps"]?.arrayValue?[1]["details"]?["torque"] == "112.4")
    #expect(RecordSchema.body(.unitFile).validate(first).isEmpty)
    // Nothing new: nothing is told.
    try bench.mark(start + .hours(3))
    #expect(try records(bench, "SN1").count == 1)
    try bench.event(
      at: start + .minutes(2) + .seconds(30), id: 9, [.init("unit", "SN1"), .init("verdict", "NG")], asset: 1)
    try bench.mark(start + .hours(4))
    let told = try records(bench, "SN1")
    #expect(told.count == 2 && told.last?["good"] == false)
    let drafts = bench.output.records.filter { $0.kind == .unitFile }
    #expect(drafts.map(\.revision) == [0, 1] && drafts[1].cause?.reason == .late)
    #expect(drafts[0].start == drafts[1].start && drafts[0].asset == "m1")
  }

  @Test("one that stays behind is told when it has been quiet, with what is missing")
  func quiet() throws {
    var bench = try bench()
    try bench.mark(start)
    try bench.event(at: start + .minutes(1), id: 1, result("SN1", "OK"))
    try bench.event(at: start + .minutes(2), id: 2, result("SN1", "unsure"), asset: 2)
    try bench.event(at: start + .minutes(2), id: 3, result("SN2", "NG"))
    try bench.mark(start + .minutes(10))
    #expect(try records(bench, "SN2").isEmpty)
    // The last station has seen it, but not the one between.
    let gap = try #require(try records(bench, "SN1").first?["gaps"]?.arrayValue)
    #expect(gap.map { $0["gap"] } == ["missing-station", "unsure"] && gap[0]["station"] == "m2")
    try bench.restart()
    try bench.mark(start + .minutes(80))
    let second = try #require(try records(bench, "SN2").first)
    #expect(second["status"] == "under-way" && second["gaps"]?.arrayValue?[0]["gap"] == "rejected")
  }

  @Test("arrival in another order and restarts give the same files", arguments: 0..<8 as Range<UInt64>)
  func arrival(seed: UInt64) throws {
    var generator = Seeded(state: seed)
    var events: [(time: Timestamp, id: UInt64, asset: Int, attributes: [Event.Attribute])] = []
    for unit in 0..<30 {
      for station in 0..<3 where Int.random(in: 0..<6, using: &generator) > 0 {
        let verdict = Int.random(in: 0..<5, using: &generator) == 0 ? "NG" : "OK"
        events.append(
          (
            start + .minutes(Int64(2 * unit + station)), UInt64(10 * unit + station), station,
            result("SN\(unit)", verdict, [("part", "LOT\(unit / 10)")])
          ))
      }
    }
    func run(_ events: [(time: Timestamp, id: UInt64, asset: Int, attributes: [Event.Attribute])], restarts: Bool)
      throws
      -> (records: [String: JSONValue], state: [String: [UInt8]])
    {
      var other = Seeded(state: seed &+ 99)
      var bench = try bench()
      // Nothing is in the future.
      try bench.mark(start + .hours(2))
      for (number, event) in events.enumerated() {
        try bench.event(at: event.time, id: event.id, event.attributes, asset: event.asset)
        if number % 5 == 4 { try bench.mark(start + .hours(2) + .minutes(Int64(number))) }
        if restarts, Int.random(in: 0..<8, using: &other) == 0 { try bench.restart() }
      }
      for hour in 5..<10 as Range<Int64> { try bench.mark(start + .hours(hour)) }
      try bench.restart()
      // Revision and hash differ where more was told in between; the rest is the same.
      return (try bench.bodies(.unitFile), bench.store.states.filter { $0.key.contains("units/part") })
    }
    let plain = try run(events, restarts: false)
    let disturbed = try run(events.shuffled(using: &generator), restarts: true)
    #expect(Set(plain.records.keys.map { $0 }) == Set(disturbed.records.keys.map { $0 }))
    #expect(plain.records == disturbed.records)
    let again = try run(events, restarts: true)
    #expect(again.records == plain.records && again.state == plain.state)
    #expect(plain.state.keys.sorted() == disturbed.state.keys.sorted())
  }

  @Test("files keep to their size: the oldest go, and their parts with them")
  func bounded() throws {
    var settings = UnitSettings()
    settings.bytes = 60_000
    var bench = try bench(settings)
    try bench.mark(start)
    for unit in 0..<3000 {
      let time = start + .minutes(Int64(unit))
      try bench.event(
        at: time, id: UInt64(unit), result("SERIAL-\(100_000 + unit)", "OK", [("part", "L\(unit / 100)")]))
      try bench.mark(time)
      if unit % 500 == 250 { try bench.restart() }
    }
    for minute in 3010..<3200 as Range<Int64> { try bench.mark(start + .minutes(minute)) }
    try bench.restart()
    let rows = bench.store.states.filter { $0.key.contains("units/file/") || $0.key.contains("units/part/") }
    let bytes = rows.reduce(0) { $0 + $1.value.count + $1.key.utf8.count + 40 }
    // One list may stand above it until it is full.
    #expect(bytes <= 60_000 + 1300 * 200 && rows.count > 200)
    #expect(
      rows.keys.contains { $0.hasSuffix("SERIAL-102999") } && !rows.keys.contains { $0.hasSuffix("SERIAL-100000") })
    #expect(
      rows.keys.contains { $0.hasSuffix("units/part/L29") } && !rows.keys.contains { $0.hasSuffix("units/part/L0") })
    let part = try #require(bench.store.states[UnitFileRule.stateKey(part: "L29")])
    #expect(try UnitsOfPart(part).units.count == 100)
    // What remains is listed, so that it can go in its turn.
    var listed: [String] = []
    for (_, list) in bench.store.states.filter({ $0.key.contains("units/list/") }) {
      listed += try UnitsOfPart(list).units
    }
    let kept = rows.keys.filter { $0.contains("units/file/") }
    #expect(Set(listed).count == kept.count && kept.allSatisfy { key in listed.contains { key.hasSuffix("/\($0)") } })
  }
}
