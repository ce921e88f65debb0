import Foundation
import GRDB
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// People are told of danger as soon as the journal has it, whatever the Store does.
struct SafetyPathTests {
  private func configuration(port: Int, sink: Int) -> String {
    """
    gateway: { id: cq1, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    brokers:
      - { name: plant, host: 127.0.0.1, port: \(port) }
      - { name: safety, host: 127.0.0.1, port: \(port), client-id: cq1-safety }
    \(AlarmSite.templates)
    alarms:
      safety: [ { rule: safety-interlock, assets: [guard-1], when: [ { signal: interlock, is: tripped } ] } ]
      routes: [ { name: duty, to: [duty, control-room] } ]
    destinations:
      - { name: duty, webhook: { url: "http://127.0.0.1:\(sink)/duty", shape: feishu }, records: [notification], assets: ["*"] }
      - { name: control-room, webhook: { url: "http://127.0.0.1:\(sink)/orders" }, records: [notification], assets: ["*"] }
    assets:
      - { id: probe-1, broker: plant, place: cq1/hall/l1, template: probe, topic: "plant/{id}" }
      - { id: guard-1, broker: safety, place: cq1/hall/l2, template: guard, topic: "plant/{id}", criticality: safety }
    """
  }

  /// Holds the right to write in a database until it is let go.
  private final class Holder {
    private let queue: DatabaseQueue
    init(_ path: String) throws {
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      configuration.busyMode = .timeout(20)
      queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }
    func release() throws {
      try queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
      try queue.close()
    }
  }

  private func messages(from: Int64, to: Int64, open: Bool) -> [SimulatedMessage] {
    stride(from: from, to: to, by: 10).flatMap { second -> [SimulatedMessage] in
      let time = AlarmSite.start + .seconds(second)
      return [AlarmSite.probe("probe-1", at: time, 40), AlarmSite.door("guard-1", at: time, open: open)]
    }
  }

  @Test(
    "told while the Store is held; after a kill told again under the same key, and stored once", .timeLimit(.minutes(5))
  )
  func theStoreIsHeld() async throws {
    let broker = try TestBroker()
    let sink = try await HookSink()
    let weir = try WeirProcess(configuration(port: broker.port, sink: sink.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connections") { $0.connections.allSatisfy { $0.state == "connected" } }
    let site = try Plants.site(weir)
    let begin = try await Plants.publish(messages(from: 0, to: 60, open: false), site: site, settle: .zero)
    try await AlarmSite.processed(weir, through: begin)

    let store = try Holder(weir.directory.appending("data/store.sqlite"))
    _ = try await Plants.publish(messages(from: 60, to: 90, open: true), site: site, settle: .zero)
    let isTold = try await eventually(within: .seconds(60)) {
      let (duty, room) = (await sink.keys("/duty"), await sink.keys("/orders"))
      return !duty.isEmpty && !room.isEmpty
    }
    try #require(isTold, "\(weir.tail())")
    let (dutyFirst, roomFirst) = (await sink.keys("/duty"), await sink.keys("/orders"))
    #expect(dutyFirst.count == 1 && roomFirst.count == 1 && dutyFirst != roomFirst)
    let first = try #require(await sink.calls.first { $0.path == "/orders" })
    #expect(first.body["body"]?["priority"] == "safety" && first.body["id"]?.stringValue == first.key)
    // The receivers have it, the Store has not: now it dies.
    try weir.kill()
    try store.release()
    try weir.start()
    try await weir.waitFor("the deliveries") { status in
      status.connections.allSatisfy { $0.state == "connected" } && status.isDelivered
    }
    let (dutyKeys, roomKeys) = (await sink.keys("/duty"), await sink.keys("/orders"))
    #expect(dutyKeys == dutyFirst + dutyFirst && roomKeys == roomFirst + roomFirst, "the same key again")
    let lines = try #require(try AlarmSite.json(weir, "notifications").arrayValue)
    #expect(lines.count == 2 && lines.allSatisfy { $0["what"] == "opened" && $0["delivery"] == "delivered" })

    // What the journal does not have yet is told to nobody.
    _ = try await Plants.publish(messages(from: 90, to: 120, open: false), site: site, settle: .zero)
    let isOver = try await eventually(within: .seconds(30)) { await sink.calls.count == 6 }
    try #require(isOver, "\(weir.tail())")
    let journal = try Holder(weir.directory.appending("data/journal.sqlite"))
    let before = await sink.calls.count
    _ = try await Plants.publish(messages(from: 120, to: 150, open: true), site: site, settle: .zero)
    let isRefused = eventually(within: .seconds(60)) { weir.tail().contains("nothing was acknowledged") }
    #expect(isRefused, "\(weir.tail())")
    let during = await sink.calls.count
    #expect(during == before)
    try journal.release()
    let isToldNow = try await eventually(within: .seconds(60)) { await sink.calls.count >= before + 2 }
    #expect(isToldNow, "\(weir.tail())")
    try await weir.waitFor("the deliveries") { $0.isDelivered }
    #expect(try AlarmSite.json(weir, "notifications").arrayValue?.count { $0["what"] == "opened" } == 4)
    try weir.stop()
    await sink.stop()
  }
}
