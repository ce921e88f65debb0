import Foundation
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// A switch with 120 devices dies while two machines fail and an interlock trips: one page, the safety of people first.
struct AlarmFloodTests {
  private func configuration(port: Int) -> String {
    """
    gateway: { id: cq1, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    \(AlarmSite.templates)
    alarms:
      segments: [ { name: switch 3, assets: ["probe-*"] } ]
      safety: [ { rule: safety-interlock, assets: [guard-1], when: [ { signal: interlock, is: tripped } ] } ]
      work-orders: on
      routes:
        - { name: duty, to: [duty], language: zh }
    destinations:
      - { name: duty, file: { path: $DIR/duty.jsonl }, records: [notification], assets: ["*"] }
      - { name: upstream, file: { path: $DIR/upstream.jsonl }, records: [alarm, incident, work-order], assets: ["*"] }
    assets:
      - { id: "probe-{n}", count: 120, place: cq1/hall/l1, template: probe, topic: "plant/{id}" }
      - { id: "cell-{n}", count: 2, place: cq1/hall/l2, template: milling-cell, topic: "plant/{id}" }
      - { id: guard-1, place: cq1/hall/l2, template: guard, topic: "plant/{id}", criticality: safety }
    """
  }

  private static let dead = AlarmSite.start + .minutes(4)
  private static let back = AlarmSite.start + .minutes(9)

  /// Everything that the plant sends from one minute to another.
  private func messages(from: Int64, to: Int64) -> [SimulatedMessage] {
    let (start, end) = (AlarmSite.start + .minutes(from), AlarmSite.start + .minutes(to))
    var all: [SimulatedMessage] = []
    var time = start
    while time < end {
      let isDead = Self.dead <= time && time < Self.back
      if !isDead {
        for number in 1...120 { all.append(AlarmSite.probe("probe-\(number)", at: time, 40 + Double(number % 7))) }
      }
      all.append(AlarmSite.door("guard-1", at: time, open: Self.dead + .seconds(40) <= time && time < Self.back))
      if (time - AlarmSite.start).nanoseconds % Span64.seconds(30).nanoseconds == 0 {
        let isBad = Self.dead + .seconds(20) <= time && time < Self.back
        for number in 1...2 { all.append(AlarmSite.cell("cell-\(number)", at: time, torque: isBad ? 95 : 40)) }
      }
      time = time + .seconds(10)
    }
    return all
  }

  @Test(.timeLimit(.minutes(5)))
  func onePageWithSafetyFirst() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let reached = try await Plants.publish(messages(from: 0, to: 8), site: site, settle: .seconds(20))
    try await AlarmSite.processed(weir, through: reached)

    let page = try #require(try AlarmSite.json(weir, "incidents").arrayValue)
    #expect(page.count <= 5 && page.count == 4, "\(page.map { $0["summary"] ?? .null })")
    #expect(page.first?["kind"] == "safety" && page.first?["cause"] == "guard-1")
    #expect(page.contains { $0["kind"] == "segment" && $0["cause"] == "switch 3" && $0["alarms"] == 120 })
    let causes = Set(page.compactMap { incident in incident["cause"]?.stringValue })
    #expect(causes.contains("cell-1") && causes.contains("cell-2"))
    // Nobody knows how the silent ones are: they are not called normal.
    let alarms = try #require(try AlarmSite.json(weir, "alarms").arrayValue)
    #expect(alarms.count { $0["alarm"]?.stringValue?.hasPrefix("no-data/probe-") ?? false } == 120)
    #expect(alarms.first?["priority"] == "safety")
    let chinese = try AlarmSite.run(weir, ["incident", "\(page[0]["number"]?.integerValue ?? 0)", "--language", "zh"])
    #expect(chinese.contains("told duty: opened, delivered"), "\(chinese)")
    #expect(chinese.contains("安全装置动作") && chinese.contains("处理步骤"), "\(chinese)")
    let english = try AlarmSite.run(weir, ["alarms", "show", "fault/cell-1/power-failure", "--language", "en"])
    for word in ["Where: cell-1, cq1/hall/l2", "Why now:", "If ignored:", "1. Compare the cutting data", "Parts:"] {
      #expect(english.contains(word), "\(word) in \(english)")
    }
    // Three causes are work: each cell, and the interlock.
    let orders = try #require(try AlarmSite.json(weir, "workorders").arrayValue)
    let ordered = orders.compactMap { order in order["asset"]?.stringValue }.sorted()
    #expect(ordered == ["cell-1", "cell-2", "guard-1"])

    let end = try await Plants.publish(messages(from: 8, to: 25), site: site, settle: .seconds(30))
    try await AlarmSite.processed(weir, through: end)
    let after = try #require(try AlarmSite.json(weir, "alarms").arrayValue)
    #expect(after.allSatisfy { $0["state"] == "returned" }, "\(after.filter { $0["state"] != "returned" })")
    #expect(after.count == 123)
    let status = try await weir.client.status()
    #expect(status.assets.reporting == 123 && status.alarms?.active == [:])
    try weir.stop()

    let told = try Upstream(file: weir.directory.appending("duty.jsonl"))
    #expect(told.schemaViolations == [])
    let notices = told.all.map(\.body)
    #expect(notices.first?["priority"] == "safety" && notices.first?["what"] == "opened")
    #expect(notices.count { $0["what"] == "opened" } == 4 && notices.count { $0["what"] == "recovered" } == 4)
    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    #expect(upstream.schemaViolations == [])
    // Told with the sample itself: neither a window nor a time mark was waited for.
    let safety = try #require(upstream.all.first { $0.kind == "incident" && $0.body["kind"] == "safety" })
    #expect(safety.body["seconds_to_detect"] == 0)
  }
}
