/// How well a value of a table is founded. The words are those of the tables.
public enum TableStatus: String, CaseIterable, Hashable, Sendable {
  /// Read in the normative text itself.
  case spec
  /// Two or more independent published sources agree.
  case verified2
  /// Seen in one published source.
  case verified
  /// Derived from values with a status by a stated formula.
  case computed
  /// Not found in a published source; very likely right.
  case memoryHigh = "memory-high"
  case memoryMedium = "memory-medium"
  case memoryLow = "memory-low"
  /// Published sources contradict each other.
  case disputed
  /// Entered by the site, from a bill or a contract.
  case own

  /// Whether the value may be taken without asking. `memoryHigh` only where the user sees it and can change it, as in a
  /// table file.
  public var mayBeDefault: Bool {
    switch self {
    case .spec, .verified2, .verified, .computed, .memoryHigh, .own: true
    case .memoryMedium, .memoryLow, .disputed: false
    }
  }
}
