/// What became of a person's command.
public struct CommandReceipt: Codable, Hashable, Sendable {
  /// What the command is about, for the next one (a correction names it).
  public var id: String
  /// The entry of the journal that holds it, from which on it is in force.
  public var position: Int64
  /// For a person: what was understood.
  public var summary: String
  /// What a person should look at, although the command was taken.
  public var warnings: [String]
  /// Figures that it changes; nil = none.
  public var table: ReportTable?

  public init(id: String, position: Int64, summary: String, warnings: [String], table: ReportTable? = nil) {
    self.id = id
    self.position = position
    self.summary = summary
    self.warnings = warnings
    self.table = table
  }
}
