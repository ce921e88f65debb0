/// What a reload of the configuration has changed, or would change.
public struct ReloadReport: Codable, Sendable, Hashable {
  /// The configuration in force is another one than before.
  public var applied: Bool
  /// SHA-256 of the configuration that was loaded.
  public var hash: String
  /// Where it was loaded from.
  public var path: String
  /// One change each, under headings; empty if nothing that matters is different.
  public var changes: [String]
  /// What a person should know beside.
  public var notes: [String]

  public init(applied: Bool, hash: String, path: String, changes: [String], notes: [String] = []) {
    self.applied = applied
    self.hash = hash
    self.path = path
    self.changes = changes
    self.notes = notes
  }
}

/// The configuration in force.
public struct ConfigurationReport: Codable, Sendable, Hashable {
  public var hash: String
  /// The file that a reload loads; nil if the gateway does not know.
  public var path: String?
  /// Canonical text: a valid configuration without secrets.
  public var text: String

  public init(hash: String, path: String?, text: String) {
    self.hash = hash
    self.path = path
    self.text = text
  }
}
