import Telemetry

/// The basic charge of a two-part tariff, for a month.
public struct TariffBasicCharge: Hashable, Sendable {
  public enum Basis: String, CaseIterable, Hashable, Sendable {
    /// Of the transformers, in kVA.
    case capacity
    /// The month's maximum demand, in kW.
    case demand
    /// The contracted demand, whether it was reached or not.
    case contractDemand = "contract-demand"
  }

  /// What a demand above the contract costs beside the ordinary charge.
  public struct Excess: Hashable, Sendable {
    /// The contract may be exceeded by this: 1.05 = 105 % of it are free.
    public var above: ExactDecimal
    /// Times the price of what is above: 2 = double.
    public var factor: ExactDecimal
    public init(above: ExactDecimal, factor: ExactDecimal) {
      self.above = above
      self.factor = factor
    }
  }

  public var basis: Basis
  /// Per kVA and month, or per kW and month.
  public var price: ExactDecimal
  /// kVA; for `capacity`.
  public var capacity: ExactDecimal?
  public var excess: Excess?

  public init(basis: Basis, price: ExactDecimal, capacity: ExactDecimal? = nil, excess: Excess? = nil) {
    self.basis = basis
    self.price = price
    self.capacity = capacity
    self.excess = excess
  }

  /// - Parameters:
  ///   - maximumDemand: of the month, kW; nil without data.
  ///   - contract: contracted demand, kW.
  /// - Returns: exact; nil where what it rests on is not known.
  public func charge(maximumDemand: ExactDecimal?, contract: ExactDecimal?) throws(DecimalError) -> ExactDecimal? {
    switch basis {
    case .capacity:
      guard let capacity else { return nil }
      return try price * capacity
    case .demand:
      guard let maximumDemand else { return nil }
      let charge = try price * maximumDemand
      guard let excess, let contract else { return charge }
      // What is above is in the ordinary charge once already.
      let above = try maximumDemand - contract * excess.above
      return above.isNegative ? charge : try charge + price * above * (excess.factor - .one)
    case .contractDemand:
      guard let contract else { return nil }
      let charge = try price * contract
      guard let excess, let maximumDemand else { return charge }
      let above = try maximumDemand - contract * excess.above
      return above.isNegative ? charge : try charge + price * above * excess.factor
    }
  }
}
