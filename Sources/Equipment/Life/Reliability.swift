import Foundation

/// Plain figures of reliability.
public enum Reliability {
  /// Share of the time that something can be used: MTBF/(MTBF + MTTR).
  public static func availability(meanTimeBetweenFailures: Double, meanTimeToRepair: Double) -> Double? {
    let sum = meanTimeBetweenFailures + meanTimeToRepair
    return sum > 0 ? meanTimeBetweenFailures / sum : nil
  }

  /// Factor of the life of insulation that is hotter than its class allows.
  /// - Parameters:
  ///   - excess: K above the limit.
  ///   - halving: K that halve the life (a rule of thumb: 10; Montsinger 1930).
  public static func insulationLife(excess: Double, halving: Double) -> Double { exp2(-excess / halving) }
}

/// Maintenance after a number of running hours.
public struct RunningHoursPlan: Hashable, Sendable {
  public enum State: String, Hashable, Sendable { case ok, warn, due }

  public var lastService: Double
  public var interval: Double
  /// Share of the interval from which on it is said.
  public var warning: Double

  public init(lastService: Double, interval: Double, warning: Double = 0.9) {
    self.lastService = lastService
    self.interval = interval
    self.warning = warning
  }

  public var due: Double { lastService + interval }
  public var warn: Double { lastService + interval * warning }

  public func state(_ hours: Double) -> State { hours >= due ? .due : hours >= warn ? .warn : .ok }
}
