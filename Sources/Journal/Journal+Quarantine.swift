import Foundation
import GRDB
import Telemetry

extension Journal {
  /// Quarantined messages with their payloads, newest first.
  ///
  /// - Parameter before: only ids below it: the last one of the page before.
  public func quarantine(
    _ filter: QuarantineFilter = QuarantineFilter(), limit: Int, before: Int64? = nil
  ) throws(JournalError) -> [QuarantineEntry] {
    try perform {
      try pool.read { db in
        try Self.entries(filter, condition: "id < ?", bound: before ?? .max, order: "DESC", limit: limit, in: db)
      }
    }
  }

  /// nil if there is none, or none any more.
  public func quarantined(id: Int64) throws(JournalError) -> QuarantineEntry? {
    try perform {
      try pool.read { db in
        try Self.entries(
          QuarantineFilter(state: nil), condition: "id = ?", bound: id, order: "ASC", limit: 1, in: db
        ).first
      }
    }
  }

  /// Waiting messages that fit, oldest first, to be decoded again. They stay in the quarantine until the batch with
  /// the result is appended (`append(_:retried:)`); those that fail again are simply left out of it.
  ///
  /// - Parameter after: only ids above it: the last one of the page before.
  public func takeForRetry(
    _ filter: QuarantineFilter = QuarantineFilter(), limit: Int, after: Int64 = 0
  ) throws(JournalError) -> [QuarantineEntry] {
    var filter = filter
    filter.state = .waiting
    return try perform {
      try pool.read { db in
        try Self.entries(filter, condition: "id > ?", bound: after, order: "ASC", limit: limit, in: db)
      }
    }
  }

  /// Gives up waiting messages: their payloads are removed, their rows stay. Returns how many were waiting.
  @discardableResult
  public func dropQuarantined(_ ids: [Int64]) throws(JournalError) -> Int {
    try perform { try pool.write { try Quarantine.drop(ids, in: $0) } }
  }

  /// By reason, then by state. For a reason the messages of all states add up to all that it ever set aside.
  public func quarantineCounts() throws(JournalError) -> [QuarantineCount] {
    try perform {
      try pool.read { db in
        try Row.fetchAll(
          db, sql: "SELECT reason, state, messages, bytes FROM quarantine_totals ORDER BY reason, state"
        ).compactMap { row in
          guard let reason = QuarantineReason(rawValue: row[0]), let state = QuarantineState(rawValue: row[1]) else {
            return nil
          }
          return QuarantineCount(reason: reason, state: state, messages: row[2], bytes: row[3])
        }
      }
    }
  }

  private static func entries(
    _ filter: QuarantineFilter, condition: String, bound: Int64, order: String, limit: Int, in db: Database
  ) throws -> [QuarantineEntry] {
    var conditions = [condition]
    var arguments: StatementArguments = [bound]
    func require(_ text: String, _ value: (any DatabaseValueConvertible)?) {
      guard let value else { return }
      conditions.append(text)
      arguments += [value]
    }
    require("state = ?", filter.state?.rawValue)
    require("reason = ?", filter.reason?.rawValue)
    require("connection = ?", filter.connection?.rawValue)
    // Topics may hold brackets, which GLOB would take for a set.
    require(
      "topic GLOB ?", filter.topic?.split(separator: "[", omittingEmptySubsequences: false).joined(separator: "[[]"))
    arguments += [limit]
    let statement = try db.cachedStatement(
      sql: """
        SELECT id, position, received, connection, topic, payload, reason, detail, state FROM quarantine
        WHERE \(conditions.joined(separator: " AND ")) ORDER BY id \(order) LIMIT ?
        """)
    return try Row.fetchAll(statement, arguments: arguments).map(entry)
  }

  private static func entry(_ row: Row) throws -> QuarantineEntry {
    guard let reason = QuarantineReason(rawValue: row[6]), let state = QuarantineState(rawValue: row[8]) else {
      throw JournalError.corrupt("the quarantined message \(row[0] as Int64) has no known reason or state")
    }
    let message = QuarantinedMessage(
      connection: ConnectionID(row[3]), topic: row[4],
      payload: try row.withUnsafeData(atIndex: 5) { [UInt8]($0 ?? Data()) },
      received: Timestamp(nanoseconds: row[2]), reason: reason, detail: row[7])
    return QuarantineEntry(id: row[0], position: row[1], state: state, message: message)
  }
}
