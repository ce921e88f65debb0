import Foundation
import Inspection
import Plant
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// The engine line of Config/engine-line.yaml through a real broker and the whole gateway: at one station half as many
/// defects again, and then all 57 stations with what may go wrong at them.
struct EngineLineTests {
  /// Minutes, and so engines, at the first glue station alone: it was there before the others.
  private static let change: Int64 = 5000
  private static let alone: Int64 = 8600
  /// Minutes of the whole line.
  private static let whole: Int64 = 160
  private static let usual = 0.08

  private let start = Timestamp(rfc3339: "2026-11-16T00:00:00+08:00")!
  /// The others join it after a pause, with an empty line.
  private var joined: Timestamp { start + .minutes(Self.alone) + .hours(3) }
  private var end: Timestamp { joined + .minutes(Self.whole) }

  private func configuration(port: Int) throws -> String {
    var text = try String(contentsOfFile: "\(WeirProcess.repository)/Config/engine-line.yaml", encoding: .utf8)
    for (old, new) in [
      ("data: data/engines", "data: $DIR/data"), ("data/engines/records.jsonl", "$DIR/upstream.jsonl"),
      (
        "broker: { host: 127.0.0.1, port: 18832, embedded: true }",
        "clock: messages\nbroker: { host: 127.0.0.1, port: \(port) }"
      ),
      ("reviews: 2000 }", "reviews: 400 }\n  charts: { windows: 10, defects: 20, run-length: 2000 }"),
      (
        "records: [inspection-count, inspection-lot, unit-file, finding, alarm, incident, notification]",
        "records: all"
      ),
    ] {
      #expect(text.contains(old), "\(old)")
      text = text.replacing(old, with: new)
    }
    return text
  }

  private var course: LineCourse {
    var course = LineCourse()
    course.rates = [
      .init(station: "glue-1", time: start, rate: Self.usual),
      .init(station: "glue-1", time: start + .minutes(Self.change), rate: 1.5 * Self.usual),
    ]
    course.versions = [.init(station: "seal-3", time: joined + .minutes(80), model: "seal-4.0")]
    course.slips = [(station: "glue-1", time: joined + .minutes(20))]
    return course
  }

  private func messages(_ site: Site) throws -> [SimulatedMessage] {
    var first = site
    first.assets = site.assets.filter { $0.id == "glue-1" }
    func run(_ site: Site, _ from: Timestamp, _ to: Timestamp) throws -> [SimulatedMessage] {
      try PlantSimulation(site: site, seed: 6, start: from, faults: Faults(), course: course)
        .prefix { $0.time < to }.filter { !$0.topic.hasSuffix("/review") }
    }
    return try run(first, start, start + .minutes(Self.alone)) + run(site, joined, end)
  }

  /// A day later people have looked at all that the first glue station rejected, and at some of what it passed.
  private func reviews(_ sent: [SimulatedMessage]) throws -> [SimulatedMessage] {
    var reviews: [SimulatedMessage] = []
    for (number, message) in sent.enumerated() where message.topic == "engines/glue-1" {
      let payload = try JSONValue(parsing: message.payload)
      let isBad = payload["verdict"] == "NG"
      // What came back from the station before has no verdict that could be right or wrong.
      guard payload["verdict"] != "rework" else { continue }
      // Those of the last hours are still to be looked at.
      guard isBad || number % 50 == 0, message.time < joined, let unit = payload["unit"]?.stringValue,
        let time = payload["ts"]?.integerValue
      else { continue }
      let word = isBad && number % 4 == 0 ? "false-call" : "agree"
      let text =
        "{\"ts\":\(time),\"id\":\"rv-\(number)\",\"unit\":\"\(unit)\",\"step\":\"glue\",\"attempt\":1,\"review\":\"\(word)\"}"
      reviews.append(
        SimulatedMessage(time: end + .hours(3), topic: "engines/glue-1/review", payload: Array(text.utf8)))
    }
    return reviews
  }

  private func text(_ weir: WeirProcess, _ arguments: String...) throws -> String {
    let (output, code) = try WeirProcess.command(
      arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code == 0, "\(output)")
    return output
  }

  /// What the tool says of one period, in the three forms.
  private func ask(_ weir: WeirProcess, _ period: String) throws {
    // Events are asked of the Store, where they are with the next checkpoint.
    var rows: [JSONValue] = []
    let isThere = try eventually(within: .seconds(120)) {
      let queue = try text(weir, "inspection", "queue", "--period", period, "--json")
      rows = try JSONValue(parsing: queue)["rows"]?.arrayValue ?? []
      return rows.contains { $0["name"]?.stringValue?.hasPrefix("glue-1 k19-") == true }
    }
    #expect(isThere, "\(rows.count) parts wait for a person")
    for note in rows.map({ $0["note"]?.stringValue ?? "" }) {
      #expect(note.contains("low confidence") || note.contains("sample"), "\(note)")
    }
    let page = try text(weir, "inspection", "queue", "glue-1", "--period", period)
    #expect(page.contains("inspect glue-1 more closely (defect-rate"), "\(page)")
    // 500 pieces at level II: letter H, a sample of 50, of which one may be bad (AQL 1.0).
    let lots = try text(weir, "inspection", "lots", "shell-1", "--period", period, "--csv")
    let samples = lots.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("shells ") }
    #expect(samples.contains { $0.contains(",500,50,50,") && $0.contains(",1,2") }, "\(lots)")
    let lines = try text(weir, "inspection", "--by", "line", "--period", period, "--csv")
    #expect(lines.contains("rolled_yield"), "\(lines)")
    let row = try #require(lines.split(whereSeparator: \.isNewline).first { $0.hasPrefix("cq1/engines/k19,") })
    // Some in a thousand are rejected, and what is good names no defect.
    #expect(Double(row.split(separator: ",")[5]).map { $0 < 20_000 } == true, "\(row)")
  }

  /// Lots of shells as the sample of the first station leaves them.
  private func lots(_ upstream: Upstream) {
    let lots = upstream.latest("inspection-lot")
    #expect(!lots.isEmpty && lots.allSatisfy { $0.key.hasPrefix("shells/") }, "\(lots.map(\.key))")
    #expect(lots.contains { $0.body["disposition"] == "accepted" || $0.body["disposition"] == "refused" })
  }

  /// Engines that passed all stations have whole files; what belongs to their product is all that is asked for.
  private func units(_ upstream: Upstream, _ weir: WeirProcess) throws {
    let files = upstream.latest("unit-file").filter { $0.body["status"] == "complete" }
    let whole = files.filter { $0.body["stations"]?.arrayValue?.count == 57 }
    #expect(whole.count > 80, "\(whole.count) of \(files.count)")
    for file in whole {
      // A joint that is tightened again is a step of its own.
      let steps = file.body["steps"]?.arrayValue ?? []
      #expect(steps.count { $0["attempt"].map { $0 == 1 } ?? true } == 50 + 60 + 1, "\(file.key)")
      // Nothing is missing; what is rejected at the end, or has slipped, is still to be released.
      let gaps = file.body["gaps"]?.arrayValue ?? []
      #expect(gaps.allSatisfy { $0["gap"] == "rejected" } && gaps.count <= 1, "\(file.key): \(gaps)")
      #expect(file.body["line"] == "k19", "\(file.key)")
      #expect(file.body["parts"]?.arrayValue?.contains { $0.stringValue?.hasPrefix("BLOCK-") == true } == true)
    }
    let page = try text(weir, "unit", try #require(whole.first).key)
    #expect(page.contains("torque-6  step-10") && page.contains("eol  test"), "\(page)")
  }

  @Test(.timeLimit(.minutes(10)))
  func halfAsManyAgain() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(try configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)
    let results = try messages(site)
    let judged = try reviews(results)
    // The clock goes on behind the reviews: what comes late together is judged together, some minutes later.
    let later = SimulatedMessage(
      time: end + .hours(4), topic: "engines/eol",
      payload: Array(
        "{\"ts\":\((end + .hours(4)).nanoseconds / 1_000_000),\"id\":\"l\",\"unit\":\"k19-0\",\"step\":\"test\",\"verdict\":\"OK\"}"
          .utf8))
    let sent = results + judged + [later]
    let last = try await Plants.publish(sent, site: site, settle: .hours(3))
    try await weir.waitFor("everything delivered", within: .seconds(400)) { status in
      status.messages.received >= sent.count && status.stages.plantClock == zone.rfc3339(last)
        && status.destinations.allSatisfy { $0.pending == 0 } && status.stages.engineLagBatches == 0
    }
    try ask(weir, String(zone.rfc3339(joined).prefix(10)))

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    func said(_ rule: String) -> [String] {
      upstream.latest("finding").filter { $0.body["rule"]?.stringValue == rule }
        .compactMap { $0.body["summary"]?.stringValue }
    }
    #expect(
      said("defect-rate").contains { $0.hasPrefix("glue-1 (model glue-3.2) has more parts with the defect glue-gap") },
      "\(said("defect-rate"))")
    #expect(
      said("recognition-accuracy").contains { $0.contains("of glue-1") && $0.contains("is below 95") },
      "\(said("recognition-accuracy"))")
    #expect(said("model-change").contains { $0.contains("of seal-3 changed from seal-3.2 to seal-4.0") })
    let passed = said("rejected-unit-passed")
    #expect(
      passed.count == 1 && passed[0].contains("rejected at glue-1") && passed[0].contains("(at glue-2"), "\(passed)")
    #expect(said("measurement-shift") == [])
    try runLength(upstream, site)
    try units(upstream, weir)
    lots(upstream)
    let windows = upstream.latest("inspection-count").filter { $0.body["asset"] == "glue-1" }
    let reviewed = windows.reduce(0) { sum, entry in
      ["defective_rejected", "defective_passed", "good_rejected", "good_passed"].reduce(sum) {
        $0 + Int(entry.body["reviews"]?[$1]?.integerValue ?? 0)
      }
    }
    #expect(reviewed == judged.count)
    #expect(windows.contains { $0.revision > 0 && $0.cause?["reason"] == "late" })
    try weir.stop()
  }

  /// The windows that went upstream, folded again: from the change until the signal, and what the theory says of a baseline
  /// such as this one.
  private func runLength(_ upstream: Upstream, _ site: Site) throws {
    let plan = InspectionPlan(site.inspection)
    var watch = StationWatch()
    var found: Int?
    var baseline: RateWatch.Baseline?
    var since = 0
    var isAlarm = false
    let changed = start + .minutes(Self.change)
    for entry in upstream.latest("inspection-count").filter({ $0.body["asset"] == "glue-1" }) {
      let begin = try #require(entry.body["start"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
      let end = try #require(entry.body["end"]?.stringValue.flatMap { Timestamp(rfc3339: $0) })
      watch.add(InspectionBody.tally(entry.body), start: begin, end: end, plan: plan)
      guard let rate = watch.rates["glue-gap"] else { continue }
      if begin < changed {
        isAlarm = rate.isChanged
        baseline = rate.baseline
      } else {
        since += 1
        if rate.isChanged, found == nil { found = since }
      }
    }
    #expect(!isAlarm)
    let learnt = try #require(baseline)
    let cusum = try #require(
      RateCusum(.defectives, usual: learnt.usual, changed: learnt.changed, threshold: learnt.threshold))
    // Five of six of its rejects have this defect.
    let theory = RunLength.rate(cusum, size: learnt.size, rate: 1.5 * Self.usual * 5 / 6)
    // One run of many: 19 of 20 are within three times the mean of an exponential distribution.
    let windows = try #require(found)
    #expect(Double(windows) <= 3 * theory, "\(windows) windows, \(theory) in theory")
  }
}
