import Synchronization
import Telemetry
import Testing

@testable import Gateway

@Suite struct PlantClockTests {
  /// A wall clock and a monotonic clock that a test turns.
  private final class Hands: Sendable {
    private let wall = Atomic<Int64>(1_000_000_000_000)
    private let monotonic = Atomic<Int64>(0)
    func pass(_ seconds: Int64) {
      wall.add(seconds * 1_000_000_000, ordering: .relaxed)
      monotonic.add(seconds * 1_000_000_000, ordering: .relaxed)
    }
    func step(_ seconds: Int64) { wall.add(seconds * 1_000_000_000, ordering: .relaxed) }
    var reading: (wall: Timestamp, monotonic: Timestamp) {
      (
        Timestamp(nanoseconds: wall.load(ordering: .relaxed)),
        Timestamp(nanoseconds: monotonic.load(ordering: .relaxed))
      )
    }
  }

  @Test func marksNeverGoBackAndAStepIsTold() {
    let hands = Hands()
    var clock = PlantClock { hands.reading }
    let first = clock.now()
    hands.pass(10)
    #expect(clock.now() - first == .seconds(10))
    hands.step(-3600)
    hands.pass(5)
    #expect(clock.now() - first == .seconds(10), "the wall clock is behind: the mark stands still")
    #expect(clock.aheadOfWall == .seconds(3595))
    #expect(clock.takeStep() == .seconds(-3600))
    #expect(clock.takeStep() == .zero, "told once")
    hands.pass(3600)
    #expect(clock.now() - first == .seconds(15))
    #expect(clock.aheadOfWall == .zero)
  }

  @Test func aLeapAheadIsBelievedOnlyWhenItLasts() {
    let hands = Hands()
    var clock = PlantClock { hands.reading }
    let first = clock.now()
    hands.step(86400)
    hands.pass(10)
    #expect(clock.now() - first == .seconds(10), "not believed yet")
    hands.step(-86400)
    hands.pass(10)
    #expect(clock.now() - first == .seconds(20), "it was a glitch")
    hands.step(86400)
    for _ in 0..<30 {
      hands.pass(10)
      #expect(clock.now() - first < .hours(1))
    }
    hands.pass(10)
    #expect(clock.now() - first == .days(1) + .seconds(330), "five minutes later it is the time")
  }

  @Test func aRestartDoesNotGoBackBehindTheJournal() {
    let hands = Hands()
    let last = Timestamp(seconds: 2_000_000)
    var clock = PlantClock(notBefore: last) { hands.reading }
    #expect(clock.now() == last)
  }

  @Test func ordinarySlewingIsNoStep() {
    let hands = Hands()
    var clock = PlantClock { hands.reading }
    for _ in 0..<100 {
      hands.pass(60)
      hands.step(1)
      _ = clock.now()
    }
    #expect(clock.takeStep() == .zero)
  }
}
