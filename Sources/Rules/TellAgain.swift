import Telemetry

/// A command's request to those who told figures: to tell again what they told of a time, because somebody counts it
/// again. A command has it as its member `tell_again`; what it is for does not concern them.
public struct TellAgain: Hashable, Sendable {
  /// The command's id.
  public var id: String
  public var start: Timestamp
  /// Half-open; nil = up to now.
  public var end: Timestamp?
  /// Windows, too; days and months in any case.
  public var includesWindows: Bool

  public init(id: String, start: Timestamp, end: Timestamp?, includesWindows: Bool) {
    self.id = id
    self.start = start
    self.end = end
    self.includesWindows = includesWindows
  }

  /// Nil for a command that asks for nothing.
  public init?(_ command: SiteCommand) {
    guard let id = command.members["id"]?.stringValue, let again = command.members["tell_again"],
      let start = again["start"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
    else { return nil }
    self.init(
      id: id, start: start, end: again["end"]?.stringValue.flatMap { Timestamp(rfc3339: $0) },
      includesWindows: again["windows"]?.booleanValue ?? true)
  }
}
