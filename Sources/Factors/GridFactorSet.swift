import Telemetry

/// Emission factors of grid electricity that were published together: one country, one data year.
public struct GridFactorSet: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Of all electricity: for inventories.
    case average
    /// National, without market-traded non-fossil electricity: stands for a residual mix, labelled so.
    case withoutMarketNonfossil = "without-market-nonfossil"
    /// National, fossil-fired electricity only.
    case fossilOnly = "fossil-only"
    /// With everything upstream: for product footprints only.
    case lifecycle
    case transmissionWithLosses = "transmission-with-losses"
    case transmissionWithoutLosses = "transmission-without-losses"

    /// May only enter product footprints, never an inventory.
    public var isForFootprints: Bool {
      switch self {
      case .average, .withoutMarketNonfossil, .fossilOnly: false
      case .lifecycle, .transmissionWithLosses, .transmissionWithoutLosses: true
      }
    }
  }

  public struct Row: Hashable, Sendable {
    /// `CN`, a subdivision `CN-CQ`, or a grid region `CN/southwest`.
    public var area: String
    public var kind: Kind
    public var name: String?
    public var factor: FactorValue

    public init(area: String, kind: Kind, name: String?, factor: FactorValue) {
      self.area = area
      self.kind = kind
      self.name = name
      self.factor = factor
    }
  }

  public var id: String
  /// ISO 3166-1: `CN`.
  public var country: String
  public var dataYear: Int
  /// `kgCO2/kWh`
  public var unit: String
  public var provenance: Provenance
  /// How well the announcement itself is known.
  public var sourceStatus: FactorStatus
  /// Last day on which it may be used; nil = until a newer one is published.
  public var validTo: CivilDate?
  public var rows: [Row]

  public init(
    id: String, country: String, dataYear: Int, unit: String, provenance: Provenance, sourceStatus: FactorStatus,
    validTo: CivilDate? = nil, rows: [Row]
  ) {
    self.id = id
    self.country = country
    self.dataYear = dataYear
    self.unit = unit
    self.provenance = provenance
    self.sourceStatus = sourceStatus
    self.validTo = validTo
    self.rows = rows
  }

  public func row(_ area: String, _ kind: Kind) -> Row? { rows.first { $0.area == area && $0.kind == kind } }

  /// `cn-grid-2023/CN-CQ/average`
  public func id(of row: Row) -> String { "\(id)/\(row.area)/\(row.kind.rawValue)" }
}
