import Telemetry

/// Global warming potentials over 100 years of one IPCC report. One inventory uses one set.
public struct GWPSet: Hashable, Sendable {
  public struct Gas: Hashable, Sendable {
    /// `HFC-32`
    public var name: String
    public var potential: FactorValue
    public init(name: String, potential: FactorValue) {
      self.name = name
      self.potential = potential
    }
  }

  /// `AR5`
  public var id: String
  public var isDefault: Bool
  public var provenance: Provenance
  public var gases: [Gas]

  public init(id: String, isDefault: Bool, provenance: Provenance, gases: [Gas]) {
    self.id = id
    self.isDefault = isDefault
    self.provenance = provenance
    self.gases = gases
  }

  public subscript(_ gas: String) -> Gas? { gases.first { $0.name == gas } }
}

/// A refrigerant of several gases.
public struct RefrigerantBlend: Hashable, Sendable {
  public struct Part: Hashable, Sendable {
    public var gas: String
    /// Share of the mass; all parts together 1.
    public var fraction: ExactDecimal
    public init(gas: String, fraction: ExactDecimal) {
      self.gas = gas
      self.fraction = fraction
    }
  }

  /// `R-410A`
  public var name: String
  public var parts: [Part]
  public var status: FactorStatus
  public var note: String?

  public init(name: String, parts: [Part], status: FactorStatus, note: String? = nil) {
    self.name = name
    self.parts = parts
    self.status = status
    self.note = note
  }
}
