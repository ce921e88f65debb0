import Telemetry

/// A stretch of time in one state as the machine names it, half-open.
public struct StateSpan: Hashable, Sendable {
  /// Of the equipment template: `setup`, `fault`.
  public var name: String
  /// Its meaning; nil for a name that tells nothing of it.
  public var state: RunState?
  public var start: Timestamp
  public var end: Timestamp

  public init(name: String, state: RunState?, start: Timestamp, end: Timestamp) {
    self.name = name
    self.state = state
    self.start = start
    self.end = end
  }

  /// As `RunSpan.fold`, by names.
  public static func fold(
    _ readings: [(time: Timestamp, name: String?)], hold: Span64, window: Range<Timestamp>
  ) -> [StateSpan] {
    Held.fold(readings.map { ($0.time, $0.name) }, hold: hold, window: window).map { word, start, end in
      StateSpan(name: word, state: RunState(stateName: word), start: start, end: end)
    }
  }
}

/// What readings say until the next one.
enum Held {
  /// Each reading holds until the next, at most `hold`; equal ones that follow each other are one.
  static func fold<Word: Equatable>(
    _ readings: [(time: Timestamp, word: Word?)], hold: Span64, window: Range<Timestamp>
  ) -> [(word: Word, start: Timestamp, end: Timestamp)] {
    var spans: [(word: Word, start: Timestamp, end: Timestamp)] = []
    for (place, reading) in readings.enumerated() {
      let next = place + 1 < readings.count ? readings[place + 1].time : .distantFuture
      let start = max(reading.time, window.lowerBound)
      let end = min(min(next, reading.time + hold), window.upperBound)
      guard start < end, let word = reading.word else { continue }
      if let last = spans.last, last.word == word, last.end == start {
        spans[spans.count - 1].end = end
      } else {
        spans.append((word, start, end))
      }
    }
    return spans
  }
}
