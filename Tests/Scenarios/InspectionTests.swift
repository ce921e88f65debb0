import Plant
import Simulation
import Telemetry
import TestSupport
import Testing

/// An engine line through a real broker and the whole gateway: glue, oil seal and a torque tool, one engine a minute.
struct InspectionTests {
  private static let units = 2400
  /// From here on four times as many have a gap in the glue.
  private static let change = 1600
  private static let newModel = 2200
  /// Was rejected and went on all the same.
  private static let slipped = 1000

  private func configuration(port: Int) -> String {
    """
    gateway: { id: engines, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    inspection:
      accuracy: { reviews: 200 }
      charts: { windows: 10, defects: 20, run-length: 2000 }
      units: { size: 20 MB }
    lines: [{ name: engines, stations: [glue, seal, torque] }]
    destinations:
      - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: all, assets: ["*"] }
    assets:
      - { id: glue, place: cq/hall/engines/10, template: ai-vision-station, topic: m/glue }
      - { id: seal, place: cq/hall/engines/20, template: ai-vision-station, topic: m/seal }
      - { id: torque, place: cq/hall/engines/30, template: torque-tool, topic: m/torque }
    """
  }

  private struct Result {
    var time: Timestamp
    var unit: String
    var isBad: Bool
  }

  private func message(_ time: Timestamp, _ asset: String, _ members: String, sent: Timestamp? = nil)
    -> SimulatedMessage
  {
    SimulatedMessage(
      time: sent ?? time, topic: "m/\(asset)",
      payload: Array("{\"ts\":\(time.nanoseconds / 1_000_000),\(members)}".utf8))
  }

  /// Engines with their results, and the verdicts of the glue station.
  private func line(from start: Timestamp) -> (messages: [SimulatedMessage], glue: [Result]) {
    var generator = SplitMix64(seed: 6)
    var messages: [SimulatedMessage] = []
    var glue: [Result] = []
    for number in 0..<Self.units {
      let unit = "EN\(100_000 + number)"
      let time = start + .minutes(Int64(number))
      let isBad = number == Self.slipped || generator.unit() < (number < Self.change ? 0.05 : 0.2)
      glue.append(Result(time: time, unit: unit, isBad: isBad))
      // The oil seal's model is replaced near the end.
      let sealModel = number < Self.newModel ? "seal-1" : "seal-2"
      func result(_ verdict: String, attempt: Int = 1, defect: String = "", model: String) -> String {
        "\"id\":\"\(model)-\(number)-\(attempt)\",\"unit\":\"\(unit)\",\"step\":\"\(model)\",\"attempt\":\(attempt),"
          + "\"verdict\":\"\(verdict)\",\"defects\":[\(defect)],\"confidence\":0.9,"
          + "\"model\":\"\(model == "seal" ? sealModel : "glue-1")\","
          + "\"supplier\":\"\(number % 2 == 0 ? "acme" : "best")\""
      }
      messages.append(
        message(
          time, "glue",
          result(isBad ? "NG" : "OK", defect: isBad ? "{\"code\":\"glue-gap\",\"size\":2.5}" : "", model: "glue")))
      if isBad, number != Self.slipped {
        messages.append(message(time + .seconds(20), "glue", result("OK", attempt: 2, model: "glue")))
      }
      messages.append(message(time + .seconds(30), "seal", result("OK", model: "seal")))
      let torque = 112 + 2 * (generator.unit() + generator.unit() + generator.unit() - 1.5)
      messages.append(
        message(
          time + .seconds(45), "torque",
          "\"id\":\"nr-\(number)\",\"unit\":\"\(unit)\",\"step\":\"head-1\",\"attempt\":1,\"verdict\":\"OK\","
            + "\"torque\":\((torque * 100).rounded() / 100),\"torque_min\":105,\"torque_max\":119"))
    }
    return (messages, glue)
  }

  /// A day later people have looked at all rejected parts and at some of the passed ones.
  private func reviews(_ glue: [Result], sent: Timestamp) -> [SimulatedMessage] {
    glue.enumerated().compactMap { number, result in
      guard result.isBad || number % 50 == 0 else { return nil }
      let word = result.isBad && number % 4 == 0 ? "false-call" : "agree"
      return message(
        result.time, "glue/review",
        "\"id\":\"rv-\(number)\",\"unit\":\"\(result.unit)\",\"step\":\"glue\",\"attempt\":1,\"review\":\"\(word)\"",
        sent: sent)
    }
  }

  private func text(_ weir: WeirProcess, _ arguments: String...) throws -> String {
    let (output, code) = try WeirProcess.command(
      ["inspection"] + arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code == 0, "\(output)")
    return output
  }

  private func rows(_ weir: WeirProcess, _ arguments: String...) throws -> [String: [String: String]] {
    let (output, _) = try WeirProcess.command(
      ["inspection"] + arguments + ["--json", "--data", weir.directory.appending("data")], directory: weir.directory)
    let table = try JSONValue(parsing: output)
    let keys = try #require(table["columns"]?.arrayValue, "\(output)").map { $0["key"]?.stringValue ?? "" }
    var rows: [String: [String: String]] = [:]
    for row in try #require(table["rows"]?.arrayValue) {
      let figures = try #require(row["figures"]?.arrayValue).map { $0.stringValue ?? "–" }
      rows[row["name"]?.stringValue ?? ""] = Dictionary(uniqueKeysWithValues: zip(keys, figures))
    }
    return rows
  }

  /// The file of the engine that slipped past, as a person sees it.
  private func units(_ weir: WeirProcess) throws {
    let unit = "EN\(100_000 + Self.slipped)"
    func ask(_ arguments: String...) throws -> (String, Int32) {
      try WeirProcess.command(
        ["unit"] + arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    }
    let (page, code) = try ask(unit)
    #expect(code == 0 && page.contains("unit \(unit), good, complete on engines, revision "), "\(page)")
    #expect(page.contains("glue  NG  [glue-gap]") && page.contains("review: false-call"), "\(page)")
    #expect(page.contains("torque  head-1  OK  torque ") && page.contains("(105 to 119)"), "\(page)")
    let (json, _) = try ask(unit, "--json")
    #expect(try JSONValue(parsing: json)["stations"] == ["glue", "seal", "torque"], "\(json)")
    let (unknown, failure) = try ask("EN1")
    #expect(failure != 0 && unknown.contains("Nothing is known of a unit or part \"EN1\""), "\(unknown)")
  }

  @Test(.timeLimit(.minutes(5)))
  func anEngineLine() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let zone = try PlantZone(identifier: site.zone)
    let start = try #require(Timestamp(rfc3339: "2026-11-19T00:00:00+08:00"))
    let (results, glue) = line(from: start)
    let end = start + .minutes(Int64(Self.units))
    // The clock goes on behind the reviews: what comes late together is judged together, some minutes later.
    let later = message(
      end + .hours(25), "seal", "\"id\":\"later\",\"unit\":\"EN99999\",\"step\":\"seal\",\"verdict\":\"OK\"")
    let sent = results + reviews(glue, sent: end + .hours(24)) + [later]
    let last = try await Plants.publish(sent, site: site)
    try await weir.waitFor("everything delivered", within: .seconds(240)) { status in
      status.messages.received >= sent.count && status.stages.plantClock == zone.rfc3339(last)
        && status.isSettled
    }

    let period = "2026-11-19..2026-11-20"
    let bad = glue.count { $0.isBad }
    let stations = try rows(weir, "--period", period)
    let station = try #require(stations["glue"])
    // Second attempts are looked at as well.
    #expect(station["inspected"] == "\(Self.units + bad - 1)")
    let share = try #require(station["first_pass_yield"].flatMap { Double($0) })
    #expect(abs(share - 100 * Double(Self.units - bad) / Double(Self.units)) < 1e-6, "\(station)")
    #expect(
      Double(station["escapes"] ?? "") == 0 && (1..<5).contains(Double(station["false_calls"] ?? "") ?? 0), "\(station)"
    )
    let accuracy = try #require(station["accuracy"].flatMap { Double($0) })
    #expect((70..<90).contains(accuracy), "\(station)")
    let lines = try rows(weir, "--by", "line", "--period", period)
    #expect(lines["cq/hall/engines"]?["rolled_yield"] != nil)
    let defects = try rows(weir, "--by", "defect", "--period", "2026-11-20")
    #expect(defects["glue-gap"]?["rank"] == "1" && defects["glue-gap"]?["former_rank"] == "1", "\(defects)")
    let suppliers = try rows(weir, "--by", "supplier", "--period", period)
    #expect(Set(suppliers.keys) == ["acme", "best"])

    // What the rule knows is in the Store with the next checkpoint.
    var chart = ""
    let isThere = try eventually(within: .seconds(90)) {
      chart = try text(weir, "glue", "--defect", "glue-gap", "--period", period)
      return chart.contains("MORE THAN USUAL") && chart.contains("BELOW THE LIMIT")
    }
    #expect(isThere, "\(chart)")
    #expect(chart.contains("┊") && chart.contains("●"), "\(chart)")
    #expect(try text(weir, "torque", "--period", period).contains("torque/head-1: Cpk"))
    try units(weir)
    #expect(try text(weir, "baseline", "glue", "--by", "LiNa", "--reason", "new nozzle").contains("learns again"))
    let (unknown, code) = try WeirProcess.command(
      ["inspection", "gleu", "--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code != 0 && unknown.contains("glue"), "\(unknown)")
    try weir.stop()

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let findings = upstream.latest("finding")
    func said(_ rule: String) -> [String] {
      findings.filter { $0.body["rule"]?.stringValue == rule }.compactMap { $0.body["summary"]?.stringValue }
    }
    #expect(said("defect-rate").contains { $0.hasPrefix("glue (model glue-1) has more") }, "\(said("defect-rate"))")
    #expect(said("recognition-accuracy").contains { $0.contains("is below 95") }, "\(said("recognition-accuracy"))")
    #expect(
      said("model-change").contains { $0.contains("of seal changed from seal-1 to seal-2") }, "\(said("model-change"))")
    let passed = said("rejected-unit-passed")
    #expect(passed.count == 1 && passed[0].contains("EN\(100_000 + Self.slipped) (at seal"), "\(passed)")
    #expect(said("measurement-shift") == [])
    let units = upstream.latest("unit-file")
    #expect(units.count == Self.units && Set(units.map(\.key)).count == units.count)
    let slipped = try #require(units.first { $0.key == "EN\(100_000 + Self.slipped)" })
    #expect(slipped.revision > 0 && slipped.body["good"] == true && slipped.body["gaps"] == [])
    // Late reviews have corrected the windows of their results.
    let windows = upstream.latest("inspection-count")
    let reviewed = windows.reduce(0) { sum, entry in
      ["defective_rejected", "defective_passed", "good_rejected", "good_passed"].reduce(sum) {
        $0 + Int(entry.body["reviews"]?[$1]?.integerValue ?? 0)
      }
    }
    #expect(reviewed == reviews(glue, sent: end).count)
    #expect(windows.contains { $0.revision > 0 && $0.cause?["reason"] == "late" })
  }
}
