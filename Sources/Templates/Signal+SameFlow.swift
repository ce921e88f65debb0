extension Signal.Quantity {
  /// The quantity of the same gas at normal conditions; nil for all others.
  public var atNormalConditions: Signal.Quantity? {
    switch self {
    case .gasVolume: .gasVolumeNormal
    case .compressedAirVolume: .compressedAirVolumeNormal
    case .nitrogenVolume: .nitrogenVolumeNormal
    default: nil
    }
  }

  /// What counts the same flow better where one meter counts both: a gas at normal conditions, steam by its heat. Nil where
  /// there is no other.
  public var betterMeasure: Signal.Quantity? { self == .steamMass ? .heatEnergy : atNormalConditions }

  /// What a machine makes of the electricity that it takes in: its emissions are those of the electricity.
  public var isMadeOfElectricity: Bool {
    switch self {
    case .coolingEnergy, .compressedAirVolume, .compressedAirVolumeNormal, .nitrogenVolume, .nitrogenVolumeNormal: true
    default: false
    }
  }
}

extension Asset {
  /// What its registers and deltas count.
  public var quantities: Set<Signal.Quantity> { Set(signals.compactMap { $0.kind.quantity }) }
}
