import GRDB
import Telemetry

/// The numbers of assets, series and connections as bytes, to be kept beside the engine's state: state and history
/// speak of series by number, so a journal that begins anew must go on with the old numbers.
extension Journal {
  private static let tables = [("assets", "asset"), ("connections", "name")]

  /// A copy of all numbers.
  public func catalogueCopy() throws(JournalError) -> [UInt8] {
    try perform {
      try pool.read { db in
        var writer = ByteWriter()
        for (table, column) in Self.tables {
          let rows = try Row.fetchAll(db, sql: "SELECT id, \(column) FROM \(table) ORDER BY id")
          writer.varint(rows.count)
          for row in rows {
            writer.zigzag(row[0])
            writer.string(row[1])
          }
        }
        let rows = try Row.fetchAll(db, sql: "SELECT id, asset, signal FROM series ORDER BY id")
        writer.varint(rows.count)
        for row in rows {
          writer.zigzag(row[0])
          writer.zigzag(row[1])
          writer.string(row[2])
        }
        try AssetNumbers.writeAliases(to: &writer, in: db)
        return writer.bytes
      }
    }
  }

  /// Takes over the numbers of a copy. Does nothing if this journal has numbers of its own.
  ///
  /// - Throws: `failed` for bytes that are no copy.
  public func takeOver(catalogueCopy bytes: [UInt8]) throws(JournalError) {
    try perform {
      try pool.write { db in
        guard try Int.fetchOne(db, sql: "SELECT count(*) FROM assets") == 0 else { return }
        var reader = ByteReader(bytes)
        do {
          for (table, column) in Self.tables {
            for _ in 0..<(try reader.count()) {
              let id = try reader.zigzag()
              try db.execute(
                sql: "INSERT INTO \(table) (id, \(column)) VALUES (?, ?)", arguments: [id, try reader.string()])
            }
          }
          for _ in 0..<(try reader.count()) {
            let id = try reader.zigzag()
            let asset = try reader.zigzag()
            try db.execute(
              sql: "INSERT INTO series (id, asset, signal) VALUES (?, ?, ?)",
              arguments: [id, asset, try reader.string()])
          }
          try AssetNumbers.takeOverAliases(from: &reader, in: db)
        } catch let error as ByteReaderError {
          throw JournalError.failed("the copy of the catalogue: \(error)")
        }
      }
    }
  }
}
