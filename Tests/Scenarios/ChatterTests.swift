import Foundation
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// A day of a simulated plant with inputs that chatter: people hear of what is true, and of hardly anything else.
struct ChatterTests {
  private static let day: Int64 = 24 * 60

  private func configuration(port: Int) -> String {
    """
    gateway: { id: cq1, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    \(AlarmSite.templates)
    alarms: on
    destinations:
      - { name: upstream, file: { path: $DIR/upstream.jsonl, rotate: 1 GB }, records: [alarm, incident], assets: ["*"] }
    assets:
      - { id: "meter-{n}", count: 4, place: cq1/substation, template: three-phase-meter, topic: "plant/{id}",
          rated-power: 400 kW, expected-interval: 60 s }
      - { id: "press-{n}", count: 6, place: cq1/hall/l1, template: rotating-machine, topic: "plant/{id}",
          expected-interval: 60 s }
      - { id: "probe-{n}", count: 8, place: "cq1/oven-{n}/l2", template: probe, topic: "plant/{id}" }
    """
  }

  /// What really happens: a probe is above its limit, or silent, from one minute to another.
  private struct Truth {
    var probe: Int
    var from: Int64
    var to: Int64
    var isSilent = false
  }

  private static let truth = [
    Truth(probe: 1, from: 90, to: 130), Truth(probe: 2, from: 200, to: 215), Truth(probe: 1, from: 600, to: 640),
    Truth(probe: 3, from: 700, to: 760, isSilent: true), Truth(probe: 4, from: 900, to: 905),
    Truth(probe: 5, from: 1000, to: 1010, isSilent: true), Truth(probe: 8, from: 1200, to: 1260),
  ]

  /// All probes have noise; 6 and 7 hover at the limit all day and cross it for a sample or two, again and again.
  private func probes() -> [SimulatedMessage] {
    var random = SeededGenerator(seed: 11, name: "probes")
    var all: [SimulatedMessage] = []
    for second in stride(from: Int64(0), to: Self.day * 60, by: 10) {
      let time = AlarmSite.start + .seconds(second)
      let minute = second / 60
      for number in 1...8 {
        let now = Self.truth.first { $0.probe == number && $0.from <= minute && minute < $0.to }
        if now?.isSilent ?? false { continue }
        var value = 50 + 6 * random.uniform()
        if number == 6 || number == 7 { value = second % 60 < 30 ? 78 + 3 * random.uniform() : 76 }
        if now != nil { value = 84 + 4 * random.uniform() }
        all.append(AlarmSite.probe("probe-\(number)", at: time, value))
      }
    }
    return all
  }

  @Test(.timeLimit(.minutes(10)))
  func aDayWithChatteringInputs() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    var machines = site
    machines.assets.removeAll { $0.template == "probe" }
    let others = try PlantSimulation(site: machines, seed: 3, start: AlarmSite.start, faults: Faults())
      .prefix { $0.time < AlarmSite.start + .minutes(Self.day) }
    let all = AlarmSite.sorted(probes() + Array(others))
    let end = try await Plants.publish(all, site: site, settle: .minutes(10))
    try await AlarmSite.processed(weir, through: end)
    let performance = try AlarmSite.run(weir, ["alarms", "performance", "--period", "2026-11-02"])
    try weir.stop()

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    let heard = upstream.latest("alarm").filter { $0.body["announced"] == true }
    let told = heard.map { "\($0.body["alarm"]?.stringValue ?? "") \($0.body["raised"]?.stringValue ?? "")" }
    // What people are called for: incidents, and those that came back. Several alarms of one machine are one call.
    let calls = upstream.latest("incident").filter { $0.body["announced"] != .null && $0.body["state"] != "merged" }
      .reduce(0) { $0 + 1 + ($1.body["recurrences"]?.integerValue ?? 0) }
    #expect(Double(calls) <= 1.5 * Double(Self.truth.count) + 1, "\(told.joined(separator: "\n"))\n\(performance)")
    // Nothing that was true is missed.
    for event in Self.truth {
      let rule = event.isSilent ? "no-data" : "limit-temperature"
      let (from, to) = (AlarmSite.start + .minutes(event.from), AlarmSite.start + .minutes(event.to))
      let found = heard.contains { entry in
        guard entry.body["rule"]?.stringValue == rule, entry.body["subject"]?.stringValue == "probe-\(event.probe)",
          let raised = entry.body["raised"]?.stringValue.flatMap(Timestamp.init(rfc3339:))
        else { return false }
        return from <= raised && raised <= to + .minutes(1)
      }
      #expect(found, "\(event) is not among\n\(told.joined(separator: "\n"))")
    }
  }
}
