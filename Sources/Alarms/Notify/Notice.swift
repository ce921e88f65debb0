import Telemetry
import Templates

/// Something that people are told through a destination. One record each.
public struct Notice: Hashable, Sendable {
  public enum What: String, Hashable, Sendable, CaseIterable {
    case opened
    /// Nobody has acknowledged it in the time that a route allows.
    case escalated
    /// It has become more urgent.
    case worse
    /// Still nobody has acknowledged it.
    case again
    case recovered
    /// Several that were held back, together.
    case summary
    case test
    /// What a stack light shows now.
    case light
  }

  /// Of a stack light, after the meanings that IEC 60204-1 gives to colours of indicators: red for danger, yellow for
  /// what is not normal, green for normal.
  public enum Colour: String, Hashable, Sendable, CaseIterable {
    case green
    case yellow
    case red
  }

  public struct Lamp: Hashable, Sendable {
    public var colour: Colour
    /// Somebody should acknowledge it.
    public var isFlashing: Bool
    public var hasSound: Bool
    public init(colour: Colour, isFlashing: Bool, hasSound: Bool) {
      self.colour = colour
      self.isFlashing = isFlashing
      self.hasSound = hasSound
    }
  }

  public var number: Int
  /// Name of the destination.
  public var to: String
  /// Name of the route; empty for lights and tests of one destination.
  public var route: String
  public var what: What
  /// nil = of several, or of none.
  public var incident: Int?
  public var priority: AlarmSettings.Priority
  public var language: Language
  public var title: String
  public var text: String
  public var time: Timestamp
  public var lamp: Lamp?
  /// Readings of the alarm that stands first.
  public var evidence: [Event.Attribute] = []
}
