import Telemetry
import Templates

/// A register of an asset, or a signal that sends amounts, as the energy rule sees it.
struct EnergyRegister: Sendable {
  /// Position in `Asset.signals`.
  var signal: Int
  var name: String
  var quantity: Signal.Quantity
  /// Each message carries what was counted since the one before (kind `delta`), not what the register shows.
  var isAmount: Bool
  var resolution: Int8
  var limits: CounterLimits
  /// A gap longer than this is missing data.
  var expected: Span64
  /// R(t) is the last reading if that is younger than this: one expected interval, but no more than a window, so that
  /// an hourly meter is spread over its quarters and a reading that is missing at a boundary is not taken for zero.
  /// An amount is never spread; it says for one expected interval that nothing more was counted.
  var validity: Span64

  init?(signal: Int, of asset: Asset, settings: EnergySettings) {
    let definition = asset.signals[signal]
    guard let quantity = definition.kind.quantity else { return nil }
    self.signal = signal
    name = definition.name
    self.quantity = quantity
    if case .delta = definition.kind { isAmount = true } else { isAmount = false }
    resolution = definition.resolution
    limits = CounterLimits(
      ratedPower: definition.maximumRate ?? (quantity.isElectric ? asset.ratedPower : nil),
      factor: settings.plausibilityFactor, modulus: definition.modulus,
      resolution: definition.resolution)
    expected = definition.expectedInterval
    validity = .zero
    adapt(to: settings.window)
  }

  /// Windows have another length.
  mutating func adapt(to window: Span64) { validity = isAmount ? expected : min(expected, window) }

  /// What the machine makes of a reading.
  func handle(_ reading: CounterMachine.Reading, _ machine: inout CounterMachine) -> CounterMachine.Outcome {
    isAmount
      ? machine.handleAmount(reading, limits: limits, expected: expected) : machine.handle(reading, limits: limits)
  }

  /// Start of the first window if this is the asset's first reading: an amount was counted before its time.
  func firstWindow(_ time: Timestamp, window: Span64) -> Timestamp {
    (isAmount ? Timestamp(nanoseconds: time.nanoseconds - 1) : time).windowStart(window)
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
