import Foundation
import Sparkplug
import Telemetry
import TestSupport
import Testing

/// The known answers of `rules/vectors/messaging.json`.
@Suite("Sparkplug vectors", .enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
struct VectorTests {
  private static func vector(_ name: String) throws -> (inputs: JSONValue, expected: JSONValue) {
    let file = try JSONValue(parsing: try ReferenceData.bytes("rules/vectors/messaging.json"))
    let vector = try #require(file["vectors"]?.arrayValue?.first { $0["name"]?.stringValue == name })
    return (try #require(vector["inputs"]), try #require(vector["expected"]))
  }

  private static func booleans(_ value: JSONValue?) -> [Bool] { value?.arrayValue?.map { $0 == .boolean(true) } ?? [] }
  private static func integers(_ value: JSONValue?) -> [Int64?] { value?.arrayValue?.map(\.integerValue) ?? [] }
  private static let node = SparkplugSource(group: "plant", node: "edge1")

  @Test func seqWrap() throws {
    let (inputs, expected) = try Self.vector("sparkplug-seq-wrap")
    let count = try #require(inputs["messages"]?.integerValue)
    var bench = Bench([":v"])
    bench.nodeBirth([Metric("v", alias: 1, 7, .int(0))])
    // The sender's counter: one after the other, 255 → 0.
    let sent = (0..<count).map { UInt64($0 % 256) }
    for seq in sent.dropFirst() { bench.send(.nodeData, seq: seq, [Metric(alias: 1, nil, .int(UInt32(seq)))]) }
    let output = bench.take()
    #expect(output.values.count == Int(count) && output.setAside.isEmpty && output.violations.isEmpty)
    #expect(Int64(sent[0]) == expected["seq_first"]?.integerValue)
    #expect(Int64(sent[255]) == expected["seq_256th"]?.integerValue)
    #expect(Int64(sent[256]) == expected["seq_257th"]?.integerValue)
    #expect(Int64(sent[257]) == expected["seq_258th"]?.integerValue)
    // And it is these numbers that the host demands: with any other one it would wait.
    bench.send(.nodeData, seq: 3, [Metric(alias: 1, nil, .int(0))])
    #expect(bench.take().accepted == 0)
  }

  @Test func bdSeqWrap() throws {
    let (inputs, expected) = try Self.vector("sparkplug-bdseq-wrap")
    let before = Self.integers(inputs["previous_connect_bdseq"])
    for (previous, next) in zip(before, Self.integers(expected["next_bdseq"])) {
      let next = UInt64(try #require(next))
      var bench = Bench([":v"])
      if let previous {
        bench.nodeBirth(bdSeq: UInt64(previous))
        bench.nodeDeath(bdSeq: UInt64(previous))
        #expect(!bench.host.isOnline(Self.node))
      }
      bench.nodeBirth(bdSeq: next)
      #expect(bench.host.isOnline(Self.node))
      if let previous {
        bench.nodeDeath(bdSeq: UInt64(previous))
        #expect(bench.host.isOnline(Self.node), "the will of the connection before")
      }
      bench.nodeDeath(bdSeq: next)
      #expect(!bench.host.isOnline(Self.node))
    }
  }

  @Test func rebirthKeepsBdSeq() throws {
    let (inputs, expected) = try Self.vector("sparkplug-rebirth-keeps-bdseq")
    let bdSeq = UInt64(try #require(inputs["bdseq_in_will"]?.integerValue))
    #expect(expected["nbirth_bdseq"]?.integerValue == Int64(bdSeq))
    var bench = Bench(["d:v"])
    bench.nodeBirth(bdSeq: bdSeq)
    bench.send(.deviceBirth, "d", seq: 1, [Metric("v", alias: 1, 7, .int(0))])
    bench.send(.deviceData, "d", seq: 2, [Metric(alias: 1, nil, .int(1))])
    bench.nodeBirth(seq: UInt64(try #require(expected["nbirth_seq"]?.integerValue)), bdSeq: bdSeq)
    // Followed by all DBIRTH: before it, data of the device is refused.
    _ = bench.take()
    bench.send(.deviceData, "d", seq: 1, [Metric(alias: 1, nil, .int(2))])
    #expect(bench.take().reasons == [.sequence])
    bench.send(.deviceBirth, "d", seq: 2, [Metric("v", alias: 1, 7, .int(3))])
    bench.send(.deviceData, "d", seq: 3, [Metric(alias: 1, nil, .int(4))])
    #expect(bench.values().count == 2)
    bench.nodeDeath(bdSeq: bdSeq)
    #expect(!bench.host.isOnline(Self.node))
  }

  @Test func ndeathMatch() throws {
    let (inputs, expected) = try Self.vector("sparkplug-ndeath-match")
    let birth = UInt64(try #require(inputs["last_nbirth_bdseq"]?.integerValue))
    for (death, accepted) in zip(Self.integers(inputs["ndeath_bdseq"]), Self.booleans(expected["accepted"])) {
      var bench = Bench(["d:v"])
      bench.nodeBirth(bdSeq: birth)
      bench.send(.deviceBirth, "d", seq: 1, [Metric("v", alias: 1, 7, .int(0))])
      _ = bench.take()
      bench.nodeDeath(bdSeq: UInt64(try #require(death)))
      let device = SparkplugSource(group: "plant", node: "edge1", device: "d")
      #expect(bench.host.isOnline(Self.node) == !accepted)
      #expect(bench.host.isOnline(device) == !accepted)
      let notes = bench.take().notes
      #expect(notes.map(\.event) == (accepted ? [.offline(.death)] : []))
      if accepted { #expect(notes[0].at == bench.now.wall, "stale by the host's time") }
    }
  }

  @Test func topics() throws {
    let (inputs, expected) = try Self.vector("sparkplug-topics")
    for (topic, valid) in zip(try #require(inputs["topics"]?.arrayValue), Self.booleans(expected["valid"])) {
      let text = try #require(topic.stringValue)
      let isValid = SparkplugTopic(text) != nil || SparkplugTopic.host(ofState: text) != nil
      #expect(isValid == valid, "\(text)")
      if let parsed = SparkplugTopic(text) { #expect(parsed.text == text) }
    }
  }

  @Test func stateOrdering() throws {
    let (inputs, expected) = try Self.vector("sparkplug-state-ordering")
    let stored = inputs["stored_timestamp"]?.integerValue
    let effects = try #require(inputs["incoming"]?.arrayValue).map { state -> HostState.Effect in
      let text = try #require(HostState(Array("\(state.canonicalText)".utf8)))
      return text.effect(known: stored)
    }
    let words = try #require(expected["action"]?.arrayValue).compactMap(\.stringValue)
    #expect(words == ["ignored", "publish NDEATH, disconnect, next server", "host online, publish births"])
    #expect(effects == [.ignored, .hostOffline, .hostOnline])
  }

  @Test func qosAndRetain() throws {
    let (inputs, expected) = try Self.vector("sparkplug-qos-retain")
    let messages = try #require(inputs["messages"]?.arrayValue).compactMap(\.stringValue)
    for (message, hasSequence) in zip(messages, Self.booleans(expected["has_seq"])) {
      let word = message.split(separator: " ").first.map(String.init) ?? ""
      guard let kind = SparkplugTopic.Kind(rawValue: word) else {
        #expect(word == "STATE" && !hasSequence)
        continue
      }
      #expect(kind.hasSequence == hasSequence, "\(word)")
    }
    // The gateway itself publishes STATE (QoS 1, retained, which the receiver's tests see) and NCMD.
    #expect(Self.integers(expected["qos"]) == [0, 0, 0, 0, 0, 0, 0, 1, 1])
    #expect(Self.booleans(expected["retain"]) == [false, false, false, false, false, false, false, false, true])
  }

  @Test func negativeIntegers() throws {
    let (inputs, expected) = try Self.vector("sparkplug-negative-integers")
    let encoded = try #require(expected["encoded"]?.arrayValue)
    for (test, wire) in zip(try #require(inputs["cases"]?.arrayValue), encoded) {
      let value = try #require(test["value"]?.integerValue)
      let number = try #require(wire.integerValue.map { UInt64($0) } ?? wire.stringValue.flatMap { UInt64($0) })
      let (datatype, field): (UInt32, Metric.Value) =
        switch test["datatype"]?.stringValue {
        case "Int32": (3, .int(UInt32(number)))
        case "Int16": (2, .int(UInt32(number)))
        default: (4, .long(number))
        }
      var bench = Bench([":v"])
      bench.nodeBirth([Metric("v", alias: 1, datatype, field)])
      #expect(bench.take().values.map(\.scalar) == [.int(value)])
    }
  }

  /// Beyond the vectors: what senders make of small and of wide types.
  @Test(
    "integers as they are really sent",
    arguments: [
      (1, .int(255), .int(-1)), (1, .int(4_294_967_295), .int(-1)), (1, .int(127), .int(127)),
      (1, .int(256), .unusable),
      (2, .int(65_531), .int(-5)), (2, .int(70_000), .unusable), (2, .long(.max), .int(-1)),
      (3, .long(4_294_967_295), .int(-1)), (3, .long(5_000_000_000), .unusable), (4, .int(5), .int(5)),
      (4, .int(4_294_967_295), .unusable), (5, .int(255), .uint(255)), (5, .int(256), .unusable),
      (7, .long(4_294_967_295), .uint(4_294_967_295)), (7, .int(4_294_967_295), .uint(4_294_967_295)),
      (8, .long(.max), .uint(.max)), (8, .int(7), .uint(7)), (9, .double(1.5), .double(1.5)),
      (10, .float(1.5), .float(1.5)), (9, .int(1), .unusable), (11, .int(1), .unusable), (13, .long(9), .uint(9)),
      (0, .int(5), .int(5)), (0, .int(4_294_967_295), .unusable), (14, .string("x"), .text("x")),
      (99, .int(1), .unusable), (30, .bytes([1]), .unusable),
    ] as [(UInt32, Metric.Value, SparkplugScalar)])
  func integers(datatype: UInt32, value: Metric.Value, expected: SparkplugScalar) {
    var bench = Bench([":v"])
    bench.nodeBirth([Metric("v", alias: 1, datatype, value)])
    #expect(bench.take().values.map(\.scalar) == [expected])
  }
}

@Suite("The host's own state")
struct HostStateTests {
  @Test func payloads() {
    let payload = String(decoding: HostState(isOnline: true, timestamp: 12).payload, as: UTF8.self)
    #expect(payload == #"{"online":true,"timestamp":12}"#)
    #expect(HostState(Array(#"{ "timestamp": 1000.0, "online": false, "more": [] }"#.utf8))?.timestamp == 1000)
    let wrong = [
      "", "online", "{}", #"{"online":1,"timestamp":2}"#, #"{"online":true}"#, #"{"online":true,"timestamp":-1}"#,
    ]
    for wrong in wrong {
      #expect(HostState(Array(wrong.utf8)) == nil, "\(wrong)")
    }
  }

  @Test("will and birth have one timestamp; a late will is answered; a newer one is taken over")
  func announcements() {
    var own = HostAnnouncement()
    #expect(own.connecting(now: 100) == HostState(isOnline: false, timestamp: 100))
    #expect(own.heard(HostState(isOnline: false, timestamp: 90)) == nil, "not online yet: the birth comes anyway")
    #expect(own.online() == HostState(isOnline: true, timestamp: 100))
    #expect(own.heard(HostState(isOnline: true, timestamp: 100)) == nil)
    #expect(own.heard(HostState(isOnline: false, timestamp: 90)) == HostState(isOnline: true, timestamp: 100))
    #expect(own.heard(HostState(isOnline: false, timestamp: 100)) == HostState(isOnline: true, timestamp: 100))
    #expect(own.heard(HostState(isOnline: false, timestamp: 150)) == HostState(isOnline: true, timestamp: 150))
    #expect(own.leaving(now: 120) == HostState(isOnline: false, timestamp: 150), "never back")
    #expect(own.connecting(now: 50) == HostState(isOnline: false, timestamp: 150))
  }
}
