import Factors
import Rules
import Telemetry
import Templates

/// What a meter's figures are in an inventory.
struct MeteredActivity: Hashable, Sendable {
  var quantity: Signal.Quantity
  var activity: Activity

  /// In the order of the quantities; of what is no energy and no fuel (pieces, hours, water), nothing.
  ///
  /// A volume at operating conditions is left out where the same meter gives normal cubic metres; where it does not, the
  /// calculator says what is missing.
  static func of(_ figures: MeterFigures, asset: Asset) throws(DecimalError) -> [MeteredActivity] {
    let hasNormal = figures.amount(.gasVolumeNormal) != nil
    var activities: [MeteredActivity] = []
    for amount in figures.amounts where !(hasNormal && amount.quantity == .gasVolume) {
      guard let kind = kind(amount.quantity, asset.metering, id: asset.id) else { continue }
      activities.append(
        MeteredActivity(
          quantity: amount.quantity,
          activity: Activity(kind, try ExactDecimal(amount.value), amount.quantity.unit)))
    }
    return activities
  }

  /// Nil for what has no emissions of its own.
  static func kind(_ quantity: Signal.Quantity, _ metering: Asset.Metering, id: String) -> Activity.Kind? {
    switch quantity {
    case .activeEnergyImport:
      // A generator's own meter may count what it makes as import.
      metering.role == .generation ? generated(metering, id) : .electricity(.ordinary)
    case .activeEnergyGeneration: generated(metering, id)
    case .activeEnergyExport: .electricity(Activity.Electricity(.exported, .ordinary))
    case .gasVolume, .gasVolumeNormal: .fuel(metering.fuel ?? "")
    case .heatEnergy: .heat
    case .steamMass: .steam(nil)
    default: nil
    }
  }

  /// With a fuel it is counted with that (scope 1); else it is sun, wind or water, and the meter is the record of it.
  private static func generated(_ metering: Asset.Metering, _ id: String) -> Activity.Kind {
    .electricity(
      metering.fuel == nil
        ? Activity.Electricity(.selfGenerated, .nonFossil, proof: "metered by \(id)")
        : Activity.Electricity(.selfGenerated, .fossil))
  }
}

extension Activity {
  /// For records: `electricity purchased ordinary`, `fuel natural_gas`.
  var label: String {
    switch kind {
    case .electricity(let electricity):
      "electricity \(electricity.acquisition.rawValue) \(electricity.attribute.rawValue)"
    case .fuel(let name): name.isEmpty ? "fuel" : "fuel \(name)"
    case .heat: "heat purchased"
    case .exportedHeat: "heat exported"
    case .steam(let state): state.map { "steam \($0)" } ?? "steam"
    case .hotWater(let temperature): "hot water \(temperature) °C"
    case .refrigerant(let name): "refrigerant \(name)"
    case .carbonate(let name): "carbonate \(name)"
    case .listed(let id, _): id
    case .entered(let scope, let gas, _): "\(gas.rawValue) of scope \(scope)"
    case .offset: "offset"
    }
  }
}
