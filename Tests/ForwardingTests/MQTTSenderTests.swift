import NIOConcurrencyHelpers
import Telemetry
import Testing

@testable import Forwarding

@Suite struct MQTTSenderTests {
  /// A broker that answers as a test says.
  final class FakeLink: MQTTLink {
    let messages = NIOLockedValueBox<[MQTTLinkMessage]>([])
    let answer: @Sendable (MQTTLinkMessage) -> MQTTLinkAnswer
    init(_ answer: @escaping @Sendable (MQTTLinkMessage) -> MQTTLinkAnswer = { _ in .acknowledged }) {
      self.answer = answer
    }
    func publish(_ messages: [MQTTLinkMessage]) async -> [MQTTLinkAnswer] {
      self.messages.withLockedValue { $0 += messages }
      return messages.map(answer)
    }
    func close() async {}
    var all: [MQTTLinkMessage] { messages.withLockedValue { $0 } }
  }

  func sender(_ link: FakeLink, _ topic: String, batch: Int = 1, retainLast: Bool = false) -> MQTTSender {
    MQTTSender(link: link, address: "mqtt test", topic: TopicPattern(topic), batch: batch, retainLast: retainLast)
  }

  @Test(arguments: [
    ("up", "up", "up/last/energy-interval/a_b_"),
    ("up/{kind}/{asset}/x", "up/energy-interval/a_b_/x", "up/energy-interval/a_b_/x"),
    ("{asset}", "a_b_", "a_b_/last/energy-interval/a_b_"),
    ("{who}/{kind", "{who}/{kind", "{who}/{kind/last/energy-interval/a_b_"),
  ])
  func topics(pattern: String, topic: String, last: String) {
    #expect(TopicPattern(pattern).topic(kind: .energyInterval, asset: "a/b#") == topic)
    #expect(TopicPattern(pattern).lastTopic(kind: .energyInterval, asset: "a/b#") == last)
  }

  @Test func oneMessageARecord() async {
    let link = FakeLink()
    let records = makeRecords(1...3)
    let report = await sender(link, "up/{kind}/{asset}").send(records[...])
    #expect(report.answer == .delivered && report.bytes == records.reduce(0) { $0 + $1.json.count })
    #expect(
      link.all == records.map { MQTTLinkMessage(topic: "up/energy-interval/meter-1", payload: $0.json, retain: false) })
  }

  @Test func arraysFollowTheTopicsInOrder() async throws {
    let link = FakeLink()
    let records = makeRecords(1...2) + makeRecords(3...3, asset: "meter-2") + makeRecords(4...4)
    let report = await sender(link, "up/{asset}", batch: 10).send(records[...])
    #expect(report.answer == .delivered)
    #expect(link.all.map(\.topic) == ["up/meter-1", "up/meter-2", "up/meter-1"])
    let first = try JSONValue(parsing: link.all[0].payload)
    #expect(first == .array(try records[0...1].map { try JSONValue(parsing: $0.json) }))
  }

  @Test func lastStateIsTheNewestWindowOfEachAsset() async {
    let link = FakeLink()
    let sender = sender(link, "up/{kind}/{asset}", retainLast: true)
    let records = makeRecords(5...7)
    // The revision of an old window comes last.
    _ = await sender.send([records[0], records[2], records[1]][...])
    #expect(link.all.map(\.retain) == [false, true, false])
    _ = await sender.send(records[0...0])
    #expect(link.all.last?.retain == false)

    let other = FakeLink()
    let batched = self.sender(other, "up", batch: 10, retainLast: true)
    _ = await batched.send((makeRecords(1...2) + makeRecords(3...3, asset: "meter-2"))[...])
    #expect(
      other.all.map(\.topic) == ["up", "up/last/energy-interval/meter-1", "up/last/energy-interval/meter-2"])
    #expect(other.all.map(\.retain) == [false, true, true])
    #expect(other.all[1].payload == makeRecords(2...2)[0].json)
  }

  @Test(arguments: [
    (UInt8(0x80), "hold"), (0x83, "hold"), (0x87, "hold"), (0x90, "hold"), (0x95, "refused"), (0x97, "hold"),
    (0x99, "refused"), (0x9A, "hold"), (0x9B, "hold"),
  ])
  func refusals(code: UInt8, meaning: String) async {
    let bad = makeRecords(2...2)[0].json
    let link = FakeLink { $0.payload == bad ? .refused(code: code, name: "name") : .acknowledged }
    let report = await sender(link, "up").send(makeRecords(1...3)[...])
    switch report.answer {
    case .delivered:
      #expect(meaning == "refused" && report.refused.keys.sorted() == [1])
      #expect(report.refused[1]?.reason == "mqtt-0x" + String(code, radix: 16, uppercase: true))
    case .hold(let trouble):
      #expect(meaning == "hold" && report.settled == 1 && !trouble.advice.isEmpty)
    case .retry, .refusedBatch: Issue.record("\(report)")
    }
  }

  @Test func noConnectionIsRetriedAndADeniedOneHeld() async {
    let unreachable = await sender(FakeLink { _ in .unreachable("gone") }, "up").send(makeRecords(1...2)[...])
    #expect(unreachable == .retry("connection", "gone"))
    let denied = await sender(FakeLink { _ in .denied("bad password") }, "up").send(makeRecords(1...2)[...])
    guard case .hold(let trouble) = denied.answer else {
      Issue.record("expected a hold")
      return
    }
    #expect(trouble.detail == "bad password" && denied.settled == 0)
  }

  @Test func badRecordOfAnArrayIsBisected() async throws {
    let bad = makeRecords(6...6)[0].json
    let link = FakeLink { message in
      message.payload.count >= bad.count && String(decoding: message.payload, as: UTF8.self).contains("\"number\":6}")
        ? .refused(code: 0x99, name: "payload format invalid") : .acknowledged
    }
    let outbox = MemoryOutbox(makeRecords(1...9))
    let forwarder = makeForwarder([("up", sender(link, "up", batch: 10))], outbox)
    forwarder.start()
    #expect(try await soon { try await outbox.backlog(of: "up") == 0 })
    await forwarder.stop()
    #expect(outbox.delivered("up") == [1, 2, 3, 4, 5, 7, 8, 9])
    #expect(outbox.refused("up").map(\.reason) == ["mqtt-0x99"])
  }
}
