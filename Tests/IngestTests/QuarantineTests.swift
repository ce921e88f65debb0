import Journal
import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite struct QuarantineTests {
  static var bench: Bench {
    var bench = Bench.register("values.kwh")
    bench.timestamp = TimestampMapping(path: Bench.path("ts"), format: .epochSeconds)
    return bench
  }

  @Test(
    "every reason says what is wrong and where",
    arguments: [
      (#"{"values":{"kwh":1"#, .notJSON, #"expected "," or "}", found the end at offset 18"#),
      (#"{"values":{"kwh":NaN}}"#, .notJSON, #"expected a JSON value, found "N" at offset 17"#),
      ("\u{1}", .notJSON, "expected a JSON value, found byte 0x1 at offset 0"),
      (#"{"values":{}}"#, .missingField, #"field "values.kwh" of asset m1 is missing"#),
      (#"{"values":{"kwh":null}}"#, .missingField, #"field "values.kwh" of asset m1 is null"#),
      (
        #"{"values":{"kwh":"abc"}}"#, .wrongType,
        #"field "values.kwh": expected a number, found "abc" at offset 17 (asset m1)"#
      ),
      (
        #"{"values":{"kwh":[1]}}"#, .wrongType,
        #"field "values.kwh": expected a number, found an array at offset 17 (asset m1)"#
      ),
      (
        #"{"values":{"kwh":true}}"#, .wrongType,
        #"field "values.kwh": expected a number, found true at offset 17 (asset m1)"#
      ),
      (
        #"{"ts":"x","values":{"kwh":1}}"#, .badTimestamp,
        #"timestamp "ts": expected seconds since 1970 (epoch-s), found "x" at offset 6 (asset m1)"#
      ),
    ] as [(String, QuarantineReason, String)])
  func reasons(_ payload: String, _ reason: QuarantineReason, _ detail: String) {
    let batch = Self.bench.decode(payload)
    #expect(
      batch.quarantined == [
        QuarantinedMessage(
          connection: ConnectionID(1), topic: "plant/a", payload: Array(payload.utf8), received: Bench.received,
          reason: reason, detail: detail)
      ])
    #expect(batch.counts.received == 1 && batch.counts.decoded == 0 && batch.counts.payloadBytes == payload.utf8.count)
    #expect(batch.samples.isEmpty && batch.entries.isEmpty)
  }

  @Test("a message of which nothing can be taken is not decoded")
  func nothing() {
    let batch = Bench.gauge(required: false).decode(#"{"w":1}"#)
    #expect(batch.quarantined.map(\.reason) == [.missingField])
    #expect(batch.quarantined.first?.detail == #"none of the mapped fields has a value: "v""#)
  }

  @Test("a message is decoded as a whole or not at all")
  func atomic() {
    var bench = Bench.gauge("a")
    bench.add("b", .gauge)
    let decoder = bench.decoder()
    var batch = Batch()
    decoder.decode("plant/a", #"{"a":1,"b":2}"#, into: &batch)
    decoder.decode("plant/a", #"{"a":3}"#, into: &batch)
    decoder.decode("plant/a", #"{"a":4,"b":5}"#, into: &batch)
    #expect(batch.samples.map(\.value) == [.double(1), .double(2), .double(4), .double(5)])
    #expect(batch.entries == [.samples(0..<4)])
    #expect(batch.counts.received == batch.counts.decoded + batch.quarantined.count)
  }

  @Test("unknown topics are counted, and kept up to a bound")
  func unknownTopics() {
    var bench = Bench.gauge()
    bench.limits.unknownTopics = 3
    let decoder = bench.decoder()
    var batch = Batch()
    for round in 0..<2 {
      for number in 0..<5 { decoder.decode("plant/x\(number)", "{\"round\":\(round)}", into: &batch) }
    }
    decoder.decode("plant/aa", "1", into: &batch)
    decoder.decode("", "1", into: &batch)
    #expect(batch.quarantined.count == 12 && batch.quarantined.allSatisfy { $0.reason == .unknownTopic })
    #expect(batch.quarantined.filter { !$0.payload.isEmpty }.count == 6)
    #expect(decoder.unknownTopics.messages == ["plant/x0": 2, "plant/x1": 2, "plant/x2": 2])
    #expect(decoder.unknownTopics.messagesBeyond == 6)
  }

  @Test("large payloads and floods stay bounded in memory, and every message is counted")
  func bounds() {
    var bench = Bench.gauge()
    bench.limits.payloadBytes = 1000
    bench.limits.keptPayloadBytes = 100
    bench.limits.keptBytesPerBatch = 10_000
    let decoder = bench.decoder()
    var batch = Batch()
    decoder.decode("plant/a", String(repeating: "x", count: 1001), into: &batch)
    #expect(batch.quarantined[0].reason == .tooLarge && batch.quarantined[0].payload.count == 100)
    #expect(
      batch.quarantined[0].detail
        == "the payload has 1001 bytes, at most 1000 are decoded (100 of 1001 payload bytes kept)")
    for _ in 0..<1000 { decoder.decode("plant/a", String(repeating: "x", count: 1000), into: &batch) }
    #expect(batch.quarantined.count == 1001 && batch.quarantined[1].reason == .notJSON)
    #expect(batch.quarantined.map(\.payload.count).reduce(0, +) <= 10_100)
    // The next batch has room again.
    var next = Batch()
    decoder.decode("plant/a", String(repeating: "x", count: 1000), into: &next)
    #expect(next.quarantined[0].payload.count == 100)
  }

  @Test("a quarantined message is decoded again after its mapping was mended")
  func retry() throws {
    var bench = Bench.gauge("w")
    let stored = try #require(bench.decode(#"{"v":7}"#).quarantined.first)
    var batch = Batch()
    #expect(bench.decoder().retry(stored, into: &batch)?.reason == .missingField)
    #expect(batch.counts == BatchCounts() && batch.samples.isEmpty && batch.quarantined.isEmpty)
    bench.fields[0].path = Bench.path("v")
    #expect(bench.decoder().retry(stored, into: &batch) == nil)
    #expect(batch.samples.map(\.value) == [.double(7)] && batch.samples.map(\.time) == [Bench.received])
    #expect(batch.counts.retried == 1 && batch.counts.received == 0 && batch.counts.decoded == 0)
    let mark = QuarantinedMessage(
      connection: ConnectionID(1), topic: "$weir/clock", payload: Array("1763713500000000000".utf8),
      received: Bench.received, reason: .badTimestamp, detail: "")
    bench.clock = .messages
    #expect(bench.decoder().retry(mark, into: &batch)?.reason == .badTimestamp)
  }

  @Test("damaged messages never crash, and each is decoded or set aside", arguments: [UInt64(31), 32, 33, 34])
  func fuzz(_ seed: UInt64) {
    var bench = EventTests.bench()
    bench.add("values.kwh", .register(.activeEnergyImport), required: false)
    bench.add(
      "values.list.1", .gauge,
      conversion: UnitConversion(numerator: 5, denominator: 18, offset: ScaledInteger(1, exponent: -1)), required: false
    )
    bench.add("state", .state(names: ["a", "b"]), required: false)
    let decoder = bench.decoder()
    let good = Array(
      #"{"id":"m-1","t":1763713500.5,"unit":"SN-1","step":"s\u00e9al","attempt":2,"verdict":"fail","defects":["a","b\n",3],"values":{"kwh":"126238.29","list":[1,2.5e-3,{"x":[]}]},"state":"b"}"#
        .utf8)
    var random = SplitMix64(seed: seed)
    var batch = Batch()
    decoder.decode("plant/a", good, into: &batch)
    #expect(batch.counts.decoded == 1 && batch.samples.count == 3)
    for round in 1...4000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &random) { Mutation.apply(to: &bytes, &random) }
      decoder.decode("plant/a", bytes, into: &batch)
      if round % 500 == 0 {
        #expect(batch.counts.received == batch.counts.decoded + batch.quarantined.count)
        batch = Batch()
      }
    }
  }
}
