import Telemetry

/// Who may do what through the control socket, by groups of the operating system.
public struct ControlRoles: Hashable, Sendable {
  public enum Role: String, Hashable, Sendable, Comparable, CaseIterable {
    /// Sees everything, changes nothing.
    case viewer
    /// Acknowledges and shelves alarms, takes work orders.
    case `operator`
    /// Silences alarms for maintenance, records maintenance and activity, mends the quarantine, tests channels.
    case engineer
    /// Loads configurations, changes keys.
    case admin

    public static func < (a: Role, b: Role) -> Bool {
      (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
    }
  }

  /// Names of groups, by role; a person has the highest role of theirs.
  public var groups: [Role: [String]]

  public init(groups: [Role: [String]]) { self.groups = groups }

  /// nil = none.
  public func role(of names: [String]) -> Role? {
    Role.allCases.reversed().first { role in groups[role]?.contains { names.contains($0) } ?? false }
  }

  static func read(_ section: Section) -> ControlRoles? {
    guard let inner = section.section("roles", "roles", keys: Role.allCases.map(\.rawValue)) else { return nil }
    var groups: [Role: [String]] = [:]
    for role in Role.allCases {
      if let names = inner.list(role.rawValue, .identifier("_-.")) { groups[role] = names.map(\.value) }
    }
    return ControlRoles(groups: groups)
  }

  func write(to writer: inout CanonicalWriter) {
    writer.object("roles") { writer in
      for role in Role.allCases {
        if let names = groups[role] { writer.list(role.rawValue, names) }
      }
    }
  }

  static let schema = ConfigurationSchema.group(
    "Who may do what, by groups of the operating system. Absent: whoever may open the socket may do everything.",
    Role.allCases.map(\.rawValue),
    Dictionary(
      uniqueKeysWithValues: Role.allCases.map {
        (
          $0.rawValue,
          ConfigurationSchema.list("Names of groups.", of: ConfigurationSchema.text("A group.", "weir-\($0)"))
        )
      }))
}
