import GRDB
import Telemetry
import Templates

extension Journal {
  /// The numbers of everything in the site; what has none yet gets one, durably, before this returns. An asset that says
  /// what it was formerly goes on with the numbers of that one.
  ///
  /// - Throws: `failed` when 255 names of connections have been used up.
  public func catalog(for site: Site) throws(JournalError) -> SeriesCatalog {
    try perform {
      try pool.write { db in
        let named = try AssetNumbers(db).numbers(of: site, in: db)
        let assets = named.map(\.number)
        let connections = try numbers(of: site.connections.map(\.name), table: "connections", column: "name", in: db)
        var connectionNumbers: [String: ConnectionID] = [:]
        for (connection, number) in zip(site.connections, connections) {
          guard let short = UInt8(exactly: number) else {
            throw JournalError.failed("connection \(connection.name): 255 names of connections have been used already")
          }
          connectionNumbers[connection.name] = ConnectionID(short)
        }
        return SeriesCatalog(
          assetNumbers: assets.map { UInt32($0) },
          seriesNumbers: try seriesNumbers(of: site, assets: assets, in: db), connections: connectionNumbers,
          stableNames: named.map(\.name), formerNames: named.map(\.former))
      }
    }
  }

  private func numbers(of names: [String], table: String, column: String, in db: Database) throws -> [Int64] {
    var known: [String: Int64] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT id, \(column) FROM \(table)") { known[row[1]] = row[0] }
    let insert = try db.makeStatement(sql: "INSERT INTO \(table) (\(column)) VALUES (?)")
    return try names.map { name in
      if let number = known[name] { return number }
      try insert.execute(arguments: [name])
      known[name] = db.lastInsertedRowID
      return db.lastInsertedRowID
    }
  }

  private func seriesNumbers(of site: Site, assets: [Int64], in db: Database) throws -> [[SeriesID]] {
    struct Key: Hashable {
      var asset: Int64
      var signal: String
    }
    var known: [Key: Int64] = [:]
    for row in try Row.fetchAll(db, sql: "SELECT id, asset, signal FROM series") {
      known[Key(asset: row[1], signal: row[2])] = row[0]
    }
    let insert = try db.makeStatement(sql: "INSERT INTO series (asset, signal) VALUES (?, ?)")
    return try zip(site.assets, assets).map { asset, number in
      try asset.signals.map { signal in
        let key = Key(asset: number, signal: signal.name)
        if let series = known[key] { return SeriesID(UInt32(series)) }
        try insert.execute(arguments: [number, signal.name])
        known[key] = db.lastInsertedRowID
        return SeriesID(UInt32(db.lastInsertedRowID))
      }
    }
  }
}
