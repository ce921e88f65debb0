/// How well a value of a table is known.
public enum FactorStatus: String, CaseIterable, Hashable, Sendable {
  /// Read in the normative text itself.
  case spec
  /// Two or more independent published sources agree.
  case verified2
  /// Seen in one published source.
  case verified
  /// Derived from other values of the tables by a stated formula.
  case computed
  /// Entered by the site: an override with author, date and reason, or a table of its own.
  case site
  /// Not found in a published source; very likely right.
  case memoryHigh = "memory-high"
  /// As above; probably right.
  case memoryMedium = "memory-medium"
  /// As above; check before any use.
  case memoryLow = "memory-low"
  /// Published sources contradict each other.
  case disputed

  /// Whether a value may be taken without the user having said so. Others stay in the tables for information.
  public var mayBeDefault: Bool {
    switch self {
    case .spec, .verified2, .verified, .computed, .site, .memoryHigh: true
    case .memoryMedium, .memoryLow, .disputed: false
    }
  }

  /// What a result says that rests on such a value; nil for published ones.
  public var caution: String? {
    switch self {
    case .spec, .verified2, .verified, .computed, .site: nil
    case .memoryHigh: "not yet found in a published source"
    case .memoryMedium, .memoryLow: "not found in a published source"
    case .disputed: "published sources contradict each other"
    }
  }
}
