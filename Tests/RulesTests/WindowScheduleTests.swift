import Rules
import Telemetry
import Testing

/// Windows of a minute with ten seconds of lateness.
@Suite struct WindowScheduleTests {
  private var schedule = WindowSchedule(length: .minutes(1), lateness: .seconds(10))
  private func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: 60_000 + seconds) }

  @Test mutating func windowsCloseInOrderWithoutGaps() {
    #expect(schedule.deadline == nil)
    #expect(schedule.popDue(at(1000)) == nil)
    #expect(schedule.place(at(5), clock: .distantPast) == .open)
    #expect(schedule.deadline == at(70))
    #expect(schedule.popDue(at(69)) == nil)
    #expect(schedule.popDue(at(190)) == at(0))
    #expect(schedule.popDue(at(190)) == at(60))
    #expect(schedule.popDue(at(190)) == at(120))
    #expect(schedule.popDue(at(190)) == nil)
    #expect(schedule.deadline == at(250))
  }

  @Test mutating func anEarlierWindowIsOpenedUntilTheClockHasPassedIt() {
    #expect(schedule.place(at(125), clock: at(60)) == .open)
    #expect(schedule.place(at(5), clock: at(69)) == .open)
    #expect(schedule.next == at(0))
    #expect(schedule.place(at(-5), clock: at(69)) == .late)
    #expect(schedule.next == at(0))
  }

  @Test mutating func whatIsClosedStaysClosed() {
    #expect(schedule.place(at(5), clock: at(0)) == .open)
    #expect(schedule.popDue(at(70)) == at(0))
    #expect(schedule.place(at(59), clock: at(70)) == .late)
    #expect(schedule.place(at(60), clock: at(70)) == .open)
  }

  @Test mutating func theFirstSampleOpensItsWindowHoweverOldItIs() {
    #expect(schedule.place(at(-90_000), clock: at(0)) == .open)
    #expect(schedule.popDue(at(0)) == at(-90_000))
  }

  @Test mutating func skipping() {
    #expect(schedule.place(at(5), clock: at(0)) == .open)
    schedule.skip(to: at(601))
    #expect(schedule.next == at(600))
    schedule.skip(to: at(30))
    #expect(schedule.next == at(600))
    // A skipped window whose time is not over opens again.
    #expect(schedule.place(at(545), clock: at(600)) == .open)
    #expect(schedule.next == at(540))
  }

  @Test mutating func isRestored() throws {
    for hasSample in [false, true] {
      if hasSample { _ = schedule.place(at(5), clock: at(0)) }
      var writer = ByteWriter()
      schedule.encode(into: &writer)
      var reader = ByteReader(writer.bytes)
      var other = WindowSchedule(length: .minutes(1), lateness: .seconds(10))
      try other.restore(from: &reader)
      #expect(other == schedule)
    }
  }

  @Test func lateWindowsKeepTheirFirstCause() throws {
    var late = LateWindows(wait: .seconds(10))
    #expect(late.deadline == nil)
    func cause(_ second: Int64) -> RevisionCause {
      RevisionCause(asset: "a", signal: "s", time: at(second), reason: .gapClosed)
    }
    late.add(start: at(60), clock: at(100), cause: cause(61), previous: 7)
    late.add(start: at(0), clock: at(105), cause: cause(3))
    late.add(start: at(60), clock: at(109), cause: cause(62), previous: 8)
    late.add(start: at(0), clock: at(109), cause: cause(4), samples: 0)
    #expect(late.deadline == at(110))

    var writer = ByteWriter()
    late.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    var other = LateWindows(wait: .seconds(10))
    try other.restore(from: &reader)
    #expect(other == late)

    #expect(late.take(at(109)).isEmpty)
    let first = late.take(at(114))
    #expect(first.map(\.start) == [at(60)])
    #expect(first.map(\.cause) == [cause(61)])
    #expect(first.map(\.samples) == [2])
    #expect(first.map(\.previous) == [7])
    let second = late.take(at(115))
    #expect(second.map(\.start) == [at(0)])
    #expect(second.map(\.cause) == [cause(3)])
    #expect(second.map(\.samples) == [1])
    #expect(second.map(\.previous) == [nil])
    #expect(late.isEmpty)
  }
}
