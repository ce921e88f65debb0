/// Lots that are accepted or refused by a sample of their pieces.
public struct LotSettings: Hashable, Sendable {
  public var table: SamplingTable
  public var plans: [LotPlan]

  public init(table: SamplingTable, plans: [LotPlan]) {
    self.table = table
    self.plans = plans
  }
}

/// What is inspected of lots, and how strictly: one characteristic, whose switching state is kept by supplier or product.
public struct LotPlan: Hashable, Sendable {
  /// The attribute of results that names their lot.
  public enum Source: String, CaseIterable, Hashable, Sendable { case batch, order }
  /// Of what the lots before count for the next one.
  public enum Series: String, CaseIterable, Hashable, Sendable { case supplier, product, plan }

  public var name: String
  /// Stations whose results are the sample: ids or patterns.
  public var stations: [String]
  /// Names or patterns; empty: all.
  public var products: [String] = []
  /// Defect codes or patterns that make a piece nonconforming; empty: each rejection does.
  public var defects: [String] = []
  /// Acceptance quality limit: a column of the table, as it writes it.
  public var limit: String
  public var level = SamplingTable.Level.two
  public var source = Source.batch
  /// Pieces of a lot whose results do not say it (`lot-size`).
  public var size: Int?
  public var series = Series.product
  /// Whether the responsible authority allows reduced inspection.
  public var allowsReduced = false

  public init(name: String, stations: [String], limit: String) {
    self.name = name
    self.stations = stations
    self.limit = limit
  }

  public func watches(station id: String) -> Bool { stations.contains { Wildcard.matches(id, $0) } }
}
