/// What a machine of the fleet is.
public enum FleetKind: String, Hashable, Sendable, CaseIterable {
  case motor
  case pump
  case fan
  case compressor
  case spindle
  case gearbox

  /// The equipment template that a plant engineer would choose.
  public var template: String {
    switch self {
    case .motor: "induction-motor"
    case .pump: "pump"
    case .fan: "fan"
    case .compressor: "compressor"
    case .spindle: "cnc-machine"
    case .gearbox: "rotating-machine"
    }
  }

  public var faults: [FleetFault] {
    switch self {
    case .motor:
      [
        .imbalance, .misalignment, .looseness, .bearingWear, .lubricationLoss, .windingOverheating, .coolingFouling,
      ]
    case .pump:
      [
        .imbalance, .misalignment, .looseness, .bearingWear, .lubricationLoss, .cavitation, .clogging,
        .internalLeakage, .windingOverheating,
      ]
    case .fan:
      [.imbalance, .misalignment, .looseness, .bearingWear, .lubricationLoss, .clogging, .windingOverheating]
    case .compressor:
      [
        .misalignment, .bearingWear, .lubricationLoss, .clogging, .coolingFouling, .internalLeakage,
        .windingOverheating,
      ]
    case .spindle: [.imbalance, .looseness, .bearingWear, .lubricationLoss, .coolingFouling]
    case .gearbox: [.imbalance, .misalignment, .looseness, .bearingWear, .lubricationLoss, .coolingFouling]
    }
  }

  var quantities: [FleetQuantity] {
    let vibration: [FleetQuantity] = [
      .velocityHorizontal, .velocityVertical, .velocityAxial, .acceleration, .envelope, .kurtosis,
    ]
    let drive: [FleetQuantity] = [.speed, .current, .activePower, .windingTemperature]
    let bearings: [FleetQuantity] = [.bearingDrive, .bearingOther]
    return switch self {
    case .motor: vibration + drive + bearings + [.ambient]
    case .pump: vibration + drive + bearings + [.ambient, .suction, .discharge, .flow]
    case .fan: vibration + drive + bearings + [.ambient, .differential, .filter, .flow]
    case .compressor:
      vibration + drive + bearings + [.ambient, .discharge, .outletTemperature, .oilTemperature, .filter, .flow]
    case .spindle: vibration + drive + bearings + [.ambient, .torque, .coolantTemperature]
    case .gearbox: vibration + [.speed, .torque, .activePower, .oilTemperature] + bearings + [.ambient]
    }
  }
}

/// What is measured.
enum FleetQuantity: Int, Hashable, Sendable, CaseIterable {
  case velocityHorizontal, velocityVertical, velocityAxial, acceleration, envelope, kurtosis
  case speed, torque, current, activePower
  case windingTemperature, bearingDrive, bearingOther, oilTemperature, coolantTemperature, outletTemperature, ambient
  case suction, discharge, differential, filter, flow

  /// Deviation of the noise: a share of the value, and something that stays at zero; the second is what a reading
  /// never falls below in practice (resolution, hum).
  var noise: (relative: Double, absolute: Double) {
    switch self {
    case .velocityHorizontal, .velocityVertical, .velocityAxial: (0.05, 0.02)
    case .acceleration: (0.06, 0.01)
    case .envelope: (0.08, 0.004)
    case .kurtosis: (0, 0.12)
    case .speed: (0.001, 0.5)
    case .torque: (0.015, 0.1)
    case .current, .activePower: (0.012, 0.02)
    case .windingTemperature, .bearingDrive, .bearingOther, .oilTemperature, .outletTemperature: (0, 0.4)
    case .coolantTemperature, .ambient: (0, 0.25)
    case .suction: (0.01, 0.01)
    case .discharge: (0.01, 0.01)
    case .differential: (0.015, 3)
    case .filter: (0.02, 1.5)
    case .flow: (0.012, 0.05)
    }
  }

  /// Deviation of the 1 Hz readings within a frame, as a share of the value (temperatures: in K).
  var spread: Double {
    switch self {
    case .velocityHorizontal, .velocityVertical, .velocityAxial: 0.08
    case .acceleration, .envelope: 0.12
    case .kurtosis: 0.06
    case .speed: 0.002
    case .torque, .current, .activePower: 0.03
    case .windingTemperature, .bearingDrive, .bearingOther, .oilTemperature, .outletTemperature: 0.3
    case .coolantTemperature, .ambient: 0.2
    case .suction, .discharge, .differential, .filter, .flow: 0.02
    }
  }

  var isTemperature: Bool {
    switch self {
    case .windingTemperature, .bearingDrive, .bearingOther, .oilTemperature, .coolantTemperature, .outletTemperature,
      .ambient:
      true
    default: false
    }
  }

  func signal(_ kind: FleetKind) -> FleetSignal {
    switch self {
    case .velocityHorizontal: FleetSignal("velocity-horizontal", "mm/s")
    case .velocityVertical: FleetSignal("velocity-vertical", "mm/s")
    case .velocityAxial: FleetSignal("velocity-axial", "mm/s")
    case .acceleration: FleetSignal("acceleration", "g")
    case .envelope: FleetSignal("envelope", "g")
    case .kurtosis: FleetSignal("kurtosis", "1")
    case .speed: FleetSignal(kind == .spindle ? "spindle-speed" : "speed", "rpm")
    case .torque: FleetSignal("torque", "N·m")
    case .current: FleetSignal("current", "A")
    case .activePower: FleetSignal("active-power", "kW")
    case .windingTemperature: FleetSignal("winding-temperature", "°C")
    case .bearingDrive: FleetSignal("bearing-temperature-de", "°C")
    case .bearingOther: FleetSignal("bearing-temperature-nde", "°C")
    case .oilTemperature: FleetSignal("oil-temperature", "°C")
    case .coolantTemperature: FleetSignal("coolant-temperature", "°C")
    case .outletTemperature: FleetSignal("temperature", "°C")
    case .ambient: FleetSignal(kind == .compressor ? "inlet-temperature" : "ambient-temperature", "°C")
    case .suction: FleetSignal("suction-pressure", "bar")
    case .discharge: FleetSignal(kind == .compressor ? "pressure" : "discharge-pressure", "bar")
    case .differential: FleetSignal("differential-pressure", "Pa")
    case .filter: FleetSignal("filter-differential-pressure", "Pa")
    case .flow: FleetSignal("flow", kind == .compressor ? "Nm³/h" : "m³/h")
    }
  }
}

/// A signal as templates name it.
public struct FleetSignal: Hashable, Sendable {
  public var name: String
  public var unit: String
  init(_ name: String, _ unit: String) {
    self.name = name
    self.unit = unit
  }
}
