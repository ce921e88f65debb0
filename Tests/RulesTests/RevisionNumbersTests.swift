import Rules
import Telemetry
import Testing

@Suite struct RevisionNumbersTests {
  private func minute(_ number: Int64) -> Timestamp { Timestamp(seconds: 1_795_248_000 + number * 60) }

  @Test("against a dictionary, with restarts", arguments: 1...5 as ClosedRange<UInt64>)
  func numbers(seed: UInt64) throws {
    let services = FakeServices()
    let context = RuleContext(clock: .distantPast, output: EngineOutput(), services: services)
    var numbers = RevisionNumbers(name: "minute", retention: .hours(24))
    var model: [Int64: Int] = [:]
    var state = seed
    for step in 0..<2000 as Range<Int64> {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Anywhere within the retention before the clock.
      let number = step - Int64(state >> 33) % 1440
      model[number, default: 0] += 1
      #expect(try numbers.next(start: minute(number), context: context) == model[number])
      numbers.forget(now: minute(step), context: context)
      #expect(services.states.count <= 8)
      if step % 50 == 0 {
        var writer = ByteWriter()
        numbers.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var restored = RevisionNumbers(name: "minute", retention: .hours(24))
        try restored.restore(from: &reader)
        #expect(restored == numbers)
        numbers = restored
      }
    }
    let deadline = try #require(numbers.deadline)
    #expect(minute(2000) <= deadline)
    numbers.forget(now: minute(10_000), context: context)
    #expect(services.states.isEmpty && numbers.deadline == nil)
  }
}
