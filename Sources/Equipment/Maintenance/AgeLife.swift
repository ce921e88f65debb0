import Rules
import Telemetry

/// Life by age: from the lives that people recorded, of machines of one kind.
///
/// A life is counted in hours of running. It begins with a record that renews the machine, or that part of it which fails in
/// this way (`begins`), and ends with the next one: with a failure if the fault was found there (or the machine had failed
/// of it), else it was cut off. What is known of a machine only from the middle of its life is left out.
public struct AgeLife: Hashable, Sendable {
  public struct Life: Hashable, Sendable {
    public var hours: Double
    public var isFailure: Bool

    public init(hours: Double, isFailure: Bool) {
      self.hours = hours
      self.isFailure = isFailure
    }
  }

  /// As few tell nothing of the shape.
  public static let needed = 3

  /// Of one kind of machine and one fault.
  public var lives: [Life]

  /// - Parameters:
  ///   - machines: of one kind.
  ///   - records: in force, by the time of the work.
  public init(_ machines: [MaintenanceHistory.Machine], records: [MaintenanceRecord], fault: String) {
    lives = []
    for machine in machines {
      var began: Double?
      for record in records where record.asset == machine.name && Self.begins(record, fault) {
        let hours = Self.hours(machine, at: record.failed ?? record.time)
        if let began, let hours, hours > began {
          lives.append(Life(hours: hours - began, isFailure: Self.ends(record, by: fault)))
        }
        began = Self.hours(machine, at: record.time)
      }
      if let began, machine.usage.hours > began {
        lives.append(Life(hours: machine.usage.hours - began, isFailure: false))
      }
    }
  }

  /// Whether work begins a new life of what fails in one way: a new machine does, and whatever is done about that fault. A
  /// new belt does not make a bearing new.
  ///
  /// - Parameter fault: nil = of whatever; then each replacement counts.
  static func begins(_ record: MaintenanceRecord, _ fault: String?) -> Bool {
    guard record.kind != .inspected else { return false }
    let about: String? =
      switch record.found {
      case .other(let what): what
      case .no: nil
      case .yes, nil: record.fault
      }
    guard let about, let fault else { return record.kind == .replaced }
    return about == fault
  }

  private static func ends(_ record: MaintenanceRecord, by fault: String) -> Bool {
    switch record.found {
    case .yes: record.fault == fault
    case .other(let what): what == fault
    case .no: false
    case nil: record.failed != nil && record.fault == fault
    }
  }

  /// Work on the day before a machine was first heard of is its beginning.
  private static func hours(_ machine: MaintenanceHistory.Machine, at time: Timestamp) -> Double? {
    if let hours = machine.usage.hours(at: time) { return hours }
    guard let first = machine.usage.first, first - time <= .days(1) else { return nil }
    return machine.usage.hours(at: first)
  }

  /// Hours of running since the last record that begins a life; nil if there is none that can be dated. Before the gateway
  /// knew the machine, it is taken to have run as it does now.
  ///
  /// - Parameter fault: nil = of the machine as a whole.
  public static func age(
    _ machine: MaintenanceHistory.Machine, records: [MaintenanceRecord], fault: String? = nil
  ) -> Double? {
    guard let last = records.last(where: { $0.asset == machine.name && begins($0, fault) }),
      let began = hours(machine, at: last.time) ?? machine.usage.assumedHours(at: last.time)
    else { return nil }
    return machine.usage.hours - began
  }

  public var failures: [Double] { lives.filter(\.isFailure).map(\.hours) }

  /// Hours of running that remain, or what is missing.
  public func remaining(age: Double?) -> LifeEstimate {
    let failures = failures
    guard failures.count >= Self.needed else {
      return .refused([.fewFailures(have: failures.count, needed: Self.needed)])
    }
    guard let life = Weibull.fit(failures: failures, running: lives.filter { !$0.isFailure }.map(\.hours)) else {
      return .refused([.noSpread(lives: failures.count)])
    }
    guard let age else { return .refused([.unknownAge]) }
    return .estimate(
      LifeEstimate.Quantiles(
        p10: life.remaining(age, quantile: 0.1), p50: life.remaining(age, quantile: 0.5),
        p90: life.remaining(age, quantile: 0.9)), method: .age)
  }
}
