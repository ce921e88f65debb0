import Telemetry

/// A factor as it was used, with everything that it takes to check and to recompute the figure.
public struct EmissionFactor: Hashable, Sendable {
  /// A number that the factor is made of.
  public struct Parameter: Hashable, Sendable {
    public var id: String
    public var value: ExactDecimal
    public var unit: String
    public var status: FactorStatus
    public var override: FactorOverride?

    public init(id: String, value: ExactDecimal, unit: String, status: FactorStatus, override: FactorOverride?) {
      self.id = id
      self.value = value
      self.unit = unit
      self.status = status
      self.override = override
    }

    /// `42.652 GJ/t`; a plain number without unit.
    public var text: String { unit == "1" ? value.description : "\(value) \(unit)" }
  }

  /// `cn-grid-2023/CN-CQ/average`
  public var id: String
  public var set: String
  public var value: ExactDecimal
  /// `kgCO2/kWh`
  public var unit: String
  public var gas: GasCoverage
  /// Set of warming potentials in it; nil for CO2 alone.
  public var gwp: String?
  /// `CN`, `CN-CQ`, `CN/southwest`; nil = wherever the fuel burns.
  public var area: String?
  public var dataYear: Int?
  public var published: CivilDate?
  /// First and last day on which it may be used; nil = open.
  public var validFrom: CivilDate?
  public var validTo: CivilDate?
  /// The weakest of what it rests on.
  public var status: FactorStatus
  public var source: String
  public var url: String?
  public var fileHash: String?
  public var note: String?
  /// Not nil: the site has replaced the published value.
  public var override: FactorOverride?
  /// What it stands for, if it is not what the method asks for.
  public var label: String?
  public var parameters: [Parameter]

  public init(
    id: String, set: String, value: ExactDecimal, unit: String, gas: GasCoverage, gwp: String? = nil,
    area: String? = nil, dataYear: Int? = nil, provenance: Provenance, validTo: CivilDate? = nil, status: FactorStatus,
    note: String? = nil, override: FactorOverride? = nil, label: String? = nil, parameters: [Parameter] = []
  ) {
    self.id = id
    self.set = set
    self.value = value
    self.unit = unit
    self.gas = gas
    self.gwp = gwp
    self.area = area
    self.dataYear = dataYear
    published = provenance.published
    validFrom = provenance.published
    self.validTo = validTo
    self.status = status
    source = provenance.source
    url = provenance.url
    fileHash = provenance.fileHash
    self.note = note ?? provenance.note
    self.override = override
    self.label = label
    self.parameters = parameters
  }

  /// The cautions that a result with it must carry.
  public var warnings: [EmissionWarning] {
    var weak = parameters.filter { $0.status.caution != nil }
    if weak.isEmpty, let caution = status.caution {
      return [EmissionWarning(.unpublishedValue, "\(id) = \(value) \(unit) is \(caution)")]
    }
    weak.sort { $0.id < $1.id }
    return weak.map {
      EmissionWarning(.unpublishedValue, "\($0.id) = \($0.text) is \($0.status.caution ?? "doubtful")")
    }
  }
}
