import Foundation

/// What a machine's sensors would show without noise. Figures and sources: `README.md`.
struct FleetPhysics {
  private let kind: FleetKind
  private let power: Double
  private let speed: Double
  private let fault: FleetFault?
  private let severity: Double
  private let scale: [Double]
  private let velocity: Double
  private let acceleration: Double
  /// mm/s that the fault adds at the failure.
  private let failing: Double
  private let suction: Double
  private let drivePower: Double
  /// Temperatures lag behind.
  private var winding = 0.0
  private var drive = 0.0
  private var other = 0.0
  private var oil = 0.0
  private var coolant = 0.0
  private var outlet = 0.0

  /// True values by `FleetQuantity.rawValue`.
  private(set) var values: [Double]
  /// How much more than usual they fluctuate within a frame.
  private(set) var unrest: [Double]

  init(_ machine: FleetMachine) {
    var random = SeededGenerator(seed: machine.seed, name: "physics")
    kind = machine.kind
    power = machine.ratedPower
    speed = machine.ratedSpeed
    fault = machine.fault
    severity = machine.severity
    scale = FleetQuantity.allCases.map { _ in exp(0.12 * random.normal()) }
    velocity = 0.8 + 0.9 * random.uniform()
    acceleration = 0.3 + 0.7 * random.uniform()
    failing = 8.5 * machine.severity
    suction = 0.6 + 0.8 * random.uniform()
    drivePower = 0.92 + 0.03 * random.uniform()
    values = Array(repeating: 0, count: FleetQuantity.allCases.count)
    unrest = Array(repeating: 1, count: FleetQuantity.allCases.count)
  }

  private subscript(_ quantity: FleetQuantity) -> Double {
    get { values[quantity.rawValue] }
    set { values[quantity.rawValue] = newValue }
  }

  private mutating func restless(_ quantities: [FleetQuantity], _ factor: Double) {
    for quantity in quantities { unrest[quantity.rawValue] *= factor }
  }

  /// One frame further.
  /// - Parameters:
  ///   - point: shares of the rated speed and torque; nil = it stands.
  ///   - damage: 0 = none … 1 = failure.
  mutating func step(_ point: (speed: Double, load: Double)?, ambient: Double, damage: Double, seconds: Double) {
    for index in unrest.indices { unrest[index] = 1 }
    let d = fault == nil ? 0 : damage * severity
    self[.ambient] = ambient
    guard let point else {
      standing(ambient, seconds)
      return
    }
    let s = point.speed
    let torque = hydraulics(s, point.load, d)
    electrics(s, torque, d)
    vibration(s, torque, d)
    temperatures(s, torque, ambient, d, seconds)
  }

  private mutating func standing(_ ambient: Double, _ seconds: Double) {
    for quantity in FleetQuantity.allCases where !quantity.isTemperature { self[quantity] = 0 }
    self[.kurtosis] = 3
    self[.velocityHorizontal] = 0.06
    self[.velocityVertical] = 0.06
    self[.velocityAxial] = 0.05
    self[.acceleration] = 0.01
    self[.envelope] = 0.004
    self[.suction] = suction
    if kind == .pump { self[.discharge] = suction }
    if kind == .compressor { self[.discharge] = 6.8 }
    cool(winding: 0, drive: 0, other: 0, oil: 0, coolant: 0, outlet: 0, ambient, seconds, slower: 2)
  }

  /// Flow and pressures; returns the torque that they need.
  private mutating func hydraulics(_ s: Double, _ load: Double, _ d: Double) -> Double {
    var torque = load
    switch kind {
    case .pump, .fan:
      // Affinity laws: flow ∝ speed, pressure ∝ speed², and a falling characteristic.
      var flow = load / 0.8
      var head = 1.25 - 0.25 * flow * flow
      var effort = 1.0
      var inlet = suction - 0.1 * flow * flow * s * s
      switch fault {
      case .cavitation:
        inlet -= 0.35 * d
        flow *= 1 - 0.18 * d
        head *= 1 - 0.14 * d
        effort = 1 - 0.08 * d
        restless([.discharge, .flow, .suction], 1 + 3 * d)
      case .clogging where kind == .pump:
        flow *= 1 - 0.32 * d
        head = 1.25 - 0.25 * flow * flow
        effort = 1 - 0.14 * d
        inlet += 0.08 * d
      case .clogging:
        flow *= 1 - 0.28 * d
        head *= 1 + 0.08 * d
        effort = 1 - 0.12 * d
      case .internalLeakage:
        flow *= 1 - 0.22 * d
        head *= 1 - 0.16 * d
        effort = 1 + 0.06 * d
      default: break
      }
      torque = load * s * s * effort
      self[.flow] = 4.5 * power * scale[FleetQuantity.flow.rawValue] * flow * s * (kind == .fan ? 250 : 1)
      self[.suction] = inlet
      self[.discharge] = inlet + 4.5 * scale[FleetQuantity.discharge.rawValue] * head * s * s
      self[.differential] = 1400 * scale[FleetQuantity.differential.rawValue] * head * s * s
      let blocked = fault == .clogging ? 1 + 2.6 * d : 1
      self[.filter] = 160 * scale[FleetQuantity.filter.rawValue] * blocked * flow * flow * s * s
    case .compressor:
      var flow = load * s
      var pressure = 7.1
      switch fault {
      case .clogging:
        flow *= 1 - 0.1 * d
      case .internalLeakage:
        flow *= 1 - 0.22 * d
        pressure *= 1 - 0.05 * d
        torque *= 1 + 0.05 * d
      default: break
      }
      self[.flow] = 9 * power * flow
      self[.discharge] = pressure
      let blocked = fault == .clogging ? 1 + 2.6 * d : 1
      self[.filter] = 900 * scale[FleetQuantity.filter.rawValue] * blocked * load * load * s * s
    case .motor, .spindle, .gearbox: break
    }
    switch fault {
    case .misalignment: torque *= 1 + 0.015 * d
    case .lubricationLoss: torque *= 1 + 0.025 * d
    case .bearingWear: torque *= 1 + 0.01 * d
    default: break
    }
    return torque
  }

  private mutating func electrics(_ s: Double, _ torque: Double, _ d: Double) {
    let rated = power * 1000 / (speed * 2 * .pi / 60)
    self[.speed] = speed * s * (1 - 0.008 * (torque - 0.7))
    self[.torque] = rated * torque
    let hot = fault == .windingOverheating
    self[.activePower] = power * torque * s / drivePower * (hot ? 1 + 0.02 * d : 1)
    // 400 V, power factor 0.86; a third of the current magnetises.
    let full = power / 0.93 / (3.0.squareRoot() * 0.4 * 0.86)
    self[.current] = full * (0.09 + 0.9 * torque * torque).squareRoot() * (hot ? 1 + 0.09 * d : 1)
    if hot { restless([.current], 1 + 1.5 * d) }
  }

  private mutating func vibration(_ s: Double, _ torque: Double, _ d: Double) {
    let base = velocity * (0.35 + 0.65 * s * s) * (1 + 0.15 * (torque - 0.7))
    var added = (horizontal: 0.0, vertical: 0.0, axial: 0.0)
    var shaking = 1.0
    var buzz = 1.0
    var peaks = 0.0
    switch fault {
    case .imbalance:
      let v = failing * damageShare(d) * s * s
      added = (v, 0.75 * v, 0.15 * v)
      shaking = 1 + 0.3 * d
    case .misalignment:
      let v = failing * damageShare(d) * s * (0.6 + 0.4 * torque)
      added = (0.45 * v, 0.4 * v, v)
      shaking = 1 + 0.4 * d
    case .looseness:
      let v = failing * damageShare(d) * s
      added = (0.5 * v, v, 0.25 * v)
      shaking = 1 + 1.0 * d
      peaks = 1.1 * d
      restless([.velocityHorizontal, .velocityVertical, .velocityAxial, .acceleration], 1 + 4 * d)
    case .bearingWear:
      let v = 0.7 * failing * d * d * d
      added = (v, 0.8 * v, 0.5 * v)
      shaking = 1 + 6 * d
      buzz = 1 + 12 * d.squareRoot() * min(1, 3 * d)
      // Impulses grow, and drown in the general noise towards the end.
      peaks = 5 * (4 * d * max(0, 1.05 - d))
      restless([.acceleration, .envelope, .kurtosis], 1 + 2 * d)
    case .lubricationLoss:
      let v = 0.12 * failing * d
      added = (v, v, 0.6 * v)
      shaking = 1 + 3.2 * d
      buzz = 1 + 2.2 * d
      peaks = 0.35 * d
    case .cavitation:
      let v = 0.3 * failing * d
      added = (v, 0.9 * v, 0.6 * v)
      shaking = 1 + 3.5 * d
      buzz = 1 + 1.2 * d
      peaks = 0.7 * d
      restless([.velocityHorizontal, .velocityVertical, .acceleration], 1 + 1.5 * d)
    default: break
    }
    func joined(_ quantity: FleetQuantity, _ share: Double, _ more: Double) -> Double {
      let own = base * share * scale[quantity.rawValue]
      return (own * own + more * more).squareRoot()
    }
    self[.velocityHorizontal] = joined(.velocityHorizontal, 1, added.horizontal)
    self[.velocityVertical] = joined(.velocityVertical, 0.8, added.vertical)
    self[.velocityAxial] = joined(.velocityAxial, 0.5, added.axial)
    let own = acceleration * (0.2 + 0.8 * pow(s, 1.5)) * (1 + 0.2 * (torque - 0.7))
    self[.acceleration] = own * shaking
    self[.envelope] = 0.25 * own * scale[FleetQuantity.envelope.rawValue] * buzz
    self[.kurtosis] = 3 + 0.4 * abs(scale[FleetQuantity.kurtosis.rawValue] - 1) + peaks
  }

  /// Amplitudes carry the severity already.
  private func damageShare(_ d: Double) -> Double { severity > 0 ? d / severity : d }

  private mutating func temperatures(
    _ s: Double, _ torque: Double, _ ambient: Double, _ d: Double, _ seconds: Double
  ) {
    let current = 0.09 + 0.9 * torque * torque
    var windingRise = 58 * scale[FleetQuantity.windingTemperature.rawValue] * (0.2 + 0.8 * current) / (0.6 + 0.4 * s)
    var driveRise = 26 * scale[FleetQuantity.bearingDrive.rawValue] * (0.2 + 0.5 * s + 0.3 * torque)
    var otherRise = 20 * scale[FleetQuantity.bearingOther.rawValue] * (0.2 + 0.6 * s + 0.2 * torque)
    var oilRise = 38 * scale[FleetQuantity.oilTemperature.rawValue] * (0.3 + 0.7 * torque * s)
    var coolantRise = 5 * (0.4 + 0.6 * torque * s)
    var outletRise = 58 * scale[FleetQuantity.outletTemperature.rawValue] * (0.6 + 0.4 * torque)
    switch fault {
    case .imbalance:
      driveRise += 4 * d
      otherRise += 3 * d
    case .misalignment:
      driveRise += 10 * d
      otherRise += 3 * d
    case .looseness: driveRise += 2 * d
    case .bearingWear: driveRise += 18 * d * d * d
    case .lubricationLoss:
      driveRise += 26 * d
      oilRise += kind == .gearbox || kind == .compressor ? 6 * d : 0
    case .windingOverheating:
      windingRise += 50 * d
      driveRise += 4 * d
      otherRise += 4 * d
    case .coolingFouling:
      switch kind {
      case .compressor:
        oilRise += 24 * d
        outletRise += 24 * d
      case .gearbox:
        oilRise += 28 * d
        driveRise += 10 * d
        otherRise += 10 * d
      case .spindle:
        coolantRise += 13 * d
        driveRise += 12 * d
        otherRise += 12 * d
        windingRise += 14 * d
      default:
        windingRise += 34 * d
        driveRise += 11 * d
        otherRise += 16 * d
      }
    case .clogging where kind == .compressor: outletRise += 8 * d
    case .internalLeakage where kind == .compressor: outletRise += 15 * d
    default: break
    }
    cool(
      winding: windingRise, drive: driveRise, other: otherRise, oil: oilRise, coolant: coolantRise,
      outlet: outletRise, ambient, seconds, slower: 1)
  }

  /// First-order lags towards the rises above ambient; a standing machine cools slower, its fan stands too.
  private mutating func cool(
    winding: Double, drive: Double, other: Double, oil: Double, coolant: Double, outlet: Double, _ ambient: Double,
    _ seconds: Double, slower: Double
  ) {
    func lag(_ minutes: Double) -> Double { 1 - exp(-seconds / (60 * minutes * slower)) }
    self.winding += (winding - self.winding) * lag(45)
    self.drive += (drive - self.drive) * lag(40)
    self.other += (other - self.other) * lag(40)
    self.oil += (oil - self.oil) * lag(30)
    self.coolant += (coolant - self.coolant) * lag(25)
    self.outlet += (outlet - self.outlet) * lag(8)
    self[.windingTemperature] = ambient + self.winding
    self[.bearingDrive] = ambient + self.drive
    self[.bearingOther] = ambient + self.other
    self[.oilTemperature] = ambient + self.oil
    self[.coolantTemperature] = ambient + self.coolant
    self[.outletTemperature] = ambient + self.outlet
  }
}
