import Journal
import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite struct TimestampTests {
  static func bench(_ format: TimestampMapping.Format) -> Bench {
    var bench = Bench.gauge()
    bench.timestamp = TimestampMapping(path: Bench.path("t"), format: format)
    return bench
  }

  @Test(
    "formats",
    arguments: [
      (.epochSeconds, "1763713500", 1_763_713_500_000_000_000),
      (.epochSeconds, "1763713500.25", 1_763_713_500_250_000_000),
      (.epochSeconds, #""1763713500""#, 1_763_713_500_000_000_000),
      (.epochSeconds, "1763713500.1234567894", 1_763_713_500_123_456_789),
      (.epochSeconds, "1763713500.12345678949999999", 1_763_713_500_123_456_789),
      (.epochSeconds, "1.7637135e9", 1_763_713_500_000_000_000),
      (.epochMilliseconds, "1763713500123", 1_763_713_500_123_000_000),
      (.epochMilliseconds, #""1763713500123.5""#, 1_763_713_500_123_500_000),
      (.epochMicroseconds, "1763713500123456", 1_763_713_500_123_456_000),
      (.epochNanoseconds, "1763713500123456789", 1_763_713_500_123_456_789),
      (.epochNanoseconds, #""1763713500123456789""#, 1_763_713_500_123_456_789),
      (.iso8601, #""2025-11-21T08:25:00Z""#, 1_763_713_500_000_000_000),
      (.iso8601, #""2025-11-21T16:25:00+08:00""#, 1_763_713_500_000_000_000),
      (.iso8601, #""2025-11-21T03:55:00.5-04:30""#, 1_763_713_500_500_000_000),
      (.iso8601, #""2025-11-21 08:25:00.123456789Z""#, 1_763_713_500_123_456_789),
      (.iso8601, #""2025-11-21T08:25:00\u005a""#, 1_763_713_500_000_000_000),
      (.iso8601, #""2024-02-29T23:59:59Z""#, 1_709_251_199_000_000_000),
      (.iso8601, #""2000-02-29T00:00:00Z""#, 951_782_400_000_000_000),
      (.iso8601, #""2000-01-01T00:00:00Z""#, 946_684_800_000_000_000),
    ] as [(TimestampMapping.Format, String, Int64)])
  func formats(_ format: TimestampMapping.Format, _ text: String, _ nanoseconds: Int64) {
    let sample = Self.bench(format).sample(#"{"t":\#(text),"v":1}"#)
    #expect(sample?.time == Timestamp(nanoseconds: nanoseconds))
    #expect(sample?.quality == .good)
  }

  @Test(
    "what is no plausible time",
    arguments: [
      (.epochSeconds, "1763713500123"), (.epochSeconds, "-1"), (.epochSeconds, "1e300"),
      (.epochSeconds, #""soon""#), (.epochSeconds, "true"), (.epochSeconds, "[1763713500]"),
      (.epochMilliseconds, "1763713500"), (.epochSeconds, "7258118400"),
      (.iso8601, "1763713500"), (.iso8601, #""2025-11-21T08:25:00""#), (.iso8601, #""2025-02-29T08:25:00Z""#),
      (.iso8601, #""2100-02-29T08:25:00Z""#), (.iso8601, #""2025-13-01T08:25:00Z""#),
      (.iso8601, #""2025-11-21T24:25:00Z""#), (.iso8601, #""1969-12-31T23:59:59Z""#),
      (.iso8601, #""2200-01-01T00:00:00Z""#), (.iso8601, #""""#), (.iso8601, #""2025-11-21T08:25:00Zulu""#),
    ] as [(TimestampMapping.Format, String)])
  func bad(_ format: TimestampMapping.Format, _ text: String) {
    let batch = Self.bench(format).decode(#"{"t":\#(text),"v":1}"#)
    #expect(batch.quarantined.map(\.reason) == [.badTimestamp])
    #expect(batch.samples.isEmpty && batch.entries.isEmpty && batch.counts.decoded == 0)
  }

  @Test("milliseconds for seconds are recognised in the detail")
  func hint() {
    let detail = Self.bench(.epochSeconds).decode(#"{"t":1763713500123,"v":1}"#).quarantined.first?.detail
    #expect(
      detail
        == "timestamp \"t\": expected seconds since 1970 (epoch-s), but it reads as epoch-ms, found 1763713500123 at "
        + "offset 5 (asset m1)")
    let old = Self.bench(.iso8601).decode(#"{"t":"1969-12-31T23:59:59Z","v":1}"#).quarantined.first?.detail
    #expect(old?.contains("between the years 1970 and 2200, found \"1969-12-31T23:59:59Z\" at offset 5") == true)
  }

  /// The engine tells why: such a clock counts from the epoch of its system.
  @Test(
    "a clock that has lost its time",
    arguments: [
      (.epochSeconds, "0", 0), (.epochSeconds, "7260.5", 7_260_500_000_000),
      (.epochSeconds, "946684799.999999999", 946_684_799_999_999_999),
      (.epochMilliseconds, "7260500", 7_260_500_000_000),
      (.iso8601, #""1980-01-06T00:00:00Z""#, 315_964_800_000_000_000),
    ] as [(TimestampMapping.Format, String, Int64)])
  func lost(_ format: TimestampMapping.Format, _ text: String, _ nanoseconds: Int64) {
    #expect(Self.bench(format).sample(#"{"t":\#(text),"v":1}"#)?.time == Timestamp(nanoseconds: nanoseconds))
  }

  @Test(
    "the policy of the asset's clock",
    arguments: [
      (.trustDevice, Timestamp(seconds: 1_763_713_500)),
      (.correctSkew(ahead: .hours(1)), Timestamp(seconds: 1_763_709_900)),
      (.correctSkew(ahead: Span64(nanoseconds: -1_500_000_000)), Timestamp(nanoseconds: 1_763_713_501_500_000_000)),
      (.receiveTime, Bench.received),
    ] as [(ClockPolicy, Timestamp)])
  func policy(_ policy: ClockPolicy, _ time: Timestamp) {
    var bench = Self.bench(.epochSeconds)
    bench.policy = policy
    for _ in 0..<2 {
      // What is sent again has the same time.
      let sample = bench.sample(#"{"t":1763713500,"v":1}"#)
      #expect(sample?.time == time)
      #expect(sample?.quality == .good)
    }
    bench.timestamp = nil
    #expect(bench.sample(#"{"v":1}"#)?.quality == (policy == .receiveTime ? .good : .uncertainUndated))
  }

  @Test("without a date the receive time is taken", arguments: [#"{"v":1}"#, #"{"t":null,"v":1}"#])
  func undated(_ payload: String) {
    let sample = Self.bench(.epochSeconds).sample(payload)
    #expect(sample?.time == Bench.received && sample?.quality == .uncertainUndated)
  }

  @Test("time marks on the clock topic")
  func marks() {
    var bench = Bench.gauge()
    bench.clock = .messages
    let decoder = bench.decoder()
    #expect(decoder.subscriptions == ["plant/a", "$weir/clock"])
    var batch = Batch()
    decoder.decode("plant/a", #"{"v":1}"#, into: &batch)
    decoder.decode("$weir/clock", "1763713500000000000", into: &batch)
    decoder.decode("plant/a", #"{"v":2}"#, into: &batch)
    #expect(
      batch.entries == [.samples(0..<1), .mark(Timestamp(nanoseconds: 1_763_713_500_000_000_000)), .samples(1..<2)])
    for bad in ["", "x", "-1", "1763713500", "17637135000000000000", "99999999999999999999", "1763713500000000000 "] {
      decoder.decode("$weir/clock", bad, into: &batch)
    }
    #expect(batch.quarantined.map(\.reason) == Array(repeating: .badTimestamp, count: 7))
    #expect(batch.counts.received == 10 && batch.counts.decoded == 3)

    var system = Batch()
    Bench.gauge().decoder().decode("$weir/clock", "1763713500000000000", into: &system)
    #expect(system.quarantined.map(\.reason) == [.unknownTopic])
    #expect(Bench.gauge().decoder().subscriptions == ["plant/a"])
  }
}
