import Telemetry
import Templates

/// A register of an asset as the energy rule sees it.
struct EnergyRegister: Sendable {
  /// Position in `Asset.signals`.
  var signal: Int
  var name: String
  var quantity: Signal.Quantity
  var resolution: Int8
  var limits: CounterLimits
  /// A gap longer than this is missing data.
  var expected: Span64
  /// R(t) is the last reading if that is younger than this: one expected interval, but no more than a window, so that
  /// an hourly meter is spread over its quarters and a reading that is missing at a boundary is not taken for zero.
  var validity: Span64

  init?(signal: Int, of asset: Asset, settings: EnergySettings) {
    let definition = asset.signals[signal]
    guard case .register(let quantity) = definition.kind else { return nil }
    self.signal = signal
    name = definition.name
    self.quantity = quantity
    resolution = definition.resolution
    limits = CounterLimits(
      ratedPower: asset.ratedPower, factor: settings.plausibilityFactor, modulus: definition.modulus,
      resolution: definition.resolution)
    expected = definition.expectedInterval
    validity = min(definition.expectedInterval, settings.window)
  }

  /// The reading in units of the last digit. More digits than the register has are rounded half-even; what cannot be
  /// a register value becomes one that the state machine calls implausible.
  func reading(_ sample: Sample) -> CounterMachine.Reading {
    guard case .scaled(let value) = sample.value, let rounded = value.rounded(to: resolution) else {
      return CounterMachine.Reading(time: sample.time, value: -1)
    }
    return CounterMachine.Reading(time: sample.time, value: rounded.mantissa)
  }

  func scaled(_ units: Int64) -> ScaledInteger { ScaledInteger(units, exponent: resolution) }

  /// Positions of the registers that decide on coverage and quality: active energy, if there is any.
  static func deciding(_ registers: [EnergyRegister]) -> [Int] {
    let active = registers.indices.filter { registers[$0].quantity == .activeEnergyImport }
    return active.isEmpty ? Array(registers.indices) : active
  }
}
