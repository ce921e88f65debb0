import Telemetry
import Testing

@testable import Sparkplug

@Suite("The wire reader")
struct WireTests {
  @Test("every field of a metric is read")
  func fields() throws {
    let payload = Payload(
      timestamp: 1_700_000_000_000, seq: 255,
      metrics: [
        Metric("a/b", alias: 7, 3, .int(4_294_967_295), at: 5, historical: true, transient: true, null: true),
        Metric(alias: 300, nil, .long(.max)), Metric(nil, nil, .float(-1.5)), Metric(nil, nil, .double(1e300)),
        Metric(nil, nil, .boolean(true)), Metric(nil, nil, .string("öl")), Metric(nil, nil, .bytes([1, 2])),
        Metric(nil, nil, .dataset([])), Metric(nil, nil, .template([Metric("x", 3, .int(1))], isDefinition: false)),
      ]
    ).bytes
    let frame = try SparkplugPayload(payload.span)
    #expect(frame.timestamp == 1_700_000_000_000)
    #expect(frame.seq == 255)
    #expect(frame.metricCount == 9)
    let metrics = try SparkplugPayload.metrics(payload.span)
    let first = metrics[0]
    #expect(first.name.map { String(decoding: payload[$0], as: UTF8.self) } == "a/b")
    #expect(first.alias == 7 && first.timestamp == 5 && first.datatype == 3)
    #expect(first.isHistorical && first.isTransient && first.isNull)
    #expect(first.value == .int(4_294_967_295))
    #expect(metrics[1].value == .long(.max) && metrics[1].alias == 300)
    #expect(metrics[2].value == .float(-1.5))
    #expect(metrics[3].value == .double(1e300))
    #expect(metrics[4].value == .boolean(true))
    #expect(metrics[6].value == .opaque && metrics[7].value == .opaque)
    guard case .string(let text) = metrics[5].value, case .template = metrics[8].value else {
      Issue.record("string and template expected")
      return
    }
    #expect(String(decoding: payload[text], as: UTF8.self) == "öl")
  }

  /// The same message by another program: `protoc --encode` over a schema with the field numbers of the format.
  @Test("bytes that protoc made are read")
  func foreign() throws {
    let bytes = try Golden.bytes(Golden.birth)
    let frame = try SparkplugPayload(bytes.span)
    #expect(frame.timestamp == 1_763_700_000_123)
    #expect(frame.seq == 0)
    let metrics = try SparkplugPayload.metrics(bytes.span)
    #expect(metrics.count == 9)
    let values = metrics.map { SparkplugScalar($0.value, datatype: $0.datatype, bytes.span) }
    #expect(
      values == [
        .int(3), .boolean(false), .int(-1), .int(-5), .int(-1), .float(21.3), .double(-0.1), .text("läuft"), .unusable,
      ])
    #expect(metrics.map(\.alias) == [nil, nil, 1, 2, 3, 4, 5, 6, 7])
    #expect(try metrics[5].properties.map { try WireQuality.read(bytes.span, $0) } == 500)
    #expect(metrics[4].isHistorical && metrics[5].isTransient && metrics[8].isNull)
  }

  @Test(
    "what is no message is an error",
    arguments: [
      ([0x08], WireError.Problem.truncated), ([0x12, 0x05, 0x00], .truncated), ([0x00, 0x01], .badField),
      ([0x13], .badWireType), ([0x16], .badWireType), ([0x0A, 0x00], .wrongType), ([0x10, 0x01], .wrongType),
      ([0x08] + [UInt8](repeating: 0xFF, count: 11), .longVarint),
      ([0x08] + [UInt8](repeating: 0xFF, count: 4), .truncated),
      ([0x29, 1, 2, 3], .truncated), ([0x2D, 1, 2, 3], .truncated),
      ([0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .truncated),
    ] as [([UInt8], WireError.Problem)])
  func malformed(bytes: [UInt8], problem: WireError.Problem) {
    #expect(throws: WireError.self) { _ = try SparkplugPayload(bytes.span) }
    do {
      _ = try SparkplugPayload(bytes.span)
    } catch {
      #expect(error.problem == problem)
      #expect(error.offset <= bytes.count)
    }
  }

  @Test("unknown fields of every wire type are skipped")
  func unknownFields() throws {
    let extra: [UInt8] = [
      0xA0, 0x06, 0x01, 0xA1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xA2, 0x06, 2, 9, 9, 0xA5, 0x06, 1, 2, 3, 4,
    ]
    let frame = try SparkplugPayload((extra + Payload(timestamp: 1, seq: 2, metrics: []).bytes + extra).span)
    #expect(frame.timestamp == 1 && frame.seq == 2)
  }

  /// Cut, bent and random bytes: an error or a reading, never a trap.
  @Test("hostile bytes do no harm", arguments: 0..<20)
  func hostile(seed: UInt64) {
    var random = Seeded(seed)
    let good = Payload(
      timestamp: Bench.start, seq: 0,
      metrics: [
        Metric("bdSeq", 4, .long(0)), Metric("v", alias: 1, 9, .float(1), at: Bench.start, quality: 192),
        Metric("t", alias: 2, 19, .template([Metric("m", 10, .double(1))], isDefinition: false)),
        Metric("s", alias: 3, 12, .string("text")),
      ]
    ).bytes
    var bench = Bench(["d:v", "d:t/m", "d:s", ":v"])
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0...random.below(4) {
        switch random.below(4) {
        case 0: bytes = Array(bytes.prefix(random.below(bytes.count + 1)))
        case 1 where !bytes.isEmpty: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        case 2 where !bytes.isEmpty: bytes.remove(at: random.below(bytes.count))
        default: bytes.insert(UInt8(random.below(256)), at: random.below(bytes.count + 1))
        }
      }
      let kind = SparkplugTopic.Kind.allCases[random.below(8)]
      bench.receive(
        SparkplugTopic(kind: kind, group: "plant", node: "edge1", device: kind.isOfDevice ? "d" : nil).text, bytes)
      if random.below(50) == 0 { bench.nodeBirth() }
      if random.below(50) == 0 { bench.wait(6000) }
      bench.output.removeAll()
    }
  }

  @Test("templates within templates end somewhere")
  func deepTemplates() {
    var metric = Metric("m", 3, .int(1))
    for _ in 0..<200 { metric = Metric("t", 19, .template([metric], isDefinition: false)) }
    var bench = Bench([":a"])
    bench.nodeBirth([metric])
    #expect(bench.take().reasons == [.malformed])
    bench.nodeBirth([Metric("t", 19, .template([Metric("m", 3, .int(1))], isDefinition: false))])
    _ = bench.take()
    bench.send(.nodeData, seq: 1, [metric])
    #expect(bench.take().reasons == [.malformed])
  }
}

/// Seeded choices.
struct Seeded {
  private var source: SplitMix64
  init(_ seed: UInt64) { source = SplitMix64(seed: seed &+ 0x1234_5678) }

  mutating func next() -> UInt64 { source.next() }

  mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(next() % UInt64(bound)) }
}
