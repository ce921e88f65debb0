import Rules
import Telemetry
import Templates

/// How far a machine is within the hours of running between two services.
public struct ServiceLife: Hashable, Sendable {
  public enum Step: Int, Hashable, Sendable {
    case fine = 0
    /// From `ServiceInterval.warn` on.
    case soon = 1
    case due = 2
  }

  public let interval: ServiceInterval
  /// Hours that it has run since. Before the gateway knew the machine, it is taken to have run as it does now.
  public let hours: Double
  /// When it was done last; nil = nobody has recorded it, and hours count since the gateway knows the machine.
  public let done: Timestamp?

  public init(_ interval: ServiceInterval, _ machine: MaintenanceHistory.Machine, records: [MaintenanceRecord]) {
    self.interval = interval
    let last = records.last {
      $0.asset == machine.name && $0.service == interval.service && $0.kind != .inspected
    }
    done = last?.time
    hours = max(0, machine.usage.hours - (last.flatMap { machine.usage.assumedHours(at: $0.time) } ?? 0))
  }

  var wholeHours: Double { interval.every.seconds / 3600 }

  public var step: Step {
    if hours >= wholeHours { return .due }
    return hours >= wholeHours * interval.warn.doubleValue / 100 ? .soon : .fine
  }

  /// When it will be due, if the machine runs on as in the last month; nil if it hardly runs.
  public func due(_ machine: MaintenanceHistory.Machine, now: Timestamp) -> Timestamp? {
    guard hours < wholeHours else { return now }
    guard let duty = machine.usage.duty, duty > 0.01 else { return nil }
    return now + .minutes(Int64(min((wholeHours - hours) / duty, 1e6) * 60))
  }
}
