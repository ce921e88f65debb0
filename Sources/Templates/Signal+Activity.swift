import Factors

extension Signal.Quantity {
  /// What an amount of it is in an inventory, in the quantity's own unit; nil for what has no emissions of its own: what is
  /// made from carriers that are metered (compressed air, cold), and what is no energy.
  ///
  /// - Parameter fuel: which fuel of the fuel set a gas meter counts, or a generator burns.
  /// - Throws: for a gas meter without fuel, or one that counts no normal cubic metres.
  public func activityKind(fuel: String?) throws(FactorProblem) -> Activity.Kind? {
    switch self {
    case .activeEnergyImport: return .electricity(.ordinary)
    case .activeEnergyExport: return .electricity(Activity.Electricity(.exported, .ordinary))
    case .activeEnergyGeneration:
      // With a fuel it is a generator set, and the fuel's own meter counts.
      return .electricity(
        fuel == nil
          ? Activity.Electricity(.selfGenerated, .nonFossil, proof: "metered generation")
          : Activity.Electricity(.selfGenerated, .fossil))
    case .gasVolumeNormal:
      guard let fuel else {
        throw FactorProblem(
          "nothing says which fuel the gas meter counts", remedy: "add `fuel: natural_gas` to the asset")
      }
      return .fuel(fuel)
    case .gasVolume:
      throw FactorProblem(
        "the gas meter counts cubic metres at its own pressure and temperature",
        remedy: "map the register of normal cubic metres (counts: gas-volume-normal); a m³ is not an Nm³")
    case .steamMass: return .steam(nil)
    case .heatEnergy: return .heat
    case .reactiveEnergyLagging, .reactiveEnergyLeading, .batteryEnergyCharged, .batteryEnergyDischarged, .waterVolume,
      .coolingEnergy, .compressedAirVolume, .compressedAirVolumeNormal, .nitrogenVolume, .nitrogenVolumeNormal,
      .productionCount, .goodCount, .rejectCount, .cycleCount, .operatingTime, .travelledDistance:
      return nil
    }
  }
}
