import Control
import Foundation
import MQTT
import Simulation
import Telemetry
import TestSupport
import Testing

/// What a plant electrician types at a terminal, rightly and wrongly, and what the program answers.
@Suite struct CommandTests {
  private static let typo = """
    gateway: { id: cq1, data: data }
    zone: Asia/Shanghai
    broker: { host: 127.0.0.1, port: 1883 }
    assets:
      - { id: press-1, place: cq1/hall, templat: rotating-machine, topic: plant/press-1 }
    """

  struct Line: Sendable, CustomTestStringConvertible {
    var typed: [String]
    var code: Int32
    var says: [String]
    var testDescription: String { "weir " + typed.joined(separator: " ") }
    init(_ typed: String, _ code: Int32, _ says: String...) {
      self.typed = typed.split(separator: " ").map(String.init)
      self.code = code
      self.says = says
    }
  }

  /// `$DIR` holds nothing but `typo.yaml`, `plant.yaml`, the templates `mine.yaml` and `good.yaml`, and an empty folder
  /// `data`.
  @Test(arguments: [
    Line("", 0, "USAGE: weir <subcommand>", "check", "status"),
    Line("--version", 0, "."),
    Line("stauts", 64, "no command `weir stauts`", "Did you mean `weir status`?"),
    Line("start plant.yaml", 64, "no command `weir start`", "`weir --help`"),
    Line("quarantine lst", 64, "no command `weir quarantine lst`", "Did you mean `weir quarantine list`?"),
    Line("status --help", 0, "Exit code 0 = good, 1 = degraded, 2 = down", "--data", "--watch", "--json"),
    Line("help run", 0, "USAGE: weir run <configuration>"),
    Line("run", 64, "Missing expected argument '<configuration>'", "Config/demo.yaml"),
    Line("run missing.yaml", 1, "missing.yaml: there is no such file", "→ Check the path"),
    Line("run $DIR/plant.yaml --log loud", 1, "unknown log level \"loud\"", "debug, info"),
    Line("check", 64, "Missing expected argument '<configuration>'", "Config/demo.yaml"),
    Line("check missing.yaml", 1, "missing.yaml: there is no such file", "→ Check the path"),
    Line("check $DIR", 1, "cannot be read", "that it is a file"),
    Line("check $DIR/typo.yaml", 1, "typo.yaml:5:", "unknown key \"templat\"", "mean \"template\"?"),
    Line("check $DIR/plant.yaml", 0, "gateway cq1, zone Asia/Shanghai", "8 assets"),
    Line("template list", 0, "TEMPLATE", "EXTENDS", "pump", "induction-motor", "Pump with motor"),
    Line("template show pump", 0, "extends induction-motor", "unit: bar", "Devices/pump.yaml:", "# default"),
    Line("template show pmp", 1, "There is no template \"pmp\".", "Did you mean pump?"),
    Line("template show", 64, "name a template", "--asset"),
    Line("template show --asset press-1", 64, "--asset needs --config"),
    Line("template show --asset press-1 --config $DIR/plant.yaml", 0, "# id press-1", "plant.yaml:", "unit: °C"),
    Line("template show --asset pres-1 --config $DIR/plant.yaml", 1, "no asset \"pres-1\"", "Did you mean press-1?"),
    Line("template check $DIR/mine.yaml", 1, "mine.yaml:2:10: unknown template \"pmp\"", "mean \"pump\"?", "1 mistake"),
    Line("template check $DIR/good.yaml", 0, "template good, extends pump: ", "no mistake", "devices: ["),
    Line("status --data $DIR/nowhere", 2, "no data directory", "/nowhere", "--data or WEIR_DATA"),
    Line("status --data $DIR/data", 2, "No gateway runs on", "weir run plant.yaml"),
    Line("status --json --data $DIR/data", 2, "No gateway runs on"),
    Line("status --dta x", 64, "Unknown option '--dta'. Did you mean '--data'?"),
    Line("asset", 64, "Missing expected argument '<id>'", "weir assets"),
    Line("asset press-1 --data $DIR/data", 1, "No gateway runs on", "weir run plant.yaml"),
    Line("assets --silent --data $DIR/data", 1, "No gateway runs on"),
    Line("reload --data $DIR/data", 2, "No gateway runs on", "weir run plant.yaml"),
    Line("reload --help", 0, "0 in force", "1 refused"),
    Line("diff --data $DIR/data", 2, "No gateway runs on"),
    Line("diff $DIR/plant.yaml --data $DIR/data", 2, "No gateway runs on"),
    Line("diff $DIR/typo.yaml --data $DIR/data", 2, "typo.yaml:5:", "mean \"template\"?"),
    Line("quarantine retry", 64, "Missing expected argument '<ids>", "or all"),
    Line("quarantine list --limit 0", 64, "--limit is a number from 1 to 10,000"),
    Line("discover", 64, "Say where to listen", "--from-gateway"),
    Line("discover --host 127.0.0.1 --port 1 --seconds 1", 1, "127.0.0.1:1", "→ Check host, port"),
    Line("discover --host 127.0.0.1 --filter a/#/b", 64, "is no topic filter"),
    Line("discover --from-gateway --data $DIR/data", 1, "No gateway runs on"),
    Line("replay", 64, "Missing expected argument '<file>'"),
    Line("replay none.jsonl --site $DIR/plant.yaml", 1, "none.jsonl", "cannot be read"),
    Line("simulate $DIR/plant.yaml --start yesterday", 64, "RFC 3339", "2026-11-21T08:00:00+08:00"),
  ])
  func answers(_ line: Line) throws {
    let directory = try TemporaryDirectory()
    try directory.write(Self.typo, to: "typo.yaml")
    try directory.write("template: mine\nextends: pmp\n", to: "mine.yaml")
    try directory.write("template: good\nextends: pump\n", to: "good.yaml")
    try directory.write(Plants.small(port: 1).replacing("$DIR", with: directory.path), to: "plant.yaml")
    try FileManager.default.createDirectory(
      atPath: directory.appending("data"), withIntermediateDirectories: false)
    let typed = line.typed.map { $0.replacing("$DIR", with: directory.path) }
    let (output, code) = try WeirProcess.command(typed, directory: directory)
    #expect(code == line.code, "\(output)")
    for text in line.says { #expect(output.contains(text), "\(text) is not in: \(output)") }
    // A list of all templates or commands, and a template with all its values, are as long as they are.
    let isLong = line.code == 0 && (line.typed.isEmpty || line.typed.first == "template")
    #expect(isLong || output.split(separator: "\n").count <= 40, "short: \(output)")
    #expect(!output.contains("Error("), "no names of types: \(output)")
  }

  @Test(.timeLimit(.minutes(5)))
  func aRunningGatewayAnswersPeople() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Plants.small(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let begin = try #require(Timestamp(rfc3339: "2026-11-02T08:00:00+08:00"))
    let plant = try PlantSimulation(site: site, seed: 3, start: begin, faults: Faults())
    let good = Array(plant.prefix { $0.time < begin + .minutes(5) })
    try await Plants.publish(good, site: site, settle: .zero)
    let status = try await weir.waitFor("everything decoded") {
      $0.messages.decoded >= good.count && $0.stages.engineLagBatches == 0
    }
    #expect(status.verdict == .good)
    #expect(status.assets.reporting == 8)
    #expect(status.stages.engineLagSeconds == 0)
    let bad = (0..<4).map {
      SimulatedMessage(time: begin + .minutes(5) + .seconds($0), topic: "plant/press-1", payload: Array("{oops".utf8))
    }
    try await Plants.publish(bad, site: site, settle: .zero)
    try await weir.waitFor("the bad ones set aside") {
      $0.messages.quarantined["not-json"] == 4 && $0.stages.engineLagBatches == 0
    }

    func answer(_ typed: String, _ expected: Int32, _ says: String...) throws {
      let words = typed.split(separator: " ").map(String.init) + ["--data", weir.data]
      let (output, code) = try WeirProcess.command(words, directory: weir.directory)
      #expect(code == expected, "\(typed): \(output)")
      for text in says { #expect(output.contains(text), "\(typed): \(text) is not in: \(output)") }
    }
    try answer("status", 1, "DEGRADED", "The last 4 messages were all set aside", "keeps up", "8 of 8 report")
    try answer("status --line", 1, "degraded: ")
    try answer("assets", 0, "press-1", "reporting", "LAST SAMPLE")
    try answer("assets --silent", 0, "all assets report")
    try answer("asset press-1", 0, "REPORTING", "LAST HOUR until 2026-11-02T08:0", "age ")
    try answer("asset pres-1", 1, "There is no asset \"pres-1\".", "Did you mean press-1?")
    try answer("quarantine list", 0, "not-json", "plant/press-1")
    try answer("quarantine list --reason conflict", 0, "nothing is set aside with the reason conflict")
    try answer("quarantine list --reason typo", 1, "There is no reason \"typo\"", "the nearest first: ")
    try answer("quarantine retry all", 1, "0 messages decoded", "4 messages still cannot be decoded", "not-json")
    try answer("quarantine retry s1", 1, "s1 is a sample")
    try answer("quarantine drop m999", 1, "There is no entry m999")
    try answer("quarantine drop m1 m1", 0, "1 message dropped")
    try answer("quarantine drop m1", 1, "m1 was dropped before")
    try answer("quarantine drop all", 0, "3 messages dropped")
    try answer("quarantine list", 0, "the quarantine is empty")

    try broker.stop()
    try await weir.waitFor("the loss of the broker") { $0.verdict == .down }
    try answer("assets --silent", 0, "waiting")
    try answer("status", 2, "DOWN", "disconnected", "0 of 8 report, 8 waiting for their connection")
    try weir.kill()
    try answer("status", 2, "does not answer: it was killed")
  }
}
