import CLinux
import Foundation
import Telemetry

/// The system's clock as the plant's clock: never goes back, does not believe a leap at once, and tells of both.
///
/// * The wall clock was set back: marks stand still until it has caught up. Windows close late, and nothing twice.
/// * The wall clock leaps ahead by more than `doubtfulLeap`: marks go on at the monotonic pace, and follow the wall clock
///   only if it stays there for `confirmation`. A mark can never be taken back, so a glitch must not become one.
///
/// One owner (the journal writer, under its lock). Time is read through a closure, so that tests can step it.
struct PlantClock {
  /// A difference between the wall clock and the monotonic clock that is called a step.
  static let stepThreshold = Span64.seconds(2)
  static let doubtfulLeap = Span64.hours(1)
  static let confirmation = Span64.minutes(5)

  private let read: @Sendable () -> (wall: Timestamp, monotonic: Timestamp)
  private var last = Timestamp.distantPast
  private var previous: (wall: Timestamp, monotonic: Timestamp)?
  /// Monotonic time at which a doubtful leap was seen first.
  private var leapSince: Timestamp?
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

  /// Whether something (NTP, PTP) keeps the system's clock in time, as the kernel knows it.
  static var isSynchronised: Bool {
    var state = timex()
    return adjtimex(&state) != TIME_ERROR
  }

  private static func nanoseconds(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The next mark.
  mutating func now() -> Timestamp {
    let reading = read()
    guard let previous else {
      previous = reading
      last = max(last, reading.wall)
      return last
    }
    let elapsed = max(.zero, reading.monotonic - previous.monotonic)
    let step = Span64(nanoseconds: (reading.wall - previous.wall).nanoseconds - elapsed.nanoseconds)
    if step.nanoseconds.magnitude >= Self.stepThreshold.nanoseconds.magnitude,
      step.nanoseconds.magnitude > unreportedStep.nanoseconds.magnitude
    {
      unreportedStep = step
    }
    self.previous = reading
    let paced = last + elapsed
    if reading.wall - paced > Self.doubtfulLeap {
      let since = leapSince ?? reading.monotonic
      leapSince = since
      last = reading.monotonic - since >= Self.confirmation ? reading.wall : paced
    } else {
      leapSince = nil
      last = max(last, reading.wall)
    }
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
