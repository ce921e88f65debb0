import Telemetry

/// How often the simulated devices and networks misbehave; probabilities per message.
public struct Faults: Sendable {
  public var duplicate = 0.0
  /// Held back for one to 90 minutes.
  public var late = 0.0
  /// Swapped with what the device sends next.
  public var outOfOrder = 0.0
  public var badJSON = 0.0
  /// The device's clock is a day ahead for this one message.
  public var wrongClock = 0.0
  /// A meter's register starts again at zero.
  public var reset = 0.0

  public init() {}

  /// What a plant with old machines and a weak network looks like.
  public static var ordinary: Faults {
    var faults = Faults()
    faults.duplicate = 0.002
    faults.late = 0.001
    faults.outOfOrder = 0.002
    faults.badJSON = 0.0005
    faults.wrongClock = 0.0002
    faults.reset = 0.00005
    return faults
  }
}
