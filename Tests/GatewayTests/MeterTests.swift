import Rules
import Telemetry
import Testing

@testable import Gateway

/// What the status makes of the totals that it sees from time to time.
@Suite struct MeterTests {
  private static func second(_ number: Int64) -> Timestamp { Timestamp(seconds: number) }

  @Test func lagIsTheTimeSinceTheJournalHeldNothingUnprocessed() {
    var meter = LagMeter()
    meter.add(journal: 10, engine: 10, at: Self.second(0))
    meter.add(journal: 20, engine: 10, at: Self.second(1))
    meter.add(journal: 30, engine: 12, at: Self.second(2))
    #expect(meter.age(engine: 12, at: Self.second(3)) == .seconds(3), "batch 13 came after second 0")
    meter.add(journal: 40, engine: 25, at: Self.second(4))
    #expect(meter.age(engine: 25, at: Self.second(5)) == .seconds(4), "batch 26 came after second 1")
    meter.add(journal: 40, engine: 40, at: Self.second(6))
    #expect(meter.age(engine: 40, at: Self.second(6)) == .zero)
  }

  @Test func aLongLagStaysInBoundsAndOnTheSafeSide() {
    var meter = LagMeter()
    for second in 0..<10_000 { meter.add(journal: Int64(second), engine: 0, at: Self.second(Int64(second))) }
    #expect(meter.age(engine: 0, at: Self.second(10_000)) == .seconds(10_000))
    let age = meter.age(engine: 5000, at: Self.second(10_000))
    #expect(age >= .seconds(4999) && age <= .seconds(5020))
  }

  private static func counts(
    received: Int, quarantined: Int, samples: Int, used: Int, badSamples: Int = 0
  ) -> EngineCounts {
    var counts = EngineCounts()
    counts.messagesReceived = received
    counts.messagesDecoded = received - quarantined
    counts.messagesQuarantined[.notJSON] = quarantined
    counts.samplesDecoded = samples
    counts.samplesUsed = used
    counts.samplesQuarantined[.futureTimestamp] = badSamples
    return counts
  }

  @Test func onlyWhatCameSinceTheLastUsableSampleCounts() {
    var meter = IntakeMeter()
    meter.add(Self.counts(received: 100, quarantined: 50, samples: 200, used: 200))
    #expect((meter.messages, meter.samples) == (0, 0), "what was before the start is no news")
    meter.add(Self.counts(received: 104, quarantined: 54, samples: 200, used: 200))
    #expect((meter.messages, meter.samples) == (4, 0))
    // Marks are messages without samples: they are decoded and prove nothing.
    meter.add(Self.counts(received: 110, quarantined: 54, samples: 200, used: 200))
    #expect(meter.messages == 4)
    meter.add(Self.counts(received: 111, quarantined: 54, samples: 206, used: 200, badSamples: 6))
    #expect((meter.messages, meter.samples) == (0, 6))
    meter.add(Self.counts(received: 112, quarantined: 54, samples: 208, used: 201, badSamples: 7))
    #expect((meter.messages, meter.samples) == (0, 0))
  }

  @Test func lossesAreToldForAShift() {
    let memory = LossMemory()
    memory.look("mes", refused: 7, evicted: 0, now: .zero)
    #expect(memory.recent(now: .hours(1)) == [], "what was before the start is no news")
    memory.look("mes", refused: 9, evicted: 0, now: .hours(1))
    memory.look("mes", refused: 9, evicted: 4, now: .hours(2))
    #expect(memory.recent(now: .hours(2)) == [.init(destination: "mes", refused: 2, evicted: 4, since: .zero)])
    #expect(memory.recent(now: .minutes(570)) == [.init(destination: "mes", evicted: 4, since: .hours(1))])
    #expect(memory.recent(now: .hours(11)) == [])
  }
}
