/// What an audit of a ledger found.
public struct AuditReport: Hashable, Sendable {
  /// Damages that are listed; more are only counted.
  public static let listed = 100

  public var leaves: Int64 = 0
  public var first: Int64?
  public var last: Int64?
  /// Hash of the last leaf.
  public var chain = LedgerHash.genesis
  /// Bodies whose hash was checked.
  public var bodies: Int64 = 0
  /// Leaves without a body: it was evicted, or left out of the export.
  public var stubs: Int64 = 0
  public var heads: Int64 = 0
  /// The last leaf under a signed head; 0 for none.
  public var signedUpTo: Int64 = 0
  /// Records of kinds without ledger: only the hash of the body is checked.
  public var others: Int64 = 0
  /// Fingerprints of the keys of the heads, in the order of their first use.
  public var keys: [String] = []
  public private(set) var damages: [LedgerDamage] = []
  public private(set) var damageCount: Int64 = 0
  /// What is worth knowing and no damage.
  public var notes: [String] = []

  public init() {}

  public var isSound: Bool { damageCount == 0 }

  public mutating func add(_ damage: LedgerDamage) {
    damageCount += 1
    if damages.count < Self.listed { damages.append(damage) }
  }

  mutating func sortByPlace() {
    damages.sort { ($0.line ?? 0, $0.leaf ?? .max, $0.id) < ($1.line ?? 0, $1.leaf ?? .max, $1.id) }
  }
}
