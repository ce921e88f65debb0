import Telemetry
import Testing

@testable import Equipment

/// Which frames of machines that pause and stop count as work, and with what values.
@Suite struct FrameGathererTests {
  private static let start = Timestamp(rfc3339: "2026-03-01T00:00:00Z")!

  private struct Minute {
    var run: MachineState
    var isWhole = true
    var value: Double
  }

  private func frames(_ minutes: [Minute], restarts: Bool = false) throws -> [ConditionFrame] {
    var gatherer = FrameGatherer(signals: 1, interval: .seconds(10))
    var frames: [ConditionFrame] = []
    for (number, minute) in minutes.enumerated() {
      let begin = Self.start + .minutes(Int64(number))
      var frame = ConditionFrame(
        start: begin, end: begin + .minutes(1), run: minute.run, values: [minute.value], spreads: [0.5])
      frame.isWhole = minute.isWhole
      frames += gatherer.add(frame, counts: [6])
      if restarts {
        var writer = ByteWriter()
        gatherer.encode(into: &writer)
        gatherer = FrameGatherer(signals: 1, interval: .seconds(10))
        var reader = ByteReader(writer.bytes)
        try gatherer.restore(from: &reader)
        #expect(reader.isAtEnd)
      }
    }
    return frames
  }

  private func repeated(_ cycle: [Minute], minutes: Int) -> [Minute] {
    (0..<minutes).map { cycle[$0 % cycle.count] }
  }

  /// A press that works for three minutes, changes the sheet for one, and begins again within one.
  private let press: [Minute] = [
    Minute(run: .running, value: 4), Minute(run: .running, value: 5), Minute(run: .running, value: 6),
    Minute(run: .running, isWhole: false, value: 3), Minute(run: .idle, value: 0),
  ]

  @Test func workAndPauseOfAFewMinutesIsWork() throws {
    let frames = try frames(repeated(press, minutes: 60))
    #expect(frames.count == 6)
    for frame in frames {
      #expect(frame.run == .running)
      #expect(frame.values == [5], "of the minutes of work alone")
    }
  }

  @Test func aPumpThatFillsATankIsWarmAfterAWhile() throws {
    let cycle: [Minute] =
      repeated([Minute(run: .running, value: 7)], minutes: 4) + [Minute(run: .starting, isWhole: false, value: 4)]
      + repeated([Minute(run: .stopped, value: 0)], minutes: 4) + [Minute(run: .starting, isWhole: false, value: 3)]
    let frames = try frames(repeated(cycle, minutes: 80))
    #expect(frames.map(\.run) == Array(repeating: .starting, count: 3) + Array(repeating: .running, count: 5))
    #expect(frames.last?.values == [7])
  }

  @Test func cyclesOfSecondsAreOneWayOfWorking() throws {
    let cycle = [
      Minute(run: .running, isWhole: false, value: 3), Minute(run: .idle, isWhole: false, value: 1),
      Minute(run: .starting, isWhole: false, value: 2),
    ]
    let frames = try frames(repeated(cycle, minutes: 120))
    #expect(frames.prefix(5).allSatisfy { !$0.run.isJudged }, "nobody knows yet that there is nothing else")
    #expect(frames.suffix(5).allSatisfy { $0.run == .running })
    #expect(frames.suffix(5).allSatisfy { abs(($0.values[0] ?? 0) - 2) < 0.2 })
  }

  @Test func aMachineThatComesOutOfAStopIsNotJudged() throws {
    let night = repeated([Minute(run: .stopped, value: 0)], minutes: 36)
    let day = repeated([Minute(run: .running, value: 5)], minutes: 34)
    let frames = try frames(night + day)
    #expect(frames.map(\.run) == [.stopped, .stopped, .stopped, .starting, .running, .running, .running])
    #expect(frames[3].values == [2], "the mean of all of it")
  }

  @Test func idleIsNotWork() throws {
    let frames = try frames(repeated([Minute(run: .idle, value: 1)], minutes: 30))
    #expect(frames.map(\.run) == [.idle, .idle, .idle])
  }

  @Test func restartsMakeNoDifference() throws {
    for cycle in [press, [Minute(run: .running, isWhole: false, value: 3), Minute(run: .stopped, value: 0)]] {
      let minutes = repeated(cycle, minutes: 200)
      #expect(try frames(minutes, restarts: true) == (try frames(minutes)))
    }
  }
}
