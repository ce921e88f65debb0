import AsyncHTTPClient
import Foundation
import Hummingbird
import MQTT
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// A receiver that takes requests and answers when the test lets it.
actor HookSink {
  struct Call: Sendable {
    var path: String
    var key: String
    var body: JSONValue
  }
  private(set) var calls: [Call] = []
  private var isMute = false
  private let server: LoopbackServer
  nonisolated var port: Int { server.port }

  /// While mute it takes what comes and fails, as a server that dies behind its proxy.
  func mute(_ isMute: Bool) { self.isMute = isMute }
  func keys(_ path: String) -> [String] { calls.filter { $0.path == path }.map(\.key) }

  init() async throws {
    let inbox = Inbox()
    let router = Router()
    for path in ["/orders", "/duty"] {
      router.post(RouterPath(path)) { request, _ -> HTTPResponse.Status in
        let body = try await request.body.collect(upTo: 1 << 20)
        let key = request.headers.first { $0.name.canonicalName == "idempotency-key" }?.value ?? ""
        return await inbox.take(
          Call(path: path, key: key, body: (try? JSONValue(parsing: Array(body.readableBytesView))) ?? .null))
      }
    }
    server = try await LoopbackServer(router)
    await inbox.connect(self)
  }

  fileprivate func take(_ call: Call) -> HTTPResponse.Status {
    calls.append(call)
    return isMute ? .serviceUnavailable : .created
  }

  func stop() async { await server.stop() }

  private actor Inbox {
    private weak var sink: HookSink?
    func connect(_ sink: HookSink) { self.sink = sink }
    func take(_ call: Call) async -> HTTPResponse.Status { await sink?.take(call) ?? .serviceUnavailable }
  }
}

/// A failure becomes one work order, whatever dies on the way; its state comes back; maintenance closes it.
struct WorkOrderScenarioTests {
  private func configuration(port: Int, sink: Int, metrics: Int) -> String {
    """
    gateway: { id: cq1, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    control: { metrics-port: \(metrics), work-order-token-file: $DIR/token }
    \(AlarmSite.templates)
    alarms:
      work-orders: { status-topic: cmms/orders/+/status }
      routes:
        - { name: duty, to: [duty] }
        - { name: boss, to: [boss], after: 5 min, tells: [opened] }
    destinations:
      - { name: cmms, webhook: { url: "http://127.0.0.1:\(sink)/orders", shape: servicenow }, records: [work-order], assets: ["*"] }
      - { name: duty, webhook: { url: "http://127.0.0.1:\(sink)/duty", shape: feishu }, records: [notification], assets: ["*"] }
      - { name: boss, file: { path: $DIR/boss.jsonl }, records: [notification], assets: ["*"] }
    assets:
      - { id: cell-1, place: cq1/hall/l2, template: milling-cell, topic: "plant/{id}" }
    """
  }

  private func messages(from: Int64, to: Int64, bad: Bool) -> [SimulatedMessage] {
    stride(from: from * 60, to: to * 60, by: 30).map { second in
      AlarmSite.cell("cell-1", at: AlarmSite.start + .seconds(second), torque: bad ? 95 : 40)
    }
  }

  @Test(.timeLimit(.minutes(5)))
  func killedInTheMiddleOfADelivery() async throws {
    let broker = try TestBroker()
    let sink = try await HookSink()
    let metrics = try LoopbackPort.free()
    let directory = try TemporaryDirectory()
    try directory.write("token-of-the-cmms\n", to: "token")
    let weir = try WeirProcess(
      configuration(port: broker.port, sink: sink.port, metrics: metrics), directory: directory)
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    await sink.mute(true)
    _ = try await Plants.publish(messages(from: 0, to: 2, bad: false), site: site, settle: .zero)
    _ = try await Plants.publish(messages(from: 2, to: 4, bad: true), site: site, settle: .seconds(30))
    // The receiver has it, the gateway does not know: now it dies, and again, and again.
    for _ in 0..<3 {
      let before = await sink.calls.count
      let isThere = try await eventually(within: .seconds(60)) { await sink.calls.count > before + 1 }
      try #require(isThere, "\(weir.tail())")
      try weir.kill()
      try weir.start()
      try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    }
    await sink.mute(false)
    try await weir.waitFor("the deliveries") { $0.isDelivered }

    let orders = try #require(try AlarmSite.json(weir, "workorders", "--all").arrayValue)
    #expect(orders.count == 1 && orders[0]["asset"] == "cell-1" && orders[0]["fault"] == "power-failure")
    #expect(orders[0]["parts"] == ["Tool"] && orders[0]["place"] == "cq1/hall/l2")
    let told = await sink.calls.filter { $0.path == "/orders" }
    #expect(Set(told.map(\.key)).contains("cq1/work-order/cq1/1/0"), "told more than once, and the same each time")
    #expect(Set(told.map { $0.body["correlation_id"] }) == ["cq1/work-order/cq1/1"], "one order, whatever its revision")
    #expect(await sink.keys("/orders").count > 1)
    #expect(Set(await sink.keys("/duty")).count == 1)
    let ticket = try #require(await sink.calls.last { $0.path == "/orders" })
    #expect(ticket.body["correlation_id"] == "cq1/work-order/cq1/1" && ticket.body["cmdb_ci"] == "cell-1")

    // The state comes back: by HTTP with the token, by MQTT, by hand.
    #expect(try await post(metrics, token: "wrong") == 403)
    #expect(try await post(metrics, token: "token-of-the-cmms") == 200)
    let news = AlarmSite.message("x", AlarmSite.start + .minutes(5), #"{"status":"Work in Progress","note":"Wang"}"#)
    let status = SimulatedMessage(time: news.time, topic: "cmms/orders/1/status", payload: news.payload)
    _ = try await Plants.publish([status], site: site, settle: .seconds(5))
    try await weir.waitFor("the state") { _ in
      (try? AlarmSite.json(weir, "workorders", "show", "1"))?["state"] == "started"
    }
    #expect(try AlarmSite.json(weir, "workorders", "show", "1")["reference"] == "INC0042")
    #expect(try AlarmSite.run(weir, ["workorders", "state", "1", "done", "--by", "LiNa"]).contains("is done"))

    // Nobody has acknowledged it: the boss is told. Then it is mended.
    let end = try await Plants.publish(messages(from: 6, to: 12, bad: true), site: site, settle: .seconds(30))
    try await AlarmSite.processed(weir, through: end)
    let escalated = try Upstream(file: directory.appending("boss.jsonl")).all.map { $0.body["what"] }
    #expect(escalated == ["escalated"])
    _ = try AlarmSite.run(
      weir, ["maintenance", "record", "cell-1", "--done", "--fault", "power-failure", "--found", "yes", "--by", "LiNa"])
    let last = try await Plants.publish(messages(from: 13, to: 16, bad: false), site: site, settle: .seconds(30))
    try await AlarmSite.processed(weir, through: last)
    let closed = try AlarmSite.json(weir, "workorders", "show", "1")
    #expect(closed["state"] == "closed" && closed["person"] == "LiNa")
    let isToldClosed = try await eventually(within: .seconds(60)) {
      await sink.calls.contains { $0.path == "/orders" && $0.body["u_state"] == "closed" && !$0.key.hasSuffix("/0") }
    }
    #expect(isToldClosed, "who opened a ticket hears that it is over")

    // A test of all channels.
    let test = try AlarmSite.run(weir, ["notify", "test", "--by", "LiNa"])
    #expect(test.contains("duty") && test.contains("boss") && test.contains("delivered"), "\(test)")
    #expect(try AlarmSite.run(weir, ["notify", "test", "--to", "dutty"], fails: true).contains("Did you mean duty?"))
    #expect(try AlarmSite.run(weir, ["notifications"]).contains("recovered"))
    #expect(try await weir.client.metrics().contains("weir_work_orders_open 0"))
    try weir.stop()
    await sink.stop()
  }

  private func post(_ port: Int, token: String) async throws -> Int {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/v1/workorders/1/state")
    request.method = .POST
    request.headers.add(name: "Authorization", value: "Bearer \(token)")
    request.body = .bytes(Array(#"{"state":"assigned","reference":"INC0042"}"#.utf8))
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    return Int(response.status.code)
  }
}
