import Plant
import Telemetry
import Templates
import Testing

@testable import Inspection

/// A station's windows, folded without an engine.
@Suite struct StationWatchTests {
  private static let start = Timestamp(rfc3339: "2026-11-21T08:00:00+08:00")!

  /// Windows of 15 parts, as a line of one part a minute has them.
  private struct Line {
    var watch = StationWatch()
    var generator: SplitMix64
    var windows = 0
    let plan: InspectionPlan

    init(seed: UInt64, _ settings: InspectionSettings) {
      generator = SplitMix64(seed: seed)
      plan = InspectionPlan(settings)
    }

    mutating func run(
      _ count: Int, rate: Double, model: String = "m1", recipe: String? = nil, size: Int = 15,
      reviews: (right: Int, wrong: Int) = (0, 0),
      until done: (StationWatch) -> Bool = { _ in false }
    ) -> Int? {
      for window in 1...count {
        var tally = InspectionTally()
        tally.inspected = size
        tally.defective["scratch"] = (0..<size).count { _ in generator.unit() < rate }
        tally.rejected = tally.defective["scratch"] ?? 0
        tally.models[model] = InspectionTally.Group()
        tally.models[model]?.inspected = size
        tally.models[model]?.rejected = tally.rejected
        tally.models[model]?.recognition = Recognition(goodRejected: reviews.wrong, goodPassed: reviews.right)
        if let recipe {
          tally.recipes[recipe] = tally.models[model]
          tally.recipes[recipe]?.rejected = tally.rejected
        }
        let time = StationWatchTests.start + .minutes(Int64(15 * windows))
        watch.add(tally, start: time, end: time + .minutes(15), plan: plan)
        windows += 1
        if done(watch) { return window }
      }
      return nil
    }

    var keys: [String] {
      var asset = Asset(
        id: "vs-1", name: "", site: "", area: "", line: "", cell: "", template: "", criticality: .normal,
        connection: "", topics: [], signals: [], ratedPower: nil)
      asset.name = "Station"
      guard let zone = try? PlantZone(identifier: "Asia/Shanghai") else { return [] }
      return watch.findings(asset, plan: plan, zone: zone).map(\.key)
    }
  }

  private static func settings(_ change: (inout InspectionSettings) -> Void = { _ in }) -> InspectionSettings {
    var settings = InspectionSettings.standard
    settings.runLength = 2000
    change(&settings)
    return settings
  }

  /// The baseline is learnt of many defects here, so that the run length is that of the theory and not of its error.
  @Test("+50 % of one class is found within the run length of the theory, over 200 seeds")
  func shift() throws {
    var base = Line(seed: 1, Self.settings { $0.defects = 3000 })
    _ = base.run(100_000, rate: 0.04, until: { $0.rates["scratch"]?.baseline != nil })
    let learnt = try #require(base.watch.rates["scratch"]?.baseline)
    #expect(isClose(learnt.chart.rate, 0.04, 0.002) && learnt.chart.dispersion < 1.1 && learnt.size == 15)
    let cusum = try #require(
      RateCusum(.defectives, usual: learnt.usual, changed: learnt.changed, threshold: learnt.threshold))
    let theory = RunLength.rate(cusum, size: 15, rate: 0.06)
    var total = 0
    for seed in 0..<200 as Range<UInt64> {
      var line = base
      line.generator = SplitMix64(seed: seed &+ 100)
      let found = line.run(20_000, rate: 0.06, until: { $0.rates["scratch"]?.isChanged == true })
      total += try #require(found)
    }
    let found = Double(total) / 200
    #expect(isClose(found, theory, 0.2 * theory), "\(found) windows, \(theory) in theory")
  }

  @Test("a change is told with what it rests on, and ends when it has ended")
  func toldAndEnded() throws {
    var line = Line(seed: 3, Self.settings { $0.defects = 100 })
    _ = line.run(2000, rate: 0.05, until: { $0.rates["scratch"]?.baseline != nil })
    #expect(line.keys.isEmpty)
    let found = line.run(200, rate: 0.2, until: { $0.rates["scratch"]?.isChanged == true })
    #expect(try #require(found) < 30)
    #expect(line.keys.contains("defect-rate/vs-1/scratch") && line.keys.contains("defect-rate/vs-1/NG"))
    let ended = line.run(200, rate: 0.03, until: { $0.rates["scratch"]?.isChanged == false })
    #expect(ended != nil)
  }

  @Test("few parts and few defects have no baseline, and so no alarm")
  func smallSamples() {
    var line = Line(seed: 4, Self.settings())
    _ = line.run(30, rate: 0.01)
    _ = line.run(4, rate: 0.3)
    #expect(line.watch.rates["scratch"]?.baseline == nil && line.keys.isEmpty)
  }

  @Test("a code that is new counts the parts before it, and the ones beyond the limit have no chart")
  func newCodes() {
    var watch = StationWatch()
    let plan = InspectionPlan(Self.settings { $0.classes = 2 })
    for window in 0..<10 {
      var tally = InspectionTally()
      tally.inspected = 10
      if window == 4 { tally.defective = ["a": 1, "b": 2, "c": 1] }
      let time = Self.start + .minutes(Int64(15 * window))
      watch.add(tally, start: time, end: time + .minutes(15), plan: plan)
    }
    #expect(Set(watch.rates.keys) == ["NG", "a", "b"])
    #expect(watch.rates["b"]?.units == 100 && watch.rates["b"]?.count == 2 && watch.rates["b"]?.windows == 10)
  }

  @Test("another version of the model is another process, compared with the one before")
  func models() {
    var line = Line(seed: 5, Self.settings { $0.defects = 30 })
    _ = line.run(300, rate: 0.02)
    _ = line.run(1, rate: 0.08, model: "m2")
    #expect(line.watch.phase?.version == "m2" && line.watch.before?.version == "m1")
    #expect(line.keys == ["model-change/vs-1"])
    #expect(line.watch.rates["scratch"]?.baseline == nil)
    _ = line.run(100, rate: 0.08, model: "m2", until: { $0.rates["NG"]?.baseline != nil })
    // Four times as many rejects are no chance: it stays open.
    #expect(line.keys.contains("model-change/vs-1"))
    var same = Line(seed: 6, Self.settings { $0.defects = 30 })
    _ = same.run(300, rate: 0.05)
    _ = same.run(100, rate: 0.05, model: "m2", until: { $0.rates["NG"]?.baseline != nil })
    #expect(!same.keys.contains("model-change/vs-1"))
  }

  @Test("another recipe is compared with the one before, and the charts go on")
  func recipes() throws {
    var line = Line(seed: 5, Self.settings { $0.defects = 30 })
    _ = line.run(300, rate: 0.02, recipe: "r1")
    _ = line.run(1, rate: 0.08, recipe: "r2")
    #expect(line.keys == ["recipe-change/vs-1"] && line.watch.before == nil)
    #expect(line.watch.rates["scratch"]?.baseline != nil)
    _ = line.run(60, rate: 0.08, recipe: "r2")
    // Four times as many rejects are no chance: it stays open.
    #expect(line.keys.contains("recipe-change/vs-1"))
    let change = try #require(line.watch.changes(windows: 25).first)
    #expect(change.kind == .recipe && change.before.version == "r1" && change.after.inspected == 61 * 15)
    var writer = ByteWriter()
    line.watch.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try StationWatch(from: &reader) == line.watch)
    var same = Line(seed: 6, Self.settings { $0.defects = 30 })
    _ = same.run(300, rate: 0.05, recipe: "r1")
    _ = same.run(60, rate: 0.05, recipe: "r2")
    #expect(!same.keys.contains("recipe-change/vs-1"))
    // One that comes back is no news.
    _ = same.run(1, rate: 0.05, recipe: "r1")
    _ = same.run(1, rate: 0.05, recipe: "r2")
    #expect(same.watch.changes(windows: 25).isEmpty)
  }

  @Test("versions that take turns have each their own baseline, and the change is no news")
  func turns() throws {
    var line = Line(seed: 11, Self.settings { $0.defects = 30 })
    for _ in 0..<12 {
      _ = line.run(20, rate: 0.03, model: "petrol")
      _ = line.run(20, rate: 0.15, model: "diesel")
    }
    #expect(line.watch.phase?.version == "diesel" && line.watch.before == nil)
    #expect(isClose(line.watch.rates["NG"]?.rate, 0.15, 0.05))
    _ = line.run(1, rate: 0.03, model: "petrol")
    #expect(isClose(line.watch.rates["NG"]?.rate, 0.03, 0.015))
    #expect(!line.keys.contains("model-change/vs-1"))
    var writer = ByteWriter()
    line.watch.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try StationWatch(from: &reader) == line.watch)
    #expect(reader.isAtEnd)
  }

  @Test("accuracy below the limit is told, and a series that held ends it")
  func accuracy() {
    var line = Line(seed: 7, Self.settings { $0.reviews = 200 })
    _ = line.run(10, rate: 0, reviews: (right: 1, wrong: 1))
    #expect(line.keys == ["recognition-accuracy/vs-1"])
    #expect(line.watch.inaccurate?.wrong ?? 0 >= 7)
    _ = line.run(20, rate: 0, reviews: (right: 10, wrong: 0))
    #expect(line.keys.isEmpty)
    #expect(line.watch.phase?.recognition.reviews == 220)
  }

  @Test("a torque that moves is told, and a Cpk that is too small")
  func measures() throws {
    var watch = StationWatch()
    let plan = InspectionPlan(Self.settings { $0.capability = ScaledInteger(133, exponent: -2) })
    var generator = SplitMix64(seed: 8)
    func window(_ number: Int, shift: Double) {
      let events = (0..<5).map { place in
        let value = 112 + shift + 2 * NormalDistribution.quantile(max(1e-9, generator.unit()))
        return Event(
          series: SeriesID(0), time: Self.start, identity: UInt64(place),
          attributes: [
            .init("verdict", "OK"), .init("step", "wheel-1"), .init("torque", "\(value)"),
            .init("torque-lower-limit", "105"), .init("torque-upper-limit", "119"),
          ])
      }
      let time = Self.start + .minutes(Int64(15 * number))
      watch.add(InspectionTally(results: events), start: time, end: time + .minutes(15), plan: plan)
    }
    for number in 0..<60 { window(number, shift: 0) }
    let torque = try #require(watch.measures["torque/wheel-1"])
    #expect(isClose(torque.mean, 112, 0.6) && isClose(torque.sigma, 2, 0.5) && !torque.isShifted)
    // 7 / (3 · 2)
    #expect(isClose(torque.capability?.ppk, 1.17, 0.15))
    for number in 60..<80 { window(number, shift: 3) }
    #expect(watch.measures["torque/wheel-1"]?.isShifted == true)
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    let asset = Asset(
      id: "nr-7", name: "", site: "", area: "", line: "", cell: "", template: "", criticality: .normal, connection: "",
      topics: [], signals: [], ratedPower: nil)
    let findings = watch.findings(asset, plan: plan, zone: zone)
    #expect(findings.map(\.key) == ["measurement-shift/nr-7/torque/wheel-1", "capability/nr-7/torque/wheel-1"])
    #expect(findings[0].summary.contains("higher than usual"))
  }

  @Test("a Cpk that is too small is neither confirmed nor over while values of another product are few")
  func changeover() throws {
    var watch = StationWatch()
    let plan = InspectionPlan(Self.settings { $0.capability = ScaledInteger(133, exponent: -2) })
    let asset = Asset(
      id: "nr-7", name: "", site: "", area: "", line: "", cell: "", template: "", criticality: .normal, connection: "",
      topics: [], signals: [], ratedPower: nil)
    var number: Int64 = 0
    func run(_ windows: Int, scatter: Double, lower: Double) {
      for _ in 0..<windows {
        var torque = InspectionTally.Measure()
        for value in [-1, 1, -1, 1, -1] { torque.add(112 + scatter * Double(value), lower: lower, upper: 224 - lower) }
        var tally = InspectionTally()
        tally.inspected = 5
        tally.measures["torque"] = torque
        let time = Self.start + .minutes(15 * number)
        watch.add(tally, start: time, end: time + .minutes(15), plan: plan)
        number += 1
      }
    }
    func keys() throws -> [String] {
      watch.findings(asset, plan: plan, zone: try PlantZone(identifier: "Asia/Shanghai")).map(\.key)
    }
    let finding = Finding(
      key: "capability/nr-7/torque", rule: "capability", subject: "nr-7", severity: .info, opened: Self.start,
      summary: "", advice: "", evidence: [])
    run(30, scatter: 4, lower: 105)
    #expect(try keys() == [finding.key])
    run(5, scatter: 4, lower: 102)
    #expect(try keys().isEmpty && watch.isUndecided(finding, asset, plan: plan))
    run(30, scatter: 0.5, lower: 102)
    #expect(try keys().isEmpty && !watch.isUndecided(finding, asset, plan: plan))
    #expect(!watch.isUndecided(finding, asset, plan: InspectionPlan(Self.settings())))
  }

  @Test("a code that is named late was absent from the parts of all versions of a window")
  func lateCode() {
    var watch = StationWatch()
    let plan = InspectionPlan(Self.settings())
    func window(_ number: Int64, _ code: String?) {
      var tally = InspectionTally()
      (tally.inspected, tally.rejected) = (100, 5)
      for model in ["a", "b"] {
        var group = InspectionTally.Group()
        (group.inspected, group.rejected) = (50, 2)
        tally.models[model] = group
      }
      if let code { tally.defective[code] = 1 }
      let time = Self.start + .minutes(15 * number)
      watch.add(tally, start: time, end: time + .minutes(15), plan: plan)
    }
    for number in 0..<4 as Range<Int64> { window(number, nil) }
    window(4, "scratch")
    #expect(watch.phase?.inspected == 250 && watch.rates["scratch"]?.units == 500)
    #expect(watch.rates["scratch"]?.windows == 5 && watch.rates["scratch"]?.count == 1)
  }

  @Test("confidence that falls is told before the verdicts change")
  func confidence() {
    var watch = StationWatch()
    let plan = InspectionPlan(Self.settings())
    var generator = SplitMix64(seed: 9)
    for window in 0..<120 {
      var tally = InspectionTally()
      tally.inspected = 20
      tally.confidences = 20
      tally.confidence = 20 * (window < 60 ? 0.95 : 0.93) + 0.4 * (generator.unit() - 0.5)
      let time = Self.start + .minutes(Int64(15 * window))
      watch.add(tally, start: time, end: time + .minutes(15), plan: plan)
      if window == 59 { #expect(!watch.confidence.isShifted) }
    }
    #expect(watch.confidence.isShifted && !watch.confidence.isHigher)
  }

  @Test("what is saved comes back", arguments: [10, 60, 700])
  func coding(windows: Int) throws {
    var line = Line(seed: 10, Self.settings { $0.defects = 60 })
    _ = line.run(windows, rate: 0.06, reviews: (right: 1, wrong: 0))
    _ = line.run(windows, rate: 0.12, model: "m2")
    var writer = ByteWriter()
    line.watch.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try StationWatch(from: &reader) == line.watch)
    #expect(reader.isAtEnd)
  }

  @Test("what the rejected parts have in common is named, chance is not")
  func associations() throws {
    var group = InspectionTally.Group()
    group.inspected = 200
    group.rejected = 20
    var other = InspectionTally.Group()
    other.inspected = 100
    other.rejected = 3
    let found = Association.strongest(["supplier acme": group, "recipe K1": other], inspected: 600, rejected: 26)
    #expect(found.map(\.name) == ["supplier acme"])
    #expect(isClose(found[0].inside.share, 0.1, 1e-12) && isClose(found[0].outside.share, 0.015, 1e-12))
    #expect(found[0].text == "supplier acme: 10.00 % of 200 rejected, 1.50 % of the others in the same time")
    // What all parts have is nothing in particular.
    group.inspected = 600
    #expect(Association.strongest(["model m1": group], inspected: 600, rejected: 26).isEmpty)
    #expect(Association.strongest([:], inspected: 600, rejected: 26).isEmpty)
  }

  @Test("parts to be expected: as many in four of five cases")
  func forecast() throws {
    var generator = SplitMix64(seed: 12)
    var inside = 0
    for _ in 0..<400 {
      let rate = 0.02 + 0.06 * generator.unit()
      let known = (0..<1000).count { _ in generator.unit() < rate }
      let forecast = try #require(DefectForecast(Proportion(known, of: 1000), parts: 400))
      let real = Double((0..<400).count { _ in generator.unit() < rate })
      if forecast.low <= real, real <= forecast.high { inside += 1 }
    }
    #expect((296...352).contains(inside), "\(inside) of 400")
    #expect(DefectForecast(Proportion(0, of: 0), parts: 10) == nil)
    #expect(DefectForecast(Proportion(0, of: 100), parts: 0) == nil)
  }

  // MARK: Tally

  private func event(_ id: UInt64, _ attributes: [(String, String)]) -> Event {
    Event(
      series: SeriesID(0), time: Self.start, identity: id, attributes: attributes.map { Event.Attribute($0.0, $0.1) })
  }

  @Test("reviews find their result by part, step and attempt, and the last one counts")
  func reviews() throws {
    let results = [
      event(1, [("verdict", "NG"), ("unit", "A"), ("step", "s"), ("attempt", "1"), ("model", "m1"), ("defect", "x")]),
      event(2, [("verdict", "OK"), ("unit", "B"), ("step", "s"), ("model", "m1"), ("supplier", "acme")]),
      event(3, [("verdict", "unsure"), ("unit", "C"), ("step", "s")]),
      event(4, [("verdict", "bypass"), ("unit", "D")]),
      event(
        5, [("verdict", "NG"), ("unit", "E"), ("review", "pseudo"), ("attempt", "2"), ("defect", "x"), ("defect", "x")]),
    ]
    let reviews = [
      event(6, [("review", "agree"), ("unit", "A")]),
      event(7, [("review", "false-call"), ("unit", "A")]),
      event(8, [("review", "NG"), ("unit", "B"), ("step", "s")]),
      event(9, [("review", "OK"), ("unit", "C")]),
      event(10, [("review", "agree"), ("unit", "unknown")]),
      event(11, [("review", "what?"), ("unit", "A")]),
    ]
    let tally = InspectionTally(results: results, reviews: reviews)
    #expect(tally.inspected == 4 && tally.rejected == 2 && tally.unsure == 1)
    #expect(tally.firstAttempts == 3 && tally.firstGood == 1)
    #expect(tally.defects == ["x": 3] && tally.defective == ["x": 2])
    #expect(tally.recognition == Recognition(defectivePassed: 1, goodRejected: 2))
    #expect(tally.unmatched == 2 && tally.decided == 1)
    #expect(tally.suppliers["acme"]?.recognition.defectivePassed == 1)
    #expect(tally.model == "m1")
    var writer = ByteWriter()
    tally.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try InspectionTally(from: &reader) == tally)
  }
}
