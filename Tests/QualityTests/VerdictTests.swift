import RuleBench
import Rules
import Telemetry
import Testing

/// Doubts in memory and on pages against a plain list.
@Suite struct VerdictTests {
  private final class Pages: RuleServices {
    var states: [String: [UInt8]] = [:]
    func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample] { [] }
    func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample? { nil }
    func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample? { nil }
    func load(_ key: String) throws -> [UInt8]? { states[key] }
    func save(_ key: String, _ bytes: [UInt8]?) { states[key] = bytes }
  }

  @Test(arguments: 0..<20) func randomDoubtsAgainstAList(seed: Int) throws {
    var random = Seeded(state: UInt64(seed) + 3)
    let services = Pages()
    let context = RuleContext(clock: .distantPast, output: EngineOutput(), services: services)
    var verdicts = QualityVerdicts()
    var model: [QualityVerdicts.Doubt] = []
    var time = Timestamp(rfc3339: "2026-11-21T00:00:00Z")!
    var open: [Int: Int] = [:]
    for step in 0..<600 {
      time = time + .seconds(Int64.random(in: 1...3000, using: &random))
      let signal = Int.random(in: 0..<3, using: &random)
      if let place = open[signal], Bool.random(using: &random) {
        verdicts.end(signal: signal, reason: model[place].reason, at: time)
        model[place].to = time
        open[signal] = nil
      } else {
        let isSingle = open[signal] != nil || Int.random(in: 0..<4, using: &random) > 0
        let doubt = QualityVerdicts.Doubt(
          signal: signal, reason: isSingle ? .spike : .stuckValue, from: time,
          to: isSingle ? Timestamp(nanoseconds: time.nanoseconds + 1) : .distantFuture)
        try verdicts.add(doubt, keep: .distantPast + .days(1), context: context)
        if !isSingle { open[signal] = model.count }
        model.append(doubt)
      }
      if step % 37 == 0 {
        var writer = ByteWriter()
        verdicts.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        let again = try QualityVerdicts(from: &reader)
        #expect(again == verdicts && reader.isAtEnd)
        verdicts = again
      }
    }
    #expect(verdicts.doubts.count <= QualityVerdicts.inMemory + 3)
    #expect(!services.states.isEmpty)
    let start = Timestamp(rfc3339: "2026-11-21T00:00:00Z")!
    for _ in 0..<200 {
      let from = start + .seconds(Int64.random(in: 0...(time - start).nanoseconds / 1_000_000_000, using: &random))
      let to = from + .seconds(Int64.random(in: 1...40_000, using: &random))
      let signal = Int.random(in: 0..<3, using: &random)
      let found = try verdicts.doubts(signal: signal, from: from, to: to, context: context)
      let expected = model.filter { $0.signal == signal && $0.from < to && from < $0.to }
      #expect(found == expected.sorted { ($0.from, $0.reason) < ($1.from, $1.reason) })
    }
  }

  @Test func oldPagesAreDropped() throws {
    let services = Pages()
    let context = RuleContext(clock: .distantPast, output: EngineOutput(), services: services)
    var verdicts = QualityVerdicts()
    let start = Timestamp(rfc3339: "2026-11-21T00:00:00Z")!
    for hour in Int64(0)..<2000 {
      let time = start + .hours(hour)
      try verdicts.add(
        QualityVerdicts.Doubt(
          signal: 0, reason: .spike, from: time, to: Timestamp(nanoseconds: time.nanoseconds + 1)),
        keep: time - .days(5), context: context)
    }
    #expect((3...9).contains(services.states.count))
  }
}
