import Foundation
import GRDB
import Ledger
import Telemetry

/// Findings with their history, within a transaction. Each change is issued as a record of kind `finding`.
struct FindingTable {
  let db: Database
  let formatTime: (Timestamp) -> String
  /// Closed findings that are kept.
  var keep: Int64 = .max

  /// Opening what is open already updates it (a new revision if anything differs); closing what is not open changes
  /// nothing.
  func store(_ findings: [Finding], with writer: inout RecordWriter, issued: Timestamp) throws {
    for finding in findings {
      let open = try openRow(finding.key)
      switch (open, finding.closed) {
      case (nil, nil): try insert(finding, with: &writer, issued: issued)
      case (let row?, _): try update(row, to: finding, with: &writer, issued: issued)
      case (nil, _?): break
      }
    }
    if findings.contains(where: { $0.closed != nil }) { try dropOldest() }
  }

  /// The newest are those that were closed last, not opened last: one that was open for long has its time to be read.
  private func dropOldest() throws {
    let statement = try db.cachedStatement(
      sql: """
        DELETE FROM findings WHERE number IN (
          SELECT number FROM findings WHERE closed IS NOT NULL ORDER BY closed DESC, number DESC LIMIT ? OFFSET ?)
        """)
    try statement.execute(arguments: [Self.dropLimit, keep])
  }

  /// In one commit; a file of a program that kept all of them gets there step by step.
  private static let dropLimit = 1000

  // MARK: Changes

  private struct OpenRow {
    var number: Int64
    var opened: Timestamp
    var revision: Int
    var hash: [UInt8]
  }

  private func openRow(_ key: String) throws -> OpenRow? {
    let statement = try db.cachedStatement(
      sql: "SELECT number, opened, revision, hash FROM findings WHERE key = ? AND closed IS NULL")
    return try Row.fetchOne(statement, arguments: [key]).map { row in
      OpenRow(
        number: row["number"], opened: Timestamp(nanoseconds: row["opened"]), revision: row["revision"],
        hash: [UInt8](row["hash"] as Data))
    }
  }

  private func insert(_ finding: Finding, with writer: inout RecordWriter, issued: Timestamp) throws {
    let hash = try writer.issue(draft(finding, revision: 0), at: issued)
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO findings (key, rule, subject, severity, opened, closed, summary, advice, evidence, revision, hash)
        VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, 0, ?)
        """)
    try statement.execute(arguments: [
      finding.key, finding.rule, finding.subject, Int64(finding.severity.rawValue), finding.opened.nanoseconds,
      finding.summary, finding.advice, Self.json(finding.evidence).canonicalText, Data(hash),
    ])
  }

  private func update(
    _ row: OpenRow, to finding: Finding, with writer: inout RecordWriter, issued: Timestamp
  ) throws {
    var finding = finding
    finding.opened = row.opened
    let draft = draft(finding, revision: row.revision + 1)
    guard LedgerHash.sha256(draft.body) != row.hash else { return }
    let hash = try writer.issue(draft, at: issued, supersedes: row.hash)
    let statement = try db.cachedStatement(
      sql: """
        UPDATE findings SET severity = ?, closed = ?, summary = ?, advice = ?, evidence = ?, revision = ?, hash = ?
        WHERE number = ?
        """)
    try statement.execute(arguments: [
      Int64(finding.severity.rawValue), finding.closed?.nanoseconds, finding.summary, finding.advice,
      Self.json(finding.evidence).canonicalText, draft.revision, Data(hash), row.number,
    ])
  }

  private func draft(_ finding: Finding, revision: Int) -> RecordDraft {
    let body: JSONValue = [
      "advice": .string(finding.advice), "closed": finding.closed.map { .string(formatTime($0)) } ?? .null,
      "evidence": Self.json(finding.evidence), "finding": .string(finding.key),
      "opened": .string(formatTime(finding.opened)), "rule": .string(finding.rule),
      "severity": .string(finding.severity.word), "subject": .string(finding.subject),
      "summary": .string(finding.summary),
    ]
    return RecordDraft(
      kind: .finding, key: "\(finding.key)/\(finding.opened.rfc3339UTC)", revision: revision, asset: finding.subject,
      start: finding.opened, end: finding.closed ?? finding.opened, body: body.canonicalBytes())
  }

  private static func json(_ evidence: [Event.Attribute]) -> JSONValue {
    .array(evidence.map { ["name": .string($0.name), "value": .string($0.value)] })
  }

  // MARK: Questions

  /// Severest first, then the oldest.
  func open() throws -> [Finding] {
    try Row.fetchAll(db, sql: "SELECT * FROM findings WHERE closed IS NULL ORDER BY severity DESC, opened, key")
      .map(Self.finding)
  }

  /// Newest first.
  func latest(limit: Int) throws -> [Finding] {
    try Row.fetchAll(db, sql: "SELECT * FROM findings ORDER BY number DESC LIMIT ?", arguments: [limit])
      .map(Self.finding)
  }

  private static func finding(_ row: Row) throws -> Finding {
    guard let severity = Finding.Severity(rawValue: row["severity"]) else {
      throw StoreError.corrupt("a finding has no known severity")
    }
    let evidence = try JSONValue(parsing: row["evidence"] as String).arrayValue ?? []
    return Finding(
      key: row["key"], rule: row["rule"], subject: row["subject"], severity: severity,
      opened: Timestamp(nanoseconds: row["opened"]),
      closed: (row["closed"] as Int64?).map(Timestamp.init(nanoseconds:)), summary: row["summary"],
      advice: row["advice"],
      evidence: evidence.map { .init($0["name"]?.stringValue ?? "", $0["value"]?.stringValue ?? "") })
  }
}
