import Foundation
import GRDB
import Ledger
import Telemetry

/// Issues records within a transaction: numbers, hashes, the ledger's chain, and the counts of the destinations.
struct RecordWriter {
  let db: Database
  let gateway: Gateways
  private var sequence: Int64
  private(set) var leafNumber: Int64
  private(set) var leafHash: [UInt8]
  private let firstSequence: Int64
  private let firstLeaf: Int64
  private var destinations: [DestinationRow]
  private var issuedByKind: [RecordKind: Int] = [:]

  init(db: Database, gateway: Gateways) throws {
    self.db = db
    self.gateway = gateway
    sequence = try Meta.integer(.recordSequence, in: db)
    leafNumber = try Meta.integer(.leafNumber, in: db)
    leafHash = try Meta.bytes(.leafHash, in: db) ?? LedgerHash.genesis
    firstSequence = sequence
    firstLeaf = leafNumber
    destinations = try DestinationRow.all(in: db).filter(\.isActive)
  }

  /// - Parameter supersedes: the body hash of the revision before; looked up if nil.
  /// - Returns: the body's hash.
  @discardableResult
  mutating func issue(
    _ draft: RecordDraft, at issued: Timestamp, supersedes known: [UInt8]? = nil
  ) throws -> [UInt8] {
    let hash = LedgerHash.sha256(draft.body)
    let supersedes = draft.revision > 0 ? try known ?? predecessor(of: draft) : nil
    sequence += 1
    if draft.kind.isLedger { try addLeaf(draft, at: issued, hash: hash, supersedes: supersedes) }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO records (sequence, kind, asset, issued, start, end, revision, key, gateway, leaf, hash, supersedes,
          cause, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      sequence, draft.kind.code, draft.asset, issued.nanoseconds, draft.start.nanoseconds, draft.end.nanoseconds,
      draft.revision, draft.key, gateway.current, draft.kind.isLedger ? leafNumber : nil, Data(hash),
      supersedes.map { Data($0) }, draft.cause.map { Data(CauseText.encode($0)) }, Data(draft.body),
    ])
    issuedByKind[draft.kind, default: 0] += 1
    for index in destinations.indices
    where destinations[index].awaits(sequence: sequence, kind: draft.kind, asset: draft.asset) {
      destinations[index].counts.issued += 1
      destinations[index].counts.pending += 1
    }
    return hash
  }

  /// Writes heads and counts; nothing may be issued afterwards.
  func finish() throws {
    guard sequence > firstSequence else { return }
    try Meta.set(.recordSequence, sequence, in: db)
    if leafNumber > firstLeaf {
      try Meta.set(.leafNumber, leafNumber, in: db)
      try Meta.set(.leafHash, Data(leafHash), in: db)
    }
    for kind in RecordKind.allCases {
      try Meta.add(RecordTotals.issued(kind), issuedByKind[kind] ?? 0, in: db)
      try Meta.add(RecordTotals.kept(kind), issuedByKind[kind] ?? 0, in: db)
    }
    for destination in destinations { try destination.save(in: db) }
  }

  private mutating func addLeaf(
    _ draft: RecordDraft, at issued: Timestamp, hash: [UInt8], supersedes: [UInt8]?
  ) throws {
    leafNumber += 1
    let leaf = Leaf(
      number: leafNumber, record: sequence, gateway: gateway.currentID, kind: draft.kind.rawValue, key: draft.key,
      revision: Int64(draft.revision), asset: draft.asset, start: draft.start, end: draft.end, issued: issued,
      bodyHash: hash, supersedes: supersedes, cause: draft.cause)
    leafHash = leaf.hash(after: leafHash)
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO leaves (number, sequence, kind, asset, issued, start, end, revision, key, gateway, body_hash,
          supersedes, cause, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      leafNumber, sequence, draft.kind.code, draft.asset, issued.nanoseconds, draft.start.nanoseconds,
      draft.end.nanoseconds, draft.revision, draft.key, gateway.current, Data(hash), supersedes.map { Data($0) },
      draft.cause.map { Data(CauseText.encode($0)) }, Data(leafHash),
    ])
  }

  /// The hash of the body that this revision replaces: under the asset's id, else under one that it had before. Nil if
  /// that body was evicted and its kind has no ledger.
  private func predecessor(of draft: RecordDraft) throws -> [UInt8]? {
    if let hash = try predecessor(of: draft, asset: draft.asset, key: draft.key) { return hash }
    for former in draft.formerAssets {
      // An order that goes on keeps the key that it had.
      let key = draft.key(for: former) ?? draft.key
      if let hash = try predecessor(of: draft, asset: former, key: key) { return hash }
    }
    return nil
  }

  private func predecessor(of draft: RecordDraft, asset: String, key: String) throws -> [UInt8]? {
    let record = try db.cachedStatement(
      sql: "SELECT hash FROM records WHERE kind = ? AND start = ? AND asset = ? AND key = ? AND revision = ?")
    let before = draft.revision - 1
    if let hash = try Data.fetchOne(
      record, arguments: [draft.kind.code, draft.start.nanoseconds, asset, key, before])
    {
      return [UInt8](hash)
    }
    guard draft.kind.isLedger else { return nil }
    let leaf = try db.cachedStatement(
      sql: "SELECT body_hash FROM leaves WHERE kind = ? AND start = ? AND key = ? AND revision = ?")
    return try Data.fetchOne(leaf, arguments: [draft.kind.code, draft.start.nanoseconds, key, before])
      .map { [UInt8]($0) }
  }
}

/// Names of the totals per kind among the single values.
enum RecordTotals {
  static func issued(_ kind: RecordKind) -> String { "issued/\(kind.rawValue)" }
  static func kept(_ kind: RecordKind) -> String { "kept/\(kind.rawValue)" }
}

/// A revision's cause as the file keeps it.
enum CauseText {
  static func encode(_ cause: RevisionCause) -> [UInt8] {
    var writer = ByteWriter()
    writer.timestamp(cause.time)
    writer.string(cause.asset)
    writer.string(cause.signal)
    writer.string(cause.reason.rawValue)
    if let note = cause.note { writer.string(note) }
    return writer.bytes
  }

  /// Nil for bytes that `encode` did not write.
  static func decode(_ stored: [UInt8]) throws -> RevisionCause? {
    var reader = ByteReader(stored)
    let time = try reader.timestamp()
    let asset = try reader.string()
    let signal = try reader.string()
    guard let reason = RevisionCause.Reason(rawValue: try reader.string()) else { return nil }
    let note = reader.isAtEnd ? nil : try reader.string()
    let cause = RevisionCause(asset: asset, signal: signal, time: time, reason: reason, note: note)
    return encode(cause) == stored ? cause : nil
  }

  /// Canonical JSON of the envelope's member.
  static func json(_ stored: [UInt8], formatTime: (Timestamp) -> String) throws -> [UInt8] {
    guard let cause = try decode(stored) else { throw StoreError.corrupt("a revision has no known cause") }
    var members: [String: JSONValue] = [
      "asset": .string(cause.asset), "signal": .string(cause.signal), "reason": .string(cause.reason.rawValue),
      "time": .string(formatTime(cause.time)),
    ]
    members["note"] = cause.note.map { .string($0) }
    return JSONValue.object(members).canonicalBytes()
  }
}
