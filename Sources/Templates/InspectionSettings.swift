import Telemetry

/// Thresholds of the charts and tests of inspection stations. Product choices where nothing else is said.
public struct InspectionSettings: Hashable, Sendable {
  public enum RuleSet: String, CaseIterable, Hashable, Sendable {
    case nelson
    case westernElectric = "western-electric"

    /// How many tests it has.
    public var tests: Int { self == .nelson ? 8 : 4 }
  }

  /// Recognition accuracy below which a station is told (papers of the plant: 95 %), …
  public var accuracyLimit = ScaledInteger(95, exponent: -2)
  /// … the probability of telling it within a series although the accuracy is at the limit, …
  public var significance = ScaledInteger(5, exponent: -2)
  /// … and how many reviews a series has.
  public var reviews = 2000
  /// The change of a rate that is to be found fastest: 0.5 = half as much again.
  public var change = ScaledInteger(5, exponent: -1)
  /// Windows with results between two false alarms of one chart, on average.
  public var runLength = 20_000
  /// A baseline is learnt of at least so many windows …
  public var windows = 25
  /// … and so many pieces with the defect: 30 are known to ±18 %.
  public var defects = 30
  /// Defect codes of a station that have charts of their own; the others count in the station's.
  public var classes = 40
  public var rules = RuleSet.nelson
  /// Numbers of the set's tests. Each further one adds false alarms.
  public var tests = [1]
  /// Cpk that a measured value must have; nil = not judged.
  public var capability: ScaledInteger?
  /// Units that were rejected may appear at another station only after a release; false = not watched.
  public var interception = true
  /// A rejected unit is forgotten after so long.
  public var held = Span64.days(30)

  /// A verdict with less confidence is to be looked at by a person, …
  public var reviewConfidence = ScaledInteger(8, exponent: -1)
  /// … and this share of the others.
  public var reviewSample = ScaledInteger(1, exponent: -2)
  /// A file for each unit with a serial number; nil = none.
  public var units: UnitSettings?
  /// Lots that are accepted or refused by samples; nil = none.
  public var lots: LotSettings?

  public static let standard = InspectionSettings()
  public init() {}
}

/// How files of units are kept. Product choices.
public struct UnitSettings: Hashable, Sendable {
  /// What all of them take in the store; the oldest go for new ones.
  public var bytes = 1_000_000_000
  /// A unit of which nothing was heard for so long is told, wherever it stands.
  public var quiet = Span64.minutes(60)
  /// Stations that some products pass; the others pass all of their line.
  public var routes: [ProductRoute] = []
  public init() {}

  /// Which stations of a line units of certain products pass.
  public struct ProductRoute: Hashable, Sendable {
    /// Of `lines:`.
    public var line: String
    /// Names or patterns.
    public var products: [String]
    /// Ids or patterns, in the order of the line.
    public var stations: [String]

    public init(line: String, products: [String], stations: [String]) {
      self.line = line
      self.products = products
      self.stations = stations
    }
  }
}
