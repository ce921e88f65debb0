import GRDB
import Rules
import Telemetry

/// Samples that were set aside, within a transaction. Numbers are given without gaps, and the oldest rows are dropped
/// beyond a bound, so that the number of rows is a difference of two numbers.
struct QuarantineTable {
  let db: Database

  func insert(_ samples: [QuarantinedSample], keep: Int64) throws {
    guard !samples.isEmpty else { return }
    var number = try Meta.integer(.quarantineNumber, in: db)
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO sample_quarantine (number, asset, signal, time, value, exponent, reason, detail, noticed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    for sample in samples {
      number += 1
      let value: DatabaseValue
      let exponent: Int64?
      switch sample.value {
      case .double(let double):
        value = double.isNaN ? .null : double.databaseValue
        exponent = nil
      case .scaled(let scaled):
        value = scaled.mantissa.databaseValue
        exponent = Int64(scaled.exponent)
      }
      try statement.execute(arguments: [
        number, sample.asset, sample.signal, sample.time.nanoseconds, value, exponent, Int64(sample.reason.rawValue),
        sample.detail, sample.noticed.nanoseconds,
      ])
    }
    try Meta.set(.quarantineNumber, number, in: db)
    try db.execute(sql: "DELETE FROM sample_quarantine WHERE number <= ?", arguments: [number - keep])
  }

  func count() throws -> Int {
    guard let oldest = try Int64.fetchOne(db, sql: "SELECT min(number) FROM sample_quarantine") else { return 0 }
    return Int(try Meta.integer(.quarantineNumber, in: db) - oldest + 1)
  }

  /// Newest first, before `number`.
  func list(before number: Int64, asset: String?, limit: Int) throws -> [StoredQuarantinedSample] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT * FROM sample_quarantine WHERE number < ? AND (?2 IS NULL OR asset = ?2) ORDER BY number DESC LIMIT ?3
        """,
      arguments: [number, asset, limit]
    ).map(Self.sample)
  }

  private static func sample(_ row: Row) throws -> StoredQuarantinedSample {
    let value: Value
    if let exponent = row["exponent"] as Int64? {
      value = .scaled(ScaledInteger(row["value"], exponent: Int8(truncatingIfNeeded: exponent)))
    } else {
      value = .double(row["value"] as Double? ?? .nan)
    }
    guard let reason = QuarantineReason(rawValue: row["reason"]) else {
      throw StoreError.corrupt("a set-aside sample has no known reason")
    }
    return StoredQuarantinedSample(
      number: row["number"],
      sample: QuarantinedSample(
        asset: row["asset"], signal: row["signal"], time: Timestamp(nanoseconds: row["time"]), value: value,
        reason: reason, detail: row["detail"], noticed: Timestamp(nanoseconds: row["noticed"])))
  }
}

/// A sample in the quarantine of the engine, with its number.
public struct StoredQuarantinedSample: Hashable, Sendable {
  /// Grows; for paging.
  public var number: Int64
  public var sample: QuarantinedSample
}
