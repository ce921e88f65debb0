import Rules
import Telemetry

/// A correction says what was wrong: the rest is as it was recorded.
extension MaintenanceHistory {
  /// A record that corrects another one takes over from it what it does not say itself: when the work was done, and of the
  /// same machine what it was about. An empty text says that there is none.
  ///
  /// - Parameter name: of the machine that the command names.
  public func completed(_ command: SiteCommand, of name: String) -> SiteCommand {
    guard let id = command.members["supersedes"]?.stringValue, let old = records.first(where: { $0.id == id }) else {
      return command
    }
    var command = command
    var taken = ["time"]
    if old.asset == name {
      taken += ["failed", "service", "parts", "note"]
      // A finding belongs to its fault, and so does whether it was there.
      if command.members["fault"] == nil, command.members["finding"] == nil { taken += ["fault", "finding", "found"] }
    }
    let before = old.journaled.members
    for name in taken where command.members[name] == nil { command.members[name] = before[name] }
    return command
  }
}
