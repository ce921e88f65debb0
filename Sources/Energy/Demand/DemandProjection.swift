import Telemetry

/// What the demand of a running window will be when it ends, if power stays as it is.
///
/// An estimate, in doubles: it makes findings, never figures.
public struct DemandProjection: Hashable, Sendable {
  /// A value at a time: kWh of a register, or kW.
  public struct Point: Hashable, Sendable {
    public var time: Timestamp
    public var value: Double
    public init(time: Timestamp, value: Double) {
      self.time = time
      self.value = value
    }
  }

  public var start: Timestamp
  public var end: Timestamp
  /// The last reading: so far is measured.
  public var measuredTo: Timestamp
  /// kWh since the window's start.
  public var soFar: Double
  /// kW that is assumed until the end.
  public var power: Double
  /// kW of the whole window.
  public var projected: Double
  public var limit: Double
  /// Minutes from `measuredTo` to the end.
  public var minutesLeft: Double

  /// kW that must go off now, until the end, so that the limit holds; zero if it holds anyway.
  public var toShed: Double {
    guard projected > limit, minutesLeft > 0 else { return 0 }
    return (projected - limit) * windowMinutes / minutesLeft
  }

  /// Whether switching off can keep the limit still.
  public var isAvoidable: Bool { soFar <= limit * windowMinutes / 60 }

  private var windowMinutes: Double { (end - start).seconds / 60 }

  /// Power is taken as the mean of the last so many minutes: a starting crane is no trend.
  public static let trend = Span64.minutes(3)

  /// - Parameters:
  ///   - register: readings of the window, with the last one before it; resets bridged, ascending.
  ///   - powers: readings of power over `trend` before the newest; may be empty.
  ///   - now: inside the window.
  /// - Returns: nil as long as there are no readings to tell by: none at the window's start (within `trend`), none of
  ///   late, or nothing that says what the power is.
  public init?(
    register: [Point], powers: [Point], window: Span64, limit: Double, now: Timestamp
  ) {
    let start = now.windowStart(window)
    guard let last = register.last, last.time > start, now - last.time <= Self.trend,
      let opening = Self.value(of: register, at: start)
    else { return nil }
    let since = last.time - Self.trend
    // A register that is read often enough says best what flowed; else the gauge; else the window so far.
    let from = register.last { $0.time <= since } ?? register.first
    let power: Double
    if let from, (last.time - from.time).nanoseconds * 2 >= Self.trend.nanoseconds,
      (last.time - from.time).nanoseconds * 2 <= 3 * Self.trend.nanoseconds
    {
      power = (last.value - from.value) / ((last.time - from.time).seconds / 3600)
    } else if let mean = Self.mean(powers.filter { since < $0.time && $0.time <= now }) {
      power = mean
    } else if last.time - start >= Self.trend {
      power = (last.value - opening) / ((last.time - start).seconds / 3600)
    } else {
      return nil
    }
    self.start = start
    end = start + window
    measuredTo = min(last.time, start + window)
    soFar = last.value - opening
    self.power = power
    self.limit = limit
    minutesLeft = (end - measuredTo).seconds / 60
    projected = (soFar + power * minutesLeft / 60) * 60 / (window.seconds / 60)
  }

  /// The register at a time: by the readings around it, linearly, or the one just before.
  private static func value(of register: [Point], at time: Timestamp) -> Double? {
    let before = register.last { $0.time <= time }
    if let before, before.time == time { return before.value }
    let after = register.first { $0.time > time }
    guard let before else { return nil }
    guard let after else { return time - before.time <= trend ? before.value : nil }
    let share = (time - before.time).seconds / (after.time - before.time).seconds
    return before.value + (after.value - before.value) * share
  }

  private static func mean(_ points: [Point]) -> Double? {
    points.isEmpty ? nil : points.reduce(0) { $0 + $1.value } / Double(points.count)
  }
}
