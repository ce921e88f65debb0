import Foundation
import Telemetry

/// The system's clock as the plant's clock: never goes back, and tells when the system clock stepped.
///
/// One owner (the journal writer, under its lock). Time is read through a closure, so that tests can step it.
struct PlantClock {
  /// A difference between the wall clock and the monotonic clock that is called a step.
  static let stepThreshold = Span64.seconds(2)

  private let read: @Sendable () -> (wall: Timestamp, monotonic: Timestamp)
  private var last = Timestamp.distantPast
  private var previous: (wall: Timestamp, monotonic: Timestamp)?
  /// The largest step since the start that nobody was told of; zero if there was none.
  private(set) var unreportedStep = Span64.zero

  init(
    notBefore: Timestamp = .distantPast,
    read: @escaping @Sendable () -> (wall: Timestamp, monotonic: Timestamp) = PlantClock.system
  ) {
    self.read = read
    last = notBefore
  }

  @Sendable
  static func system() -> (wall: Timestamp, monotonic: Timestamp) {
    (Timestamp(nanoseconds: nanoseconds(CLOCK_REALTIME)), Timestamp(nanoseconds: nanoseconds(CLOCK_BOOTTIME)))
  }

  private static func nanoseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The next mark: the wall clock, or the last mark again while the wall clock is behind it.
  mutating func now() -> Timestamp {
    let reading = read()
    if let previous {
      let step = Span64(
        nanoseconds: (reading.wall - previous.wall).nanoseconds - (reading.monotonic - previous.monotonic).nanoseconds)
      if step.nanoseconds.magnitude >= Self.stepThreshold.nanoseconds.magnitude,
        step.nanoseconds.magnitude > unreportedStep.nanoseconds.magnitude
      {
        unreportedStep = step
      }
    }
    previous = reading
    last = max(last, reading.wall)
    return last
  }

  /// How far the marks are ahead of the wall clock (after it was set back); zero in ordinary life.
  var aheadOfWall: Span64 {
    guard let previous else { return .zero }
    return max(.zero, last - previous.wall)
  }

  mutating func takeStep() -> Span64 {
    defer { unreportedStep = .zero }
    return unreportedStep
  }
}
