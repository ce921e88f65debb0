import Telemetry

/// What was used, burnt, bought or topped up in a period: the amount that a factor is multiplied with.
public struct Activity: Hashable, Sendable {
  /// One line of electricity, as GB/T 32151.34-2024 Annex D asks for it.
  public struct Electricity: Hashable, Sendable {
    public enum Acquisition: String, CaseIterable, Hashable, Sendable {
      case purchased
      case selfGenerated = "self-generated"
      /// Sold to the grid or to others.
      case exported
    }
    public enum Attribute: String, CaseIterable, Hashable, Sendable {
      case ordinary
      case nonFossil = "non-fossil"
      case fossil
    }
    public var acquisition: Acquisition
    public var attribute: Attribute
    /// Certificate, trade contract or monthly record of the own generation; nil = none.
    public var proof: String?

    public init(_ acquisition: Acquisition, _ attribute: Attribute, proof: String? = nil) {
      self.acquisition = acquisition
      self.attribute = attribute
      self.proof = proof
    }

    public static let ordinary = Electricity(.purchased, .ordinary)
  }

  public enum Kind: Hashable, Sendable {
    /// Energy.
    case electricity(Electricity)
    /// Burnt on site: mass, litres (with the density of the tables) or normal cubic metres, by the fuel's set.
    case fuel(String)
    /// Purchased heat: energy.
    case heat
    /// Heat sold to others: energy.
    case exportedHeat
    /// Purchased steam: mass, of the state that the tables know by this name (nil = the site's).
    case steam(String?)
    /// Purchased hot water: mass at this temperature, °C.
    case hotWater(ExactDecimal)
    /// Gas or blend that was topped up: mass.
    case refrigerant(String)
    /// Carbonate that decomposed: mass.
    case carbonate(String)
    /// Any other factor of the tables, `<set>/<name>`; the scope where the table does not say it.
    case listed(String, scope: Int?)
    /// Emissions that are known as such, from a mass balance, a measurement or a supplier: mass of CO2 or CO2e.
    case entered(scope: Int, gas: GasCoverage, gwp: String?)
    /// Bought offsets: mass. Listed apart, never netted.
    case offset
  }

  public var kind: Kind
  public var amount: ExactDecimal
  /// `kWh`, `Nm³`, `L`, `t`, …
  public var unit: String

  public init(_ kind: Kind, _ amount: ExactDecimal, _ unit: String) {
    self.kind = kind
    self.amount = amount
    self.unit = unit
  }
}
