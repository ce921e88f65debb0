import GRDB
import Telemetry
import Templates

/// The numbers of assets. A number is given to an id once; an id that continues another one (`formerly`) is an alias of
/// its number, kept for ever, so that the older configuration still means the same.
struct AssetNumbers {
  /// By id as it was first.
  private var known: [String: Int64] = [:]
  /// Later names; they count before `known`.
  private var aliases: [String: Int64] = [:]
  private var names: [Int64: String] = [:]

  init(_ db: Database) throws {
    for row in try Row.fetchAll(db, sql: "SELECT id, asset FROM assets") {
      known[row[1]] = row[0]
      names[row[0]] = row[1]
    }
    guard try Self.hasAliases(db) else { return }
    for row in try Row.fetchAll(db, sql: "SELECT asset, number FROM asset_aliases") { aliases[row[0]] = row[1] }
  }

  struct Named {
    var number: Int64
    /// The id that the number was given for first.
    var name: String
    /// All other ids that it had, sorted.
    var former: [String] = []
  }

  /// By position in the site.
  func numbers(of site: Site, in db: Database) throws -> [Named] {
    var copy = self
    var taken: [Int64: Bool] = [:]
    var result = [Named?](repeating: nil, count: site.assets.count)
    // Those that continue another first: whoever has an old id now, without being that one, is a new asset.
    for isLater in [true, false] {
      for (position, asset) in site.assets.enumerated() where result[position] == nil {
        if isLater, copy.aliases[asset.id] == nil, asset.formerly == nil { continue }
        let number = try copy.number(of: asset, isFree: { taken[$0] == nil }, in: db)
        taken[number] = true
        result[position] = Named(number: number, name: copy.names[number] ?? asset.id)
      }
    }
    if !copy.aliases.isEmpty {
      var former: [Int64: Set<String>] = [:]
      for (id, number) in copy.aliases { former[number, default: []].insert(id) }
      for (position, asset) in site.assets.enumerated() {
        guard let named = result[position] else { continue }
        let others = former[named.number, default: []].union([named.name]).subtracting([asset.id])
        result[position]?.former = others.sorted()
      }
    }
    return result.compactMap(\.self)
  }

  private mutating func number(of asset: Asset, isFree: (Int64) -> Bool, in db: Database) throws -> Int64 {
    if let own = aliases[asset.id] ?? known[asset.id], isFree(own) { return own }
    if aliases[asset.id] ?? known[asset.id] == nil, let former = asset.formerly,
      let number = aliases[former] ?? known[former], isFree(number)
    {
      try alias(asset.id, number, in: db)
      return number
    }
    return try give(asset.id, in: db)
  }

  /// A new number. If the id was another asset's first, the number gets a name that no id can be.
  private mutating func give(_ id: String, in db: Database) throws -> Int64 {
    var name = id
    var count = 1
    while known[name] != nil {
      count += 1
      name = "\(id)~\(count)"
    }
    try db.cachedStatement(sql: "INSERT INTO assets (asset) VALUES (?)").execute(arguments: [name])
    let number = db.lastInsertedRowID
    known[name] = number
    names[number] = name
    if name != id { try alias(id, number, in: db) }
    return number
  }

  private mutating func alias(_ id: String, _ number: Int64, in db: Database) throws {
    try Self.createTable(db)
    try db.execute(
      sql: "INSERT INTO asset_aliases (asset, number) VALUES (?, ?) ON CONFLICT DO UPDATE SET number = excluded.number",
      arguments: [id, number])
    aliases[id] = number
  }

  // MARK: The table, which most journals never need

  private static func hasAliases(_ db: Database) throws -> Bool { try db.tableExists("asset_aliases") }

  private static func createTable(_ db: Database) throws {
    try db.execute(
      sql: "CREATE TABLE IF NOT EXISTS asset_aliases (asset TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID")
  }

  static func writeAliases(to writer: inout ByteWriter, in db: Database) throws {
    guard try hasAliases(db) else { return }
    let rows = try Row.fetchAll(db, sql: "SELECT asset, number FROM asset_aliases ORDER BY asset")
    writer.varint(rows.count)
    for row in rows {
      writer.string(row[0])
      writer.zigzag(row[1])
    }
  }

  /// Copies of a program that knew no aliases end before them.
  static func takeOverAliases(from reader: inout ByteReader, in db: Database) throws {
    guard !reader.isAtEnd else { return }
    let count = try reader.count()
    guard count > 0 else { return }
    try createTable(db)
    for _ in 0..<count {
      try db.execute(
        sql: "INSERT INTO asset_aliases (asset, number) VALUES (?, ?)",
        arguments: [try reader.string(), try reader.zigzag()])
    }
  }
}
