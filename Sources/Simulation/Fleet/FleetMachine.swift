import Foundation
import Telemetry

/// One machine of the fleet: what it is, how it runs, and what will happen to it.
public struct FleetMachine: Hashable, Sendable {
  /// When it runs.
  public enum Duty: String, Hashable, Sendable, CaseIterable {
    /// Always, with a stop of some hours every few weeks.
    case continuous
    /// Two shifts from Monday to Friday.
    case shifts
    /// Hours on one of some recipes, then a pause.
    case batches
    /// Always, at a speed that follows the hour of the day.
    case variable
  }

  /// A fault of one of its sensors.
  public struct SensorTrouble: Hashable, Sendable {
    public var fault: FleetSensorFault
    /// Position in `signals`.
    public var signal: Int
    public var start: Timestamp
    public var end: Timestamp
  }

  public var id: String
  public var kind: FleetKind
  public var duty: Duty
  public var signals: [FleetSignal]
  /// In kW and rpm.
  public var ratedPower: Double
  public var ratedSpeed: Double
  /// First frame.
  public var start: Timestamp
  /// End of the watch of a machine that does not fail.
  public var end: Timestamp
  /// Nil: it stays healthy.
  public var fault: FleetFault?
  /// The first sign is possible from here on.
  public var onset: Timestamp?
  public var trouble: SensorTrouble?
  /// A new product or set point changes its load from here on; nothing is wrong with it.
  public var newLoad: Timestamp?

  let quantities: [FleetQuantity]
  let seed: UInt64
  /// Of the hours of `FleetFault.medianHours`.
  let lifeFactor: Double
  /// Of the signatures at the failure.
  let severity: Double

  static func draw(_ index: Int, seed: UInt64, kind: FleetKind, fault: FleetFault?, start: Timestamp) -> FleetMachine {
    let id = "\(kind.rawValue)-\(index + 1)"
    var random = SeededGenerator(seed: seed, name: id)
    let quantities = kind.quantities
    let day = Span64.days(1).nanoseconds
    func days(_ low: Double, _ high: Double) -> Span64 {
      Span64(nanoseconds: Int64((low + (high - low) * random.uniform()) * Double(day)))
    }
    let duties = FleetMachine.Duty.allCases
    let duty = duties[Int(random.next() % UInt64(duties.count))]
    let power = [3.0, 7.5, 15, 30, 55, 90, 160][Int(random.next() % 7)]
    let speed = kind == .spindle ? 8000.0 : [985.0, 1480, 1480, 2960][Int(random.next() % 4)]
    var machine = FleetMachine(
      id: id, kind: kind, duty: duty, signals: quantities.map { $0.signal(kind) }, ratedPower: power,
      ratedSpeed: speed, start: start, end: start + days(100, 150), fault: fault, onset: nil, trouble: nil,
      newLoad: nil, quantities: quantities, seed: random.next(), lifeFactor: exp(0.35 * random.normal()),
      severity: exp(0.15 * random.normal()))
    if fault != nil { machine.onset = start + days(18, 50) }
    if random.chance(0.15) { machine.newLoad = start + days(15, 70) }
    // Sensors fail on a third of the healthy machines and, rarely, on those that fail themselves.
    if random.chance(fault == nil ? 0.4 : 0.08) {
      let faults = FleetSensorFault.allCases
      let from = start + days(14, 60)
      machine.trouble = SensorTrouble(
        fault: faults[Int(random.next() % UInt64(faults.count))],
        signal: Int(random.next() % UInt64(quantities.count)), start: from, end: from + days(1, 15))
    }
    return machine
  }

  /// What it measures, from the beginning until it fails or the watch ends.
  public func frames(every interval: Span64 = .minutes(10)) -> FleetStream {
    FleetStream(self, interval: interval)
  }
}

/// One machine over one interval, as its sensors tell it.
public struct FleetFrame: Hashable, Sendable {
  public enum State: UInt8, Hashable, Sendable { case stopped, starting, running }
  public var start: Timestamp
  public var end: Timestamp
  public var state: State
  /// Mean by position in `FleetMachine.signals`; nil = the sensor told nothing.
  public var values: [Double?]
  /// Standard deviation of the readings within the frame.
  public var spreads: [Double?]
  /// What no gateway knows: 0 = as new, 1 = functional failure. For judges only.
  public var damage: Double

  public init() {
    start = .distantPast
    end = .distantPast
    state = .stopped
    values = []
    spreads = []
    damage = 0
  }
}
