import Journal
import Telemetry
import Templates
import Testing

@testable import Ingest

@Suite struct SourceLimiterTests {
  private static func settings(_ messages: Int, _ per: Span64 = .seconds(1), burst: Int, quiet: Span64 = .seconds(10))
    -> RateLimitSettings
  {
    RateLimitSettings(messages: messages, per: per, burst: burst, quiet: quiet)
  }

  private static func at(_ seconds: Double) -> Timestamp { Timestamp(nanoseconds: Int64(seconds * 1e9)) }

  /// A bucket of whole tokens with fractions as rationals: the slow and obvious way.
  private struct Model {
    var cost: Int64
    var burst: Int64
    var level: Int64
    var last: Int64 = 0
    init(_ settings: RateLimitSettings) {
      cost = settings.per.nanoseconds / Int64(settings.messages)
      burst = Int64(settings.burst)
      level = cost * burst
    }
    mutating func admit(_ now: Int64) -> Bool {
      level = min(cost * burst, level + now - last)
      last = now
      guard level >= cost else { return false }
      level -= cost
      return true
    }
  }

  @Test(arguments: 0..<20)
  func isATokenBucket(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let settings = Self.settings(
      Int(random.next() % 50) + 1, .seconds(Int64(random.next() % 5) + 1), burst: Int(random.next() % 30) + 1)
    var limiter = SourceLimiter(settings, topics: 2)
    var models = [Model(settings), Model(settings)]
    var now: Int64 = 1_000_000_000_000
    models[0].last = now
    models[1].last = now
    for _ in 0..<3000 {
      now += Int64(random.next() % 40_000_000) * (random.next() % 100 == 0 ? 100 : 1)
      let topic = Int(random.next() % 2)
      let verdict = limiter.admit(topic: topic, at: Timestamp(nanoseconds: now))
      #expect((verdict == .admitted) == models[topic].admit(now))
    }
  }

  @Test func aFloodIsCountedAndAFewAreKept() {
    var limiter = SourceLimiter(Self.settings(1, burst: 5), topics: 3)
    var kept = 0
    var begins = 0
    var admitted = 0
    for message in 0..<10_000 {
      switch limiter.admit(topic: 1, at: Self.at(100 + Double(message) / 1000)) {
      case .admitted: admitted += 1
      case .excess(let keeps, let begin):
        kept += keeps ? 1 : 0
        begins += begin ? 1 : 0
      }
      // The others are not touched by it.
      if message % 1000 == 0 {
        #expect(limiter.admit(topic: 2, at: Self.at(100 + Double(message) / 1000)) == .admitted)
      }
    }
    #expect(admitted == 5 + 9)
    #expect(kept == SourceLimiter.keptPerMinute)
    #expect(begins == 1)
    #expect(limiter.ended(at: Self.at(115)).isEmpty, "not quiet for long enough")
    #expect(limiter.ended(at: Self.at(121)) == [SourceLimiter.End(topic: 1, messages: 10_000 - admitted)])
    #expect(!limiter.hasBabblers)
    #expect(limiter.ended(at: Self.at(200)).isEmpty)
  }

  @Test func itBeginsAgainAfterTheQuietTimeOnly() {
    var limiter = SourceLimiter(Self.settings(1, burst: 1), topics: 1)
    var begins: [Double] = []
    var ends: [Double] = []
    for step in 0..<600 {
      let now = Double(step) / 10
      // Two bursts three seconds apart, and one after a long pause.
      let isSending = (1..<2).contains(now) || (5..<6).contains(now) || (40..<41).contains(now)
      if isSending, case .excess(_, true) = limiter.admit(topic: 0, at: Self.at(1000 + now)) { begins.append(now) }
      if !limiter.ended(at: Self.at(1000 + now)).isEmpty { ends.append(now) }
    }
    #expect(begins.count == 2 && ends.count == 2)
    #expect(begins.first.map { $0 < 2 } == true && ends.first.map { $0 > 15 && $0 < 17 } == true)
  }

  @Test func extremeSettingsDoNotOverflow() {
    var limiter = SourceLimiter(Self.settings(1, .days(1), burst: 1_000_000), topics: 1)
    for _ in 0..<1000 { #expect(limiter.admit(topic: 0, at: Timestamp(seconds: 4_000_000_000)) == .admitted) }
  }

  @Test func whatIsSetAsideIsCounted() {
    let bench = QuarantineTests.bench
    let decoder = bench.decoder()
    var batch = Batch()
    let topic = Array("plant/a".utf8)
    let payload = Array("12345".utf8)
    for keeps in [true, false, false] {
      topic.withUnsafeBufferPointer { topic in
        payload.withUnsafeBufferPointer { payload in
          decoder.setAside(
            topic: topic, payload: payload, received: Bench.received, reason: .rateLimited, detail: "too fast",
            keeps: keeps, into: &batch)
        }
      }
    }
    #expect(batch.counts.received == 3 && batch.counts.decoded == 0 && batch.counts.payloadBytes == 15)
    #expect(batch.quarantined.map(\.reason) == [.rateLimited, .rateLimited, .rateLimited])
    #expect(batch.quarantined.map(\.topic) == ["plant/a", "", ""])
    #expect(batch.quarantined[0].payload == payload)
    #expect(topic.withUnsafeBufferPointer { decoder.topicNumber($0) } == 0)
    #expect(decoder.sources.map(\.topic) == ["plant/a"])
  }
}
