import Foundation
import GRDB
import Telemetry

/// What became of a quarantined message.
public enum QuarantineState: UInt8, Hashable, Sendable, CaseIterable {
  case waiting = 0
  /// Decoded after all.
  case retried = 1
  /// Dropped by a person.
  case dropped = 2
  /// Removed because of its age or to keep the journal within its bound. The row is gone, only the count is left.
  case evicted = 3
}

/// A message in the quarantine. Payloads of retried and dropped ones are empty.
public struct QuarantineEntry: Hashable, Sendable, Identifiable {
  public var id: Int64
  /// Of the batch that it came with.
  public var position: Int64
  public var state: QuarantineState
  public var message: QuarantinedMessage
}

/// Which quarantined messages; nil = any.
public struct QuarantineFilter: Hashable, Sendable {
  public var state: QuarantineState?
  public var reason: QuarantineReason?
  public var connection: ConnectionID?
  /// `*` stands for any characters, `?` for one.
  public var topic: String?
  public init(
    state: QuarantineState? = .waiting, reason: QuarantineReason? = nil, connection: ConnectionID? = nil,
    topic: String? = nil
  ) {
    self.state = state
    self.reason = reason
    self.connection = connection
    self.topic = topic
  }
}

/// How many messages a reason has set aside, and what became of them.
public struct QuarantineCount: Hashable, Sendable {
  public var reason: QuarantineReason
  public var state: QuarantineState
  public var messages: Int
  /// Topic, payload and detail that are still stored.
  public var bytes: Int
}

/// The tables `quarantine` and `quarantine_totals`, which change together.
enum Quarantine {
  static func insert(_ messages: [QuarantinedMessage], position: Int64, in db: Database) throws {
    guard !messages.isEmpty else { return }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO quarantine (position, received, connection, topic, payload, reason, detail, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, 0)
        """)
    var totals = Totals()
    for message in messages {
      // Counted only: there is no topic without a name.
      if message.topic.isEmpty {
        totals.add(message.reason.rawValue, .evicted, messages: 1, bytes: 0)
        continue
      }
      try statement.execute(arguments: [
        position, message.received.nanoseconds, message.connection.rawValue, message.topic, Data(message.payload),
        message.reason.rawValue, message.detail,
      ])
      totals.add(message.reason.rawValue, .waiting, messages: 1, bytes: size(message))
    }
    try totals.store(in: db)
  }

  /// As SQLite's `octet_length` would count it.
  private static func size(_ message: QuarantinedMessage) -> Int {
    message.topic.utf8.count + message.payload.count + message.detail.utf8.count
  }

  /// Marks waiting messages as retried. Their reasons, in the order of the ids.
  static func markRetried(_ ids: [Int64], in db: Database) throws -> [QuarantineReason] {
    var reasons: [QuarantineReason] = []
    var totals = Totals()
    for id in ids {
      guard let reason = try settle(id, as: .retried, totals: &totals, in: db) else {
        throw JournalError.failed("the quarantined message \(id) is not waiting any more")
      }
      reasons.append(reason)
    }
    try totals.store(in: db)
    return reasons
  }

  /// Returns how many of them were waiting.
  static func drop(_ ids: [Int64], in db: Database) throws -> Int {
    var totals = Totals()
    let dropped = try ids.count { try settle($0, as: .dropped, totals: &totals, in: db) != nil }
    try totals.store(in: db)
    return dropped
  }

  /// The row stays for the record, its payload goes. nil if the message is not waiting.
  private static func settle(
    _ id: Int64, as state: QuarantineState, totals: inout Totals, in db: Database
  ) throws -> QuarantineReason? {
    let select = try db.cachedStatement(
      sql: """
        SELECT reason, length(payload), length(CAST(topic AS BLOB)) + length(CAST(detail AS BLOB))
        FROM quarantine WHERE id = ? AND state = 0
        """)
    guard let row = try Row.fetchOne(select, arguments: [id]), let reason = QuarantineReason(rawValue: row[0]) else {
      return nil
    }
    try db.cachedStatement(sql: "UPDATE quarantine SET state = ?, payload = x'' WHERE id = ?")
      .execute(arguments: [state.rawValue, id])
    totals.add(reason.rawValue, .waiting, messages: -1, bytes: -(row[1] as Int) - (row[2] as Int))
    totals.add(reason.rawValue, state, messages: 1, bytes: row[2])
    return reason
  }

  /// Removes the oldest rows that are older than `oldest`, or as many as free `surplus` bytes; at most `limit` rows.
  /// Returns how many.
  static func evict(olderThan oldest: Timestamp, surplus: Int, limit: Int, in db: Database) throws -> Int {
    let statement = try db.cachedStatement(
      sql: """
        SELECT id, received, reason, state, length(payload) + length(CAST(topic AS BLOB)) + length(CAST(detail AS BLOB))
        FROM quarantine ORDER BY id LIMIT ?
        """)
    var totals = Totals()
    var surplus = surplus
    var newest: Int64?
    var removed = 0
    for row in try Row.fetchAll(statement, arguments: [limit]) {
      guard surplus > 0 || row[1] < oldest.nanoseconds else { break }
      let size: Int = row[4]
      let state = QuarantineState(rawValue: row[3]) ?? .waiting
      totals.add(row[2], state, messages: state == .waiting ? -1 : 0, bytes: -size)
      if state == .waiting { totals.add(row[2], .evicted, messages: 1, bytes: 0) }
      surplus -= size
      newest = row[0]
      removed += 1
    }
    if let newest {
      try db.cachedStatement(sql: "DELETE FROM quarantine WHERE id <= ?").execute(arguments: [newest])
    }
    try totals.store(in: db)
    return removed
  }

  /// Changes of `quarantine_totals`, gathered so that each row is written once a transaction.
  private struct Totals {
    private struct Change {
      var reason: UInt8
      var state: QuarantineState
      var messages: Int
      var bytes: Int
    }
    private var changes: [Change] = []

    mutating func add(_ reason: UInt8, _ state: QuarantineState, messages: Int, bytes: Int) {
      if let index = changes.firstIndex(where: { $0.reason == reason && $0.state == state }) {
        changes[index].messages += messages
        changes[index].bytes += bytes
      } else {
        changes.append(Change(reason: reason, state: state, messages: messages, bytes: bytes))
      }
    }

    func store(in db: Database) throws {
      for change in changes {
        try db.cachedStatement(
          sql: """
            INSERT INTO quarantine_totals (reason, state, messages, bytes) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, bytes = bytes + excluded.bytes
            """
        ).execute(arguments: [change.reason, change.state.rawValue, change.messages, change.bytes])
      }
    }
  }
}
