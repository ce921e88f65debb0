import Foundation
import Simulation
import Telemetry
import TestSupport
import Testing

/// A shift with known stops on MQTT gives the known effectiveness, as a record and on the command line.
@Suite struct OEEScenarioTests {
  private let start = Timestamp(rfc3339: "2026-01-05T06:00:00+08:00") ?? .distantPast

  private func message(_ asset: String, minute: Int64, _ members: String) -> SimulatedMessage {
    let time = start + .minutes(minute)
    return SimulatedMessage(
      time: time, topic: "m/\(asset)", payload: Array("{\"ts\":\(time.nanoseconds / 1_000_000),\(members)}".utf8))
  }

  /// 06:00 … 14:30 with a break of 30 min: 480 min planned. Setup of 20 min and a fault of 40 min leave 420 min, in which
  /// 700 pieces are made, a twentieth of them scrap; planned are 30 s for each.
  private var shift: [SimulatedMessage] {
    var messages: [SimulatedMessage] = []
    var ran: Int64 = 0
    for minute in -5...515 as ClosedRange<Int64> {
      let word =
        switch minute {
        case 0..<20: "setup"
        case 240..<270: "idle"
        case 300..<340: "fault"
        case 20..<510: "running"
        default: "idle"
        }
      let made = ran * 5 / 3
      let scrap = made / 20
      messages.append(
        message("press", minute: minute, #""good":"\#(made - scrap)","bad":"\#(scrap)","state":"\#(word)""#))
      // The next machine waits for what the press makes.
      messages.append(
        message(
          "pack", minute: minute,
          #""good":"\#(made - scrap)","bad":"0","state":"\#(word == "running" && minute % 4 != 0 ? "running" : "waiting")""#
        ))
      // Two compressors: the second one works half of the time, and makes less air of a kWh.
      for (name, kWh, air, isLoaded) in [("air-1", 15, 15, true), ("air-2", 10, 5, minute % 2 == 0)]
        as [(String, Int64, Int64, Bool)]
      {
        let count = minute + 10
        messages.append(
          message(
            name, minute: minute,
            #""kwh":"\#(count * kWh / 10).\#(count * kWh % 10)","nm3":"\#(count * air)","state":"\#(isLoaded ? "loaded" : "unloaded")""#
          ))
      }
      if word == "running" { ran += 1 }
    }
    return messages
  }

  private func run(_ weir: WeirProcess, _ arguments: String...) throws -> String {
    let (output, code) = try WeirProcess.command(
      arguments + ["--data", weir.directory.appending("data")], directory: weir.directory)
    #expect(code == 0, "\(output)")
    return output
  }

  @Test(.timeLimit(.minutes(5)))
  func aShiftWithKnownStops() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(
      """
      gateway: { id: works, data: $DIR/data }
      zone: Asia/Shanghai
      clock: messages
      broker: { host: 127.0.0.1, port: \(broker.port) }
      destinations:
        - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: [oee], assets: ["*"] }
      assets:
        - { id: press, place: cq/works/line-1, template: production-counter, topic: m/press,
            oee: { cycle-time: 30 s, source: routing sheet 7 } }
        - { id: pack, place: cq/works/line-1, template: production-counter, topic: m/pack }
        - { id: "air-{n}", count: 2, place: cq/works/air, template: compressor, topic: "m/{id}", rated-power: 200 kW,
            expected-interval: 1 min, group: compressors }
      shifts:
        pattern:
          - { name: early, from: "06:00", to: "14:30", days: mon-fri }
        stops:
          - { name: lunch, from: "10:00", to: "10:30" }
      """, directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let messages = shift
    try await Plants.publish(messages, site: try Plants.site(weir))
    try await weir.waitFor("the shift of all machines") { status in
      (status.records["oee"] ?? 0) == 4 && status.isDelivered
    }
    let table = try JSONValue(parsing: run(weir, "oee", "--by", "machine", "--period", "2026-01-05", "--json"))
    let rows = try #require(table["rows"]?.arrayValue)
    #expect(rows.map { $0["name"]?.stringValue } == ["press", "air-1", "air-2", "pack"])
    let keys = try #require(table["columns"]?.arrayValue).compactMap { $0["key"]?.stringValue }
    let press = try #require(rows[0]["figures"]?.arrayValue?.map(\.stringValue))
    let figures = Dictionary(zip(keys, press)) { first, _ in first }
    // The known answer of rules/vectors/quality.json.
    #expect(figures["oee"] == "69.2708333333" && figures["availability"] == "87.5")
    #expect(figures["effectiveness"] == "83.3333333333" && figures["quality"] == "95")
    #expect(figures["good"] == "665" && figures["scrap"] == "35" && figures["planned_hours"] == "8")
    #expect(rows[3]["figures"]?.arrayValue?.first == .null && rows[3]["note"] == "no planned run time")
    #expect(rows[1]["note"] == "pieces are not counted")

    let losses = try run(weir, "oee", "--by", "loss", "--period", "shift:early:2026-01-05")
    for word in ["breakdown", "setup and adjustment", "reduced speed", "defects", "Losses"] {
      #expect(losses.contains(word), "\(losses)")
    }
    let bottlenecks = try run(weir, "oee", "--by", "bottleneck", "--period", "2026-01-05", "--csv")
    let lines = bottlenecks.split(separator: "\r\n")
    #expect(lines.contains { $0.hasPrefix("cq/works/line-1  press,1,") }, "\(bottlenecks)")
    let group = try run(weir, "oee", "--by", "group", "--period", "2026-01-05")
    #expect(group.contains("air-2 takes ") && group.contains("more energy by output than its group"), "\(group)")
    #expect(try run(weir, "oee", "--by", "shift", "--period", "2026-01").contains("2026-01-05T06:00 early"))

    let text = try String(contentsOfFile: weir.directory.appending("upstream.jsonl"), encoding: .utf8)
    let records = try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    let body = try #require(records.map { $0["body"] ?? $0["data"]?["body"] }.first { $0?["asset"] == "press" } ?? nil)
    #expect(body["oee"] == "0.692708333333" && body["shift"] == "early" && body["cycle_source"] == "routing sheet 7")
    try weir.stop()
  }
}
