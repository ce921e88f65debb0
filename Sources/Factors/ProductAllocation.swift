import Telemetry

/// Divides the emissions of a machine, line or area among the products that were made there.
///
/// In the order of ISO 14067: what is metered for a product is not divided at all; else machine time; else pieces. One
/// basis serves all products of a division, and the result names it.
public enum ProductAllocation {
  public enum Basis: String, CaseIterable, Hashable, Sendable {
    case meter = "sub-meter"
    case machineTime = "machine-time"
    case pieces
  }

  public struct Product: Hashable, Sendable {
    public var id: String
    /// kWh (or another amount) of meters that count this product alone; nil = there is none.
    public var metered: ExactDecimal?
    /// Seconds on the machine, for good and scrapped pieces; nil = not known.
    public var machineSeconds: ExactDecimal?
    /// Pieces that the machine has worked, good and scrap.
    public var pieces: Int
    /// Good pieces: they carry the scrap's burden.
    public var good: Int

    public init(id: String, metered: ExactDecimal?, machineSeconds: ExactDecimal?, pieces: Int, good: Int) {
      self.id = id
      self.metered = metered
      self.machineSeconds = machineSeconds
      self.pieces = pieces
      self.good = good
    }
  }

  public struct Share: Hashable, Sendable {
    public var id: String
    /// kg; all shares together are the whole.
    public var kilograms: ExactDecimal
    /// kg of a good piece, to 15 places; nil without good output: the burden then stays with the product's scrap.
    public var kilogramsByGoodPiece: ExactDecimal?
  }

  /// - Returns: the basis, and a share for each product in the given order; nil if nothing was made.
  public static func divide(
    _ kilograms: ExactDecimal, among products: [Product]
  ) throws(DecimalError) -> (basis: Basis, shares: [Share])? {
    for basis in Basis.allCases {
      var weights: [ExactDecimal] = []
      for product in products {
        switch basis {
        case .meter: if let metered = product.metered { weights.append(metered) }
        case .machineTime: if let seconds = product.machineSeconds { weights.append(seconds) }
        case .pieces: weights.append(ExactDecimal(product.pieces))
        }
      }
      guard weights.count == products.count, weights.contains(where: { !$0.isZero }) else { continue }
      let parts = try kilograms.allocated(by: weights)
      var shares: [Share] = []
      for (product, part) in zip(products, parts) {
        shares.append(
          Share(
            id: product.id, kilograms: part,
            kilogramsByGoodPiece: try CarbonFormula.intensity(part, goodUnits: product.good)))
      }
      return (basis, shares)
    }
    return nil
  }
}
