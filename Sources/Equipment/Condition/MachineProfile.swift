/// What is known of a machine before the first reading: its signals with what they measure, and its plate.
public struct MachineProfile: Hashable, Sendable {
  public struct Measured: Hashable, Sendable {
    /// Of the template.
    public var name: String
    /// Of the values in frames.
    public var unit: String
    public var role: MeasuredRole
    /// Physical range in the unit, where there is one.
    public var minimum: Double?
    public var maximum: Double?

    /// - Parameter role: nil = by name and unit.
    public init(
      name: String, unit: String, role: MeasuredRole? = nil, minimum: Double? = nil, maximum: Double? = nil
    ) {
      self.name = name
      self.unit = unit
      self.role = role ?? MeasuredRole(signal: name, unit: unit)
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  /// Id of the asset.
  public var asset: String
  /// Name of its template.
  public var template: String
  /// Name of its fault model; nil = none.
  public var faultModel: String?
  /// In the order of the values of a frame.
  public var signals: [Measured]
  public var nameplate: Nameplate

  public init(
    asset: String, template: String, faultModel: String? = nil, signals: [Measured], nameplate: Nameplate = Nameplate()
  ) {
    self.asset = asset
    self.template = template
    self.faultModel = faultModel
    self.signals = signals
    self.nameplate = nameplate
  }

  /// Positions of the signals that measure this.
  public func positions(_ role: MeasuredRole) -> [Int] { signals.indices.filter { signals[$0].role == role } }
}
