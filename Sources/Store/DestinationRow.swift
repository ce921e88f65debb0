import GRDB
import Telemetry
import Templates

/// The sums of promise 5 of one destination: issued = delivered + pending + refused + evicted.
public struct DestinationCounts: Hashable, Sendable {
  /// Records that its allow-list let through.
  public var issued = 0
  public var delivered = 0
  public var pending = 0
  /// By reason.
  public var refused: [String: Int] = [:]
  /// By reason; the only one is `space`.
  public var evicted: [String: Int] = [:]
  /// Every record up to this sequence is settled.
  public var cursor: Int64 = 0

  public init() {}

  public var balances: Bool {
    issued == delivered + pending + refused.values.reduce(0, +) + evicted.values.reduce(0, +)
  }
}

/// A row of `destinations`.
struct DestinationRow {
  static let evictedForSpace = "space"
  /// Counted reasons of refusal; others are counted as `other`.
  static let maximumReasons = 32

  var name: String
  /// While it is not configured: the last record that was issued for it.
  var horizon: Int64?
  var allowed: AllowList
  var counts: DestinationCounts

  var isActive: Bool { horizon == nil }
  var cursor: Int64 { counts.cursor }

  init(name: String, cursor: Int64, allowed: AllowList) {
    self.name = name
    self.allowed = allowed
    counts = DestinationCounts()
    counts.cursor = cursor
  }

  /// The record still has to go there.
  func awaits(sequence: Int64, kind: RecordKind, asset: String) -> Bool {
    sequence > cursor && sequence <= horizon ?? .max && allowed.allows(kind, asset: asset)
  }

  mutating func countRefusal(_ reason: String) {
    // The word before a colon is the reason; what follows is detail and has no bounded set.
    let word = String(reason.prefix { $0 != ":" }.prefix(48))
    let isKnown = counts.refused[word] != nil || counts.refused.count < Self.maximumReasons
    counts.refused[isKnown ? word : "other", default: 0] += 1
  }

  // MARK: Rows

  private init(_ row: Row) throws {
    name = row["name"]
    horizon = row["horizon"]
    allowed = try AllowList(text: row["allowed"])
    counts = DestinationCounts()
    counts.cursor = row["cursor"]
    counts.issued = row["issued"]
    counts.delivered = row["delivered"]
    counts.pending = row["pending"]
    counts.refused = try Self.table(row["refused"])
    counts.evicted = try Self.table(row["evicted"])
  }

  static func all(in db: Database) throws -> [DestinationRow] {
    try Row.fetchAll(try db.cachedStatement(sql: "SELECT * FROM destinations ORDER BY name")).map(DestinationRow.init)
  }

  static func one(_ name: String, in db: Database) throws -> DestinationRow {
    let statement = try db.cachedStatement(sql: "SELECT * FROM destinations WHERE name = ?")
    guard let row = try Row.fetchOne(statement, arguments: [name]) else {
      throw StoreError.failed("there is no destination \"\(name)\"")
    }
    return try DestinationRow(row)
  }

  func save(in db: Database) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO destinations
          (name, cursor, horizon, allowed, issued, delivered, pending, refused, evicted)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      name, counts.cursor, horizon, allowed.text, counts.issued, counts.delivered, counts.pending,
      Self.text(counts.refused), Self.text(counts.evicted),
    ])
  }

  private static func text(_ table: [String: Int]) -> String {
    JSONValue.object(table.mapValues { .integer(Int64($0)) }).canonicalText
  }

  private static func table(_ text: String) throws -> [String: Int] {
    guard case .object(let members) = try JSONValue(parsing: text) else { return [:] }
    return members.compactMapValues { $0.integerValue.map(Int.init) }
  }
}
