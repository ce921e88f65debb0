/// What a signal measures of a machine: what rules and fault models speak of, whatever the signal is called.
public enum MeasuredRole: Hashable, Sendable {
  /// mm/s RMS
  case vibrationVelocity
  /// µm RMS
  case vibrationDisplacement
  /// g or m/s² RMS
  case vibrationAcceleration
  /// High-frequency envelope, shock pulses: what bearings give off first.
  case envelope
  case kurtosis
  case crest
  /// Energy around a named line (`bpfo`, `1x`, `gear-mesh`).
  case bandEnergy(String)
  case bearingTemperature
  case windingTemperature
  case housingTemperature
  /// Of what is worked on or conveyed.
  case processTemperature
  /// Of oil or coolant.
  case coolantTemperature
  case ambientTemperature
  case current
  case voltage
  case currentUnbalance
  case voltageUnbalance
  case activePower
  case powerFactor
  case speed
  case torque
  /// A load, opening or rate in percent, a set point: what is asked of the machine.
  case load
  case flow
  case suctionPressure
  case dischargePressure
  case differentialPressure
  case pressure
  case level
  case humidity
  case acoustic
  /// Particles, water, viscosity … of a lubricant.
  case oilCondition
  case wear
  case usage
  case state
  /// Nothing that is known: watched, but no fault model speaks of it.
  case other

  /// The words of configuration and of fault models; of a band `band-energy:<name>`.
  public var word: String {
    if case .bandEnergy(let name) = self { return Self.bandPrefix + name }
    return Self.words.first { $0.role == self }?.word ?? "other"
  }

  public init?(word: String) {
    if word.hasPrefix(Self.bandPrefix), word.utf8.count > Self.bandPrefix.utf8.count {
      self = .bandEnergy(String(word.dropFirst(Self.bandPrefix.count)))
      return
    }
    guard let known = Self.words.first(where: { $0.word == word }) else { return nil }
    self = known.role
  }

  private static let bandPrefix = "band-energy:"

  /// Every word but those of bands.
  public static var allWords: [String] { words.map(\.word) }

  private static let words: [(word: String, role: MeasuredRole)] = [
    ("vibration-velocity", .vibrationVelocity), ("vibration-displacement", .vibrationDisplacement),
    ("vibration-acceleration", .vibrationAcceleration), ("envelope", .envelope), ("kurtosis", .kurtosis),
    ("crest", .crest), ("bearing-temperature", .bearingTemperature), ("winding-temperature", .windingTemperature),
    ("housing-temperature", .housingTemperature), ("process-temperature", .processTemperature),
    ("coolant-temperature", .coolantTemperature), ("ambient-temperature", .ambientTemperature),
    ("current", .current), ("voltage", .voltage), ("current-unbalance", .currentUnbalance),
    ("voltage-unbalance", .voltageUnbalance), ("active-power", .activePower), ("power-factor", .powerFactor),
    ("speed", .speed), ("torque", .torque), ("load", .load), ("flow", .flow), ("suction-pressure", .suctionPressure),
    ("discharge-pressure", .dischargePressure), ("differential-pressure", .differentialPressure),
    ("pressure", .pressure), ("level", .level), ("humidity", .humidity), ("acoustic", .acoustic),
    ("oil-condition", .oilCondition), ("wear", .wear), ("usage", .usage), ("state", .state), ("other", .other),
  ]

  /// What is asked of the machine, or around it: it explains other signals and is no symptom by itself.
  public var isOperatingPoint: Bool {
    switch self {
    case .speed, .load, .ambientTemperature: true
    default: false
    }
  }

  /// Wear and use only grow and levels follow the process: a new value of them says nothing of a fault.
  public var isWatched: Bool {
    switch self {
    case .state, .usage, .wear, .level: false
    default: true
    }
  }
}
