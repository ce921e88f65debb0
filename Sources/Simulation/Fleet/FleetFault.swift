/// How machines of the fleet fail. The signatures are in `FleetPhysics`, their sources in `README.md`.
public enum FleetFault: String, Hashable, Sendable, CaseIterable {
  case imbalance
  case misalignment
  case looseness
  case bearingWear = "bearing-wear"
  case lubricationLoss = "lubrication-loss"
  case cavitation
  case clogging
  case windingOverheating = "winding-overheating"
  case coolingFouling = "cooling-fouling"
  case internalLeakage = "internal-leakage"

  /// Median of the running hours at rated load from the first sign to the functional failure.
  public var medianHours: Double {
    switch self {
    case .imbalance: 600
    case .misalignment: 550
    case .looseness: 350
    case .bearingWear: 650
    case .lubricationLoss: 240
    case .cavitation: 300
    case .clogging: 400
    case .windingOverheating: 300
    case .coolingFouling: 600
    case .internalLeakage: 650
    }
  }

  /// Damage grows as (e^(k·u) − 1)/(e^k − 1) over the used share u of that time.
  var growth: Double {
    switch self {
    case .bearingWear: 3.5
    case .looseness: 3
    case .lubricationLoss, .windingOverheating: 2.5
    case .clogging: 2
    case .imbalance, .misalignment, .cavitation, .coolingFouling: 1.5
    case .internalLeakage: 1.2
    }
  }

  /// Wear per hour grows with this power of the load (of bearings: ISO 281).
  var loadExponent: Double {
    switch self {
    case .bearingWear: 3
    case .lubricationLoss, .windingOverheating, .looseness, .misalignment: 2
    case .imbalance, .cavitation, .clogging, .coolingFouling, .internalLeakage: 1
    }
  }
}

/// A fault of a sensor, not of the machine.
public enum FleetSensorFault: String, Hashable, Sendable, CaseIterable {
  /// The last value for hours or days.
  case stuck
  /// Slowly away from the truth.
  case drift
  /// Single values far outside.
  case spikes
  /// No values.
  case dropout
  /// Another zero from one moment to the next.
  case offset
}
