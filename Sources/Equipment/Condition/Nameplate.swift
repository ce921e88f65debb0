/// What stands on a machine's plate, as far as rules ask for it. Nil = not known; nothing is ever assumed.
public struct Nameplate: Hashable, Sendable {
  public enum Support: String, Hashable, Sendable, CaseIterable { case rigid, flexible }

  /// kW
  public var power: Double?
  /// mm
  public var shaftHeight: Double?
  public var support: Support?
  /// r/min
  public var speed: Double?
  /// A
  public var current: Double?
  /// V, between lines
  public var voltage: Double?
  /// Thermal class by IEC 60085: A, E, B, F, H.
  public var insulationClass: String?
  /// Designation, for example 6205.
  public var bearing: String?

  public init(
    power: Double? = nil, shaftHeight: Double? = nil, support: Support? = nil, speed: Double? = nil,
    current: Double? = nil, voltage: Double? = nil, insulationClass: String? = nil, bearing: String? = nil
  ) {
    self.power = power
    self.shaftHeight = shaftHeight
    self.support = support
    self.speed = speed
    self.current = current
    self.voltage = voltage
    self.insulationClass = insulationClass
    self.bearing = bearing
  }
}
