import Rules
import Telemetry
import Templates

/// The registers of an asset, and where they are. Equal assets share the lists.
struct RegisterLists: Sendable {
  let registers: [EnergyRegister]
  /// Position in `registers` by position in `Asset.signals`.
  let registerOfSignal: [Int?]

  init(_ asset: Asset, settings: EnergySettings) {
    let registers = asset.signals.indices.compactMap { EnergyRegister(signal: $0, of: asset, settings: settings) }
    self.registers = registers
    registerOfSignal = asset.signals.indices.map { signal in registers.firstIndex { $0.signal == signal } }
  }
}

/// Makes the lists of assets and remembers the last ones.
struct RegisterListMaker: Sendable {
  /// Everything of an asset that its registers are made of.
  private struct Key: Equatable, Sendable {
    var signals: [Signal]
    var ratedPower: ScaledInteger?
    var settings: EnergySettings
  }

  private let last = LastMade<Key, RegisterLists>()

  func lists(of asset: Asset, settings: EnergySettings) -> RegisterLists {
    last.value(for: Key(signals: asset.signals, ratedPower: asset.ratedPower, settings: settings)) {
      RegisterLists(asset, settings: settings)
    }
  }
}
