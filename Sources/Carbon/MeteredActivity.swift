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
  /// What the same meter counts better is left out: a volume at operating conditions beside normal cubic metres, the
  /// mass of steam beside its heat. Where it counts cubic metres only, the calculator says what is missing.
  static func of(_ figures: MeterFigures, asset: Asset) throws -> [MeteredActivity] {
    var activities: [MeteredActivity] = []
    for amount in figures.amounts {
      if let better = amount.quantity.betterMeasure, figures.amount(better) != nil { continue }
      guard let kind = try kind(amount.quantity, asset.metering) else { continue }
      activities.append(
        MeteredActivity(
          quantity: amount.quantity,
          activity: Activity(kind, try ExactDecimal(amount.value), amount.quantity.unit)))
    }
    return activities
  }

  /// Nil for what has no emissions of its own. A gas meter that does not say enough has a kind all the same: the
  /// calculator says what is missing.
  static func kind(
    _ quantity: Signal.Quantity, _ metering: Asset.Metering
  ) throws(FactorProblem) -> Activity.Kind? {
    switch quantity {
    case .gasVolume, .gasVolumeNormal: .fuel(metering.fuel ?? "")
    // A generator's own meter may count what it makes as import.
    case .activeEnergyImport where metering.role == .generation:
      try Signal.Quantity.activeEnergyGeneration.activityKind(fuel: metering.fuel)
    default: try quantity.activityKind(fuel: metering.fuel)
    }
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
