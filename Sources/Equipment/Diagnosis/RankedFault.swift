import Templates

/// A fault that may be behind a deviation, with what speaks for and against it.
public struct RankedFault: Hashable, Sendable {
  /// The fault's id in its model; `sensor` for a signal that deviates against all others, `load-change` for a machine that
  /// only works harder or less.
  public var id: String
  public var name: FaultModel.Words
  public var origin: FaultModel.Origin
  /// 0 … 1: how well the pattern fits. Like a probability, but the scores of several faults need not add up to 1.
  public var score: Double
  /// Signs that fit, strongest first.
  public var supporting: [Deviation.Contribution]
  /// Signs that do not fit, strongest first: changes that it does not explain, and needed ones that are missing.
  public var opposing: [Deviation.Contribution]
  /// Position in `FaultModel.faults`; nil for a sensor and a changed load.
  public var fault: Int?

  public static let sensorID = "sensor"
  public static let loadID = "load-change"
}
