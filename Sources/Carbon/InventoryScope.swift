import Telemetry
import Templates

/// Which quantities emit, and which meters' counts make the site's inventory of them.
enum InventoryScope {
  static func emits(_ quantity: Signal.Quantity) -> Bool {
    switch quantity {
    case .activeEnergyImport, .activeEnergyGeneration, .activeEnergyExport, .gasVolume, .gasVolumeNormal, .heatEnergy,
      .steamMass:
      true
    default: false
    }
  }

  /// Of what is made or sold, the meters that stand there; of everything else, those that take it in.
  static func roles(_ quantity: Signal.Quantity) -> Set<Asset.EnergyRole>? {
    switch quantity {
    case .activeEnergyGeneration: [.generation]
    case .activeEnergyExport: [.gridImport, .gridExport]
    default: nil
    }
  }
}
