import Foundation
import GRDB
import Rules
import Telemetry

/// How many records of a kind there are.
public struct RecordCounts: Hashable, Sendable {
  /// Ever issued, revisions included.
  public var issued: Int
  /// Still in the file.
  public var kept: Int
}

/// A record without its envelope.
public struct StoredBody: Hashable, Sendable {
  public var kind: RecordKind
  public var asset: String
  public var key: String
  public var start: Timestamp
  public var end: Timestamp
  public var revision: Int
  /// Canonical JSON.
  public var body: [UInt8]
}

/// What a record was about that is not in the file any more.
public struct EvictedInterval: Hashable, Sendable {
  public var asset: String
  public var start: Timestamp
  public var end: Timestamp
}

extension Store {
  /// The engine's counts as of the newest stored outputs or checkpoint.
  public func engineCounts() throws -> EngineCounts {
    try read { db in try Meta.bytes(.counts, in: db).map(EngineCounts.init(encoded:)) ?? EngineCounts() }
  }

  /// In the order of `RecordKind.allCases`.
  public func recordCounts() throws -> [(kind: RecordKind, counts: RecordCounts)] {
    try read { db in
      try RecordKind.allCases.map { kind in
        let issued = try Meta.integer(RecordTotals.issued(kind), in: db)
        let kept = try Meta.integer(RecordTotals.kept(kind), in: db)
        return (kind, RecordCounts(issued: Int(issued), kept: Int(kept)))
      }
    }
  }

  /// Severest first, then the oldest.
  public func openFindings() throws -> [Finding] {
    try read { db in try FindingTable(db: db, formatTime: options.formatTime).open() }
  }

  /// Open and closed ones, newest first.
  public func findings(limit: Int) throws -> [Finding] {
    try read { db in try FindingTable(db: db, formatTime: options.formatTime).latest(limit: limit) }
  }

  /// Records of a kind whose interval starts in [from, to), by (start, asset, revision).
  ///
  /// - Parameters:
  ///   - asset: only this one; nil = all.
  ///   - latestOnly: only the newest revision of each key.
  public func records(
    kind: RecordKind, asset: String? = nil, from: Timestamp = .distantPast, to: Timestamp = .distantFuture,
    latestOnly: Bool = true, newestFirst: Bool = false, limit: Int
  ) throws -> [IssuedRecord] {
    let reader = RecordReader(gateway: gateway, formatTime: options.formatTime)
    return try read { db in
      let latest = """
         AND NOT EXISTS (SELECT 1 FROM records AS later WHERE later.kind = records.kind
          AND later.start = records.start AND later.asset = records.asset AND later.key = records.key
          AND later.revision > records.revision)
        """
      let order = newestFirst ? "start DESC, records.asset DESC" : "start, records.asset"
      let statement = try db.cachedStatement(
        sql: RecordReader.select
          + " WHERE records.kind = ?1 AND records.start >= ?2 AND records.start < ?3"
          + " AND (?4 IS NULL OR records.asset = ?4)" + (latestOnly ? latest : "")
          + " ORDER BY records.\(order), records.sequence\(newestFirst ? " DESC" : "") LIMIT ?5")
      return try Row.fetchAll(
        statement, arguments: [kind.code, from.nanoseconds, to.nanoseconds, asset, limit]
      ).map(reader.record)
    }
  }

  /// Visits the newest revision of each record of a kind whose interval starts in [from, to), by (start, asset).
  ///
  /// Without envelopes, so that a month of a large plant is read in a moment. A record of an asset that had another id
  /// has the id and key of now, and only the newest of what was issued under each of its ids is visited.
  ///
  /// - Parameter asset: only this one, by its id of now; nil = all.
  public func visitBodies(
    kind: RecordKind, asset: String? = nil, from: Timestamp, to: Timestamp, names: AssetNames,
    _ visit: (StoredBody) throws -> Void
  ) throws {
    let ids = asset.map(names.all)
    let filter = ids.map { " AND asset IN (\($0.map { _ in "?" }.joined(separator: ", ")))" } ?? ""
    try read { db in
      // The index has the rows in this order.
      let statement = try db.cachedStatement(
        sql: """
          SELECT sequence, asset, start, end, revision, key, body FROM records
          WHERE kind = ? AND start >= ? AND start < ?\(filter) ORDER BY start, asset, sequence
          """)
      let bounds: StatementArguments = [kind.code, from.nanoseconds, to.nanoseconds]
      let rows = try Row.fetchCursor(statement, arguments: bounds + StatementArguments(ids ?? []))
      // Those that begin together: several may be of one asset (orders of a feed), and each key has its newest.
      var group: [(body: StoredBody, sequence: Int64)] = []
      var places: [String: Int] = [:]
      func flush() throws {
        // Of equal ids the order of the rows stays: it is that of the sequence.
        let sorted =
          names.isEmpty ? group : group.sorted { ($0.body.asset, $0.sequence) < ($1.body.asset, $1.sequence) }
        for (body, _) in sorted { try visit(body) }
        group.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
      }
      while let row = try rows.next() {
        let next = StoredBody(
          kind: kind, asset: names.current(row[1]), key: names.currentKey(row[5]),
          start: Timestamp(nanoseconds: row[2]), end: Timestamp(nanoseconds: row[3]), revision: row[4],
          body: [UInt8](row[6] as Data))
        let sequence: Int64 = row[0]
        if let last = group.last, last.body.start != next.start { try flush() }
        if let place = places[next.key] {
          let known = group[place]
          if (known.body.revision, known.sequence) < (next.revision, sequence) { group[place] = (next, sequence) }
        } else {
          places[next.key] = group.count
          group.append((next, sequence))
        }
      }
      try flush()
    }
  }

  /// The assets, by their ids of now, that have a record of a kind whose interval starts in [from, to); from the index,
  /// without bodies.
  public func assets(kind: RecordKind, from: Timestamp, to: Timestamp, names: AssetNames) throws -> Set<String> {
    try read { db in
      let statement = try db.cachedStatement(
        sql: "SELECT DISTINCT asset FROM records WHERE kind = ? AND start >= ? AND start < ?")
      let ids = try String.fetchSet(statement, arguments: [kind.code, from.nanoseconds, to.nanoseconds])
      return Set(ids.map(names.current))
    }
  }

  /// Records of a kind whose interval starts in [from, to) and whose bodies were given up for want of space: from the
  /// ledger, whose leaves stay. Assets by their ids of now; each interval once.
  public func evicted(
    kind: RecordKind, from: Timestamp, to: Timestamp, names: AssetNames
  ) throws -> Set<EvictedInterval> {
    try read { db in
      func intervals(_ sql: String) throws -> Set<EvictedInterval> {
        let rows = try Row.fetchCursor(
          db.cachedStatement(sql: sql), arguments: [kind.code, from.nanoseconds, to.nanoseconds])
        var intervals: Set<EvictedInterval> = []
        while let row = try rows.next() {
          intervals.insert(
            EvictedInterval(
              asset: names.current(row[0]), start: Timestamp(nanoseconds: row[1]), end: Timestamp(nanoseconds: row[2])))
        }
        return intervals
      }
      let range = "WHERE kind = ? AND start >= ? AND start < ?"
      let gone = try intervals("SELECT DISTINCT asset, start, end FROM leaves \(range) AND evicted = 1")
      guard !gone.isEmpty else { return [] }
      return gone.subtracting(try intervals("SELECT DISTINCT asset, start, end FROM records \(range)"))
    }
  }

  /// One record by its id, if its body was not evicted.
  public func record(id: String) throws -> IssuedRecord? {
    guard let name = RecordName(id: id) else { return nil }
    let reader = RecordReader(gateway: gateway, formatTime: options.formatTime)
    return try read { db in
      let filter = " WHERE records.kind = ?1 AND records.key = ?2 AND records.revision = ?3"
      // A key ends with the start of its interval, which the index needs; without that, all of the kind are looked at.
      let start = name.start.map { " AND records.start = \($0.nanoseconds)" } ?? ""
      let rows = try Row.fetchAll(
        db, sql: RecordReader.select + filter + start, arguments: [name.kind.code, name.key, name.revision])
      return try rows.map(reader.record).first { $0.id == id }
    }
  }

  /// Samples that the engine set aside, newest first.
  ///
  /// - Parameter before: for paging: the lowest number of the page before.
  public func sampleQuarantine(
    asset: String? = nil, before number: Int64 = .max, limit: Int
  ) throws -> [StoredQuarantinedSample] {
    try read { db in try QuarantineTable(db: db).list(before: number, asset: asset, limit: limit) }
  }

  /// How many set-aside samples are kept (the engine's counts have all there ever were).
  public func sampleQuarantineCount() throws -> Int {
    try read { db in try QuarantineTable(db: db).count() }
  }
}

/// The parts of a record id.
struct RecordName: Hashable {
  var gateway: String
  var kind: RecordKind
  var key: String
  var revision: Int

  init?(id: String) {
    let parts = id.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 4, let kind = RecordKind(rawValue: String(parts[1])),
      let revision = Int(parts[parts.count - 1])
    else { return nil }
    gateway = String(parts[0])
    self.kind = kind
    key = parts[2..<parts.count - 1].joined(separator: "/")
    self.revision = revision
  }

  /// The start of the interval that ends the key.
  var start: Timestamp? { key.split(separator: "/").last.flatMap { Timestamp(rfc3339: String($0)) } }
}
