import Journal
import Rules
import Telemetry
import Testing

@testable import Engine

/// The second identity layer, case by case; each case before and after a checkpoint and a restart.
@Suite struct IdentityTests {
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    /// Sent first, then remembered.
    var before: [Sample] = []
    var then: Sample
    /// nil: accepted.
    var reason: QuarantineReason?
    var isDuplicate = false
    /// Plant clock in seconds after the start.
    var mark: Double? = 60
  }

  static let plant = TestPlant()
  static let cases: [Case] = [
    Case(testDescription: "first of its series", then: plant.sample(50, 1)),
    Case(testDescription: "later", before: [plant.sample(50, 1)], then: plant.sample(51, 1)),
    Case(
      testDescription: "same time, same value", before: [plant.sample(50, 1)], then: plant.sample(50, 1),
      isDuplicate: true),
    Case(
      testDescription: "same time, other value", before: [plant.sample(50, 1)], then: plant.sample(50, 2),
      reason: .conflict),
    Case(
      testDescription: "duplicate of an earlier one", before: [plant.sample(40, 1), plant.sample(50, 2)],
      then: plant.sample(40, 1), isDuplicate: true),
    Case(
      testDescription: "conflict with an earlier one", before: [plant.sample(40, 1), plant.sample(50, 2)],
      then: plant.sample(40, 3), reason: .conflict),
    Case(
      testDescription: "out of order", before: [plant.sample(40, 1), plant.sample(50, 2)], then: plant.sample(45, 3)),
    Case(
      testDescription: "same time, other signal", before: [plant.sample(50, 1)], then: plant.sample(50, 2, signal: 1)),
    Case(testDescription: "same time, other asset", before: [plant.sample(50, 1)], then: plant.sample(50, 2, asset: 1)),
    Case(testDescription: "just within the tolerance", then: plant.sample(60 + 300, 1)),
    Case(testDescription: "from the future", then: plant.sample(60 + 300.001, 1), reason: .futureTimestamp),
    Case(testDescription: "just within the horizon", then: plant.sample(60 - 3 * 86400, 1)),
    Case(testDescription: "too old", then: plant.sample(60 - 3 * 86400 - 0.001, 1), reason: .tooOld),
    Case(testDescription: "no mark yet: no future", then: plant.sample(86400, 1), mark: nil),
    Case(testDescription: "no mark yet: no past", then: plant.sample(-86400 * 400, 1), mark: nil),
    Case(
      testDescription: "a nonsensical time",
      then: Sample(series: plant.series(0), time: .distantPast, value: .double(1)),
      reason: .tooOld, mark: nil),
    Case(
      testDescription: "another nonsensical time",
      then: Sample(series: plant.series(0), time: .distantFuture, value: .double(1)), reason: .futureTimestamp,
      mark: nil
    ),
    Case(
      testDescription: "out of range", then: plant.sample(50, 1, quality: .badOutOfRange), reason: .outOfRange),
    Case(testDescription: "bad by the device", then: plant.sample(50, 1, quality: .badDevice), reason: .badQuality),
    Case(
      testDescription: "not a number", then: plant.sample(50, .nan, quality: .badDevice), reason: .notANumber),
    Case(testDescription: "infinite, called good", then: plant.sample(50, .infinity), reason: .notANumber),
    Case(testDescription: "uncertain is accepted", then: plant.sample(50, 1, quality: .uncertainDevice)),
    Case(
      testDescription: "a bad one does not occupy its time", before: [plant.sample(50, 9, quality: .badDevice)],
      then: plant.sample(50, 1)),
  ]

  @Test(arguments: cases, [false, true])
  func identity(_ item: Case, restart: Bool) throws {
    let store = MemoryStore()
    var engine = try Self.plant.engine(store)
    var maker = BatchMaker()
    var output = EngineOutput()
    let first = maker.batch { batch in
      batch.drain(Self.plant)
      if let mark = item.mark { batch.entries.append(.mark(Self.plant.at(mark))) }
      for sample in item.before { batch.add(sample) }
    }
    try engine.process(first, into: &output)
    if restart {
      store.commit(engine.checkpoint())
      engine = try Self.plant.engine(store)
    }
    let before = engine.counts
    output = EngineOutput()
    try engine.process(maker.batch { $0.add(item.then) }, into: &output)
    let after = engine.counts
    #expect(after.samplesDecoded == before.samplesDecoded + 1)
    #expect(after.samplesDuplicate - before.samplesDuplicate == (item.isDuplicate ? 1 : 0))
    #expect(after.samplesPending - before.samplesPending == (item.isDuplicate || item.reason != nil ? 0 : 1))
    #expect(output.quarantined.map(\.reason) == (item.reason.map { [$0] } ?? []))
    #expect(after.samplesBalance)
  }

  @Test func aConflictNamesTheFirstValue() throws {
    let engine = try Self.plant.engine()
    var maker = BatchMaker()
    var output = EngineOutput()
    let batch = maker.batch { batch in
      batch.add(Self.plant.sample(50, 1.5))
      batch.add(Self.plant.sample(50, 2.5))
    }
    try engine.process(batch, into: &output)
    let set = try #require(output.quarantined.first)
    #expect(set.detail == "the first value was 1.5")
    #expect(set.value == .double(2.5))
    #expect(set.asset == "asset-0" && set.signal == "temperature")
  }

  @Test("a sample that no rule wants is used at once; one of an unknown series too")
  func unwanted() throws {
    let engine = try Self.plant.engine()
    var maker = BatchMaker()
    var output = EngineOutput()
    let batch = maker.batch { batch in
      batch.add(Self.plant.sample(50, 1, signal: TestPlant.unwanted))
      batch.add(Sample(series: SeriesID(9999), time: Self.plant.at(1), value: .double(1)))
    }
    try engine.process(batch, into: &output)
    #expect(engine.counts.samplesUsed == 2)
    #expect(engine.counts.samplesPending == 0)
  }

  @Test("events: identity, not time, makes a repetition", arguments: [false, true])
  func events(restart: Bool) throws {
    let plant = Self.plant
    let store = MemoryStore()
    var engine = try plant.engine(store)
    var maker = BatchMaker()
    var output = EngineOutput()
    let first = maker.batch { batch in
      batch.drain(plant)
      batch.entries.append(.mark(plant.at(60)))
      batch.add(plant.event(50, 7, "ok"))
    }
    try engine.process(first, into: &output)
    if restart {
      store.commit(engine.checkpoint())
      engine = try plant.engine(store)
    }
    let repeated = maker.batch { batch in
      batch.add(plant.event(50, 7, "ok"))
      batch.add(plant.event(55, 7, "ok"))  // sent again without a date of its own
      batch.add(plant.event(50, 7, "bad"))
      batch.add(plant.event(50, 8, "ok"))
      batch.add(plant.event(50, 7, "ok", asset: 1))
    }
    try engine.process(repeated, into: &output)
    #expect(engine.counts.samplesDuplicate == 2)
    #expect(output.quarantined.map(\.reason) == [.conflict])
    #expect(engine.counts.samplesPending == 3)

    // Hours later, in another block of the history.
    let later = maker.batch { batch in
      batch.entries.append(.mark(plant.at(7200)))
      batch.add(plant.event(7100, 7, "ok"))
    }
    try engine.process(later, into: &output)
    #expect(engine.counts.samplesDuplicate == 3)

    // Beyond the memory of identities only the event's own time finds it.
    let muchLater = maker.batch { batch in
      batch.entries.append(.mark(plant.at(2 * 86400)))
      batch.add(plant.event(50, 7, "ok"))
      batch.add(plant.event(2 * 86400, 7, "ok"))
    }
    try engine.process(muchLater, into: &output)
    #expect(engine.counts.samplesDuplicate == 4)
    #expect(engine.counts.samplesPending + engine.counts.samplesUsed == 4)
  }

  @Test("events: identities that look alike in memory are told apart by their blocks", arguments: [false, true])
  func alikeEvents(restart: Bool) throws {
    let plant = Self.plant
    let store = MemoryStore()
    var engine = try plant.engine(store)
    var maker = BatchMaker()
    var output = EngineOutput()
    // The memory keeps the exclusive or of both halves.
    let alike: [UInt64] = [0x7, 0x1_0000_0006, 0x2_0000_0005]
    let first = maker.batch { batch in
      batch.drain(plant)
      batch.entries.append(.mark(plant.at(7200)))
      for (place, identity) in alike.enumerated() {
        batch.add(plant.event(50 + 1800 * Double(place), identity, "ok"))
      }
      batch.add(plant.event(60, 0x4_0000_0003, "ok"))
    }
    try engine.process(first, into: &output)
    #expect(engine.counts.samplesDuplicate == 0)
    if restart {
      store.commit(engine.checkpoint())
      engine = try plant.engine(store)
    }
    let again = maker.batch { batch in
      for identity in alike { batch.add(plant.event(7100, identity, "ok")) }
      batch.add(plant.event(7100, 0x8_0000_000F, "ok"))
    }
    try engine.process(again, into: &output)
    #expect(engine.counts.samplesDuplicate == 3)
    #expect(engine.counts.samplesPending + engine.counts.samplesUsed == 5)
    #expect(output.quarantined.isEmpty)
  }

  @Test func aClockThatRunsAheadIsOneFinding() throws {
    let plant = Self.plant
    let store = MemoryStore()
    var engine = try plant.engine(store)
    var maker = BatchMaker()
    var output = EngineOutput()
    for second in [0.0, 60, 120] {
      let batch = maker.batch { batch in
        batch.entries.append(.mark(plant.at(second)))
        batch.add(plant.sample(86400 + second, 1))
      }
      try engine.process(batch, into: &output)
    }
    let finding = try #require(output.findings.first)
    #expect(output.findings.count == 1)
    #expect(finding.key == "future-clock/asset-0" && finding.closed == nil)
    #expect(finding.evidence.contains(Event.Attribute("aheadSeconds", "86400")))
    #expect(engine.nextDeadline == plant.at(120 + 600))

    store.commit(engine.checkpoint())
    engine = try plant.engine(store)
    output = EngineOutput()
    try engine.process(maker.batch { $0.entries.append(.mark(plant.at(719))) }, into: &output)
    #expect(output.findings.isEmpty)
    try engine.process(maker.batch { $0.entries.append(.mark(plant.at(720))) }, into: &output)
    #expect(output.findings.map(\.closed) == [plant.at(720)])
    #expect(output.findings.first?.evidence.last == Event.Attribute("samples", "3"))
  }
}
