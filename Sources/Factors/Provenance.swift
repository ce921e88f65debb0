import Telemetry

/// Where a table comes from.
public struct Provenance: Hashable, Sendable {
  /// The document: `公告2025年第47号`.
  public var source: String
  public var publisher: String?
  /// From this day on it can be used in an inventory.
  public var published: CivilDate?
  public var url: String?
  /// SHA-256 of the published file, in hexadecimal.
  public var fileHash: String?
  public var licence: String?
  public var note: String?

  public init(
    source: String, publisher: String? = nil, published: CivilDate? = nil, url: String? = nil, fileHash: String? = nil,
    licence: String? = nil, note: String? = nil
  ) {
    self.source = source
    self.publisher = publisher
    self.published = published
    self.url = url
    self.fileHash = fileHash
    self.licence = licence
    self.note = note
  }
}

/// A value that the site uses instead of a table's, with who decided it, when and why.
public struct FactorOverride: Hashable, Sendable {
  /// The id that `weir factors list` shows.
  public var factor: String
  public var value: ExactDecimal
  /// Must be the unit of the value that it replaces.
  public var unit: String
  public var author: String
  public var date: CivilDate
  public var reason: String
  /// The document that proves it: a test report, a supplier's certificate.
  public var evidence: String?
  /// The published value, where the override is applied.
  public var replaces: ExactDecimal?

  public init(
    factor: String, value: ExactDecimal, unit: String, author: String, date: CivilDate, reason: String,
    evidence: String? = nil
  ) {
    self.factor = factor
    self.value = value
    self.unit = unit
    self.author = author
    self.date = date
    self.reason = reason
    self.evidence = evidence
  }
}

/// One number of a table.
public struct FactorValue: Hashable, Sendable {
  public var value: ExactDecimal
  public var status: FactorStatus
  public var note: String?
  /// False: only for information, never used in a calculation.
  public var isSelectable: Bool
  /// Not nil: the site has replaced the table's value.
  public var override: FactorOverride?

  public init(
    _ value: ExactDecimal, status: FactorStatus, note: String? = nil, isSelectable: Bool = true,
    override: FactorOverride? = nil
  ) {
    self.value = value
    self.status = status
    self.note = note
    self.isSelectable = isSelectable
    self.override = override
  }

  /// The site's value in the place of this one.
  func replaced(by override: FactorOverride) -> FactorValue {
    var applied = override
    applied.replaces = value
    return FactorValue(override.value, status: .site, note: note, isSelectable: true, override: applied)
  }
}
