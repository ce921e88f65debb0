/// What is measured; units of one dimension can be converted into one another.
///
/// A dimension is a product of kinds with exponents. Kinds are what a plant keeps apart, not the SI base: energy and
/// torque are two kinds although both are kg·m²/s², and a cubic metre at normal conditions is no cubic metre.
public struct Dimension: Hashable, Sendable {
  enum Kind: Int, CaseIterable, Sendable {
    case energy, reactiveEnergy, apparentEnergy, voltage, current, resistance, conductivity, temperature
    case temperatureDifference, pressure, force, torque, length, mass, normalVolume, standardVolume, turn, cycle, angle
    case illuminance, level, acidity, piece, pixel, yuan, euro, dollar, time

    var name: String {
      switch self {
      case .reactiveEnergy: "reactive energy"
      case .apparentEnergy: "apparent energy"
      case .temperatureDifference: "temperature difference"
      case .normalVolume: "volume at normal conditions"
      case .standardVolume: "volume at standard conditions"
      case .turn: "number of turns"
      case .cycle: "number of cycles"
      case .piece: "number of pieces"
      case .pixel: "pixels"
      default: "\(self)"
      }
    }
  }

  /// By `Kind.rawValue`.
  private(set) var exponents: [Int8]

  init(_ factors: (Kind, Int8)...) {
    exponents = Array(repeating: 0, count: Kind.allCases.count)
    for (kind, exponent) in factors { exponents[kind.rawValue] += exponent }
  }

  /// Multiplied by another one raised to a power.
  func times(_ other: Dimension, power: Int8 = 1) -> Dimension {
    var product = self
    for index in exponents.indices { product.exponents[index] &+= other.exponents[index] &* power }
    return product
  }

  /// Of the amount that a flow of this dimension adds up to.
  var timesTime: Dimension { times(Dimension((.time, 1))) }

  public static let energy = Dimension((.energy, 1))
  public static let power = Dimension((.energy, 1), (.time, -1))
  public static let reactiveEnergy = Dimension((.reactiveEnergy, 1))
  public static let volume = Dimension((.length, 3))
  public static let normalVolume = Dimension((.normalVolume, 1))
  public static let standardVolume = Dimension((.standardVolume, 1))
  public static let mass = Dimension((.mass, 1))
  public static let massFlow = Dimension((.mass, 1), (.time, -1))
  public static let temperature = Dimension((.temperature, 1))
  public static let temperatureDifference = Dimension((.temperatureDifference, 1))
  public static let pressure = Dimension((.pressure, 1))
  public static let reactivePower = Dimension((.reactiveEnergy, 1), (.time, -1))
  public static let apparentPower = Dimension((.apparentEnergy, 1), (.time, -1))
  public static let voltage = Dimension((.voltage, 1))
  public static let current = Dimension((.current, 1))
  public static let rotationalSpeed = Dimension((.turn, 1), (.time, -1))
  public static let frequency = Dimension((.cycle, 1), (.time, -1))
  public static let ratio = Dimension()

  /// Those with a name and listed units.
  private static let named: [(name: String, dimension: Dimension)] = [
    ("energy", .energy), ("power", .power), ("reactive energy", .reactiveEnergy),
    ("reactive power", .reactivePower),
    ("apparent power", .apparentPower), ("voltage", .voltage),
    ("current", .current), ("electric charge", Dimension((.current, 1), (.time, 1))),
    ("resistance", Dimension((.resistance, 1))), ("conductivity", Dimension((.conductivity, 1))),
    ("temperature", .temperature), ("temperature difference", .temperatureDifference), ("pressure", .pressure),
    ("length", Dimension((.length, 1))), ("area", Dimension((.length, 2))), ("volume", .volume),
    ("volume at normal conditions", .normalVolume), ("volume at standard conditions", .standardVolume),
    ("volume flow", Dimension((.length, 3), (.time, -1))),
    ("volume flow at normal conditions", Dimension((.normalVolume, 1), (.time, -1))), ("mass", .mass),
    ("mass flow", .massFlow), ("density", Dimension((.mass, 1), (.length, -3))),
    ("velocity", Dimension((.length, 1), (.time, -1))), ("acceleration", Dimension((.length, 1), (.time, -2))),
    ("rotational speed", .rotationalSpeed), ("frequency", .frequency),
    ("angle", Dimension((.angle, 1))), ("force", Dimension((.force, 1))), ("torque", Dimension((.torque, 1))),
    ("time", Dimension((.time, 1))), ("illuminance", Dimension((.illuminance, 1))), ("level", Dimension((.level, 1))),
    ("acidity", Dimension((.acidity, 1))), ("number of pieces", Dimension((.piece, 1))),
    ("rate of pieces", Dimension((.piece, 1), (.time, -1))),
    ("specific energy", Dimension((.energy, 1), (.mass, -1))), ("ratio", .ratio),
  ]

  public static var allCases: [Dimension] { named.map(\.dimension) }

  /// A name for people: `volume flow`, else the parts: `energy per number of pieces`.
  public var rawValue: String {
    if let known = Self.named.first(where: { $0.dimension == self }) { return known.name }
    func words(_ sign: Int8) -> String {
      Kind.allCases.filter { exponents[$0.rawValue] * sign > 0 }.map { kind in
        let power = exponents[kind.rawValue].magnitude
        return power == 1 ? kind.name : "\(kind.name)^\(power)"
      }.joined(separator: " × ")
    }
    let top = words(1)
    let bottom = words(-1)
    return bottom.isEmpty ? top : "\(top.isEmpty ? "1" : top) per \(bottom)"
  }
}
