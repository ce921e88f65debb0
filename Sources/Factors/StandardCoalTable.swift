import Telemetry

/// Coefficients of standard coal (GB/T 2589): kgce = amount × coefficient, exact.
///
/// 1 kgce = 29.3076 MJ. A result says whether it is a calorific (当量值) or an equivalent (等价值) one.
public struct StandardCoalTable: Hashable, Sendable {
  public enum Basis: String, CaseIterable, Hashable, Sendable { case calorific, equivalent }

  public struct Coefficient: Hashable, Sendable {
    public var id: String
    /// kgce per unit; nil: to be entered by the site.
    public var value: ExactDecimal?
    /// What one of is meant: kWh, MJ, m3, kg, t.
    public var unit: String
    public var basis: Basis
    public var edition: String?
    public var status: FactorStatus
    /// Values outside are misprints.
    public var range: ClosedRange<ExactDecimal>
    /// What a meter counts that this is for (a quantity of signals), with `factor` units to one of the meter's.
    public var counts: String?
    public var factor: ExactDecimal
    /// The fuel that such a meter must count.
    public var fuel: String?
    public var note: String?

    public init(
      id: String, value: ExactDecimal?, unit: String, basis: Basis, edition: String?, status: FactorStatus,
      range: ClosedRange<ExactDecimal>, counts: String? = nil, factor: ExactDecimal = .one, fuel: String? = nil,
      note: String? = nil
    ) {
      self.id = id
      self.value = value
      self.unit = unit
      self.basis = basis
      self.edition = edition
      self.status = status
      self.range = range
      self.counts = counts
      self.factor = factor
      self.fuel = fuel
      self.note = note
    }

    /// kgce of an amount in `unit`; nil without a value that may be used.
    public func kgce(_ amount: ExactDecimal) throws(DecimalError) -> ExactDecimal? {
      guard let value, status.mayBeDefault else { return nil }
      return try amount * value
    }
  }

  /// Name of the table, which results carry.
  public var id: String
  public var coefficients: [Coefficient]

  public init(id: String, coefficients: [Coefficient]) {
    self.id = id
    self.coefficients = coefficients
  }

  public func coefficient(_ id: String) -> Coefficient? { coefficients.first { $0.id == id } }

  /// For what a meter counts: the first one of the basis for this quantity and fuel.
  public func coefficient(counts quantity: String, fuel: String?, basis: Basis) -> Coefficient? {
    coefficients.first { $0.counts == quantity && $0.basis == basis && ($0.fuel == nil || $0.fuel == fuel) }
  }

  /// kgce of what a meter has counted, in the quantity's unit; nil where the table has no value for it.
  public func kgce(
    _ amount: ExactDecimal, counts quantity: String, fuel: String?, basis: Basis
  ) throws(DecimalError) -> ExactDecimal? {
    guard let coefficient = coefficient(counts: quantity, fuel: fuel, basis: basis) else { return nil }
    return try coefficient.kgce(amount * coefficient.factor)
  }
}
