extension Signal {
  /// What a register or delta counts. Each has one unit, so that figures of many meters can be added up.
  public enum Quantity: String, Hashable, Sendable, CaseIterable {
    // The first three have members of their own in energy records; their order is part of the saved state.
    case activeEnergyImport = "active-energy-import"
    case reactiveEnergyLagging = "reactive-energy-lagging"
    case reactiveEnergyLeading = "reactive-energy-leading"
    case activeEnergyExport = "active-energy-export"
    /// Of a generator on site, before the plant's own use.
    case activeEnergyGeneration = "active-energy-generation"
    case batteryEnergyCharged = "battery-energy-charged"
    case batteryEnergyDischarged = "battery-energy-discharged"
    /// At the pressure and temperature in the meter.
    case gasVolume = "gas-volume"
    /// At 0 °C and 101.325 kPa, as the meter or its converter computes it.
    case gasVolumeNormal = "gas-volume-normal"
    case waterVolume = "water-volume"
    case steamMass = "steam-mass"
    case heatEnergy = "heat-energy"
    case coolingEnergy = "cooling-energy"
    case compressedAirVolume = "compressed-air-volume"
    case compressedAirVolumeNormal = "compressed-air-volume-normal"
    case nitrogenVolume = "nitrogen-volume"
    case nitrogenVolumeNormal = "nitrogen-volume-normal"
    /// Good and bad pieces together, or what the machine counts.
    case productionCount = "production-count"
    /// Good pieces alone.
    case goodCount = "good-count"
    case rejectCount = "reject-count"
    case cycleCount = "cycle-count"
    case operatingTime = "operating-time"
    case travelledDistance = "travelled-distance"

    /// The unit inside the gateway and in records. Heat and cold are in GJ because kWh, MWh, MJ and GJ all have a
    /// finite decimal form there.
    public var unit: String {
      switch self {
      case .activeEnergyImport, .activeEnergyExport, .activeEnergyGeneration, .batteryEnergyCharged,
        .batteryEnergyDischarged:
        "kWh"
      case .reactiveEnergyLagging, .reactiveEnergyLeading: "kvarh"
      case .gasVolume, .waterVolume, .compressedAirVolume, .nitrogenVolume: "m³"
      case .gasVolumeNormal, .compressedAirVolumeNormal, .nitrogenVolumeNormal: "Nm³"
      case .steamMass: "kg"
      case .heatEnergy, .coolingEnergy: "GJ"
      case .productionCount, .goodCount, .rejectCount, .cycleCount: "pcs"
      case .operatingTime: "h"
      case .travelledDistance: "m"
      }
    }

    /// Whether the asset's rated electric power bounds what it can count.
    public var isElectric: Bool { unit == "kWh" || unit == "kvarh" }

    /// Has a member of its own in energy records; the others are under `amounts`.
    public var isElectricityMeter: Bool {
      self == .activeEnergyImport || self == .reactiveEnergyLagging || self == .reactiveEnergyLeading
    }
  }
}

extension Signal.Kind {
  /// What a register or delta counts; nil for the other kinds.
  public var quantity: Signal.Quantity? {
    switch self {
    case .register(let quantity), .delta(let quantity): quantity
    case .gauge, .state, .event: nil
    }
  }
}
