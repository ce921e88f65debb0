import Foundation
import GRDB
import Telemetry
import Templates

/// Opens `store.sqlite`, or a new one in place of a damaged one.
struct StoreOpening {
  struct Opened {
    var pool: DatabasePool
    var gateway: Gateways
    var positions: SharedState.Values
  }

  /// How long an access waits for another process (the command line on a stopped gateway's file).
  static let busyMilliseconds = 10_000

  let path: String
  let budget: SpaceBudget
  private(set) var notes: [String] = []

  init(path: String, budget: SpaceBudget) {
    self.path = path
    self.budget = budget
  }

  mutating func open(gateway: String, destinations: [Destination]) throws -> Opened {
    do {
      return try attempt(gateway: gateway, destinations: destinations)
    } catch {
      guard case .corrupt(let text) = StoreError.from(error, path: path) else {
        throw StoreError.from(error, path: path)
      }
      let aside = try setAside()
      notes.append("store.sqlite was damaged (\(text)); it was set aside as \(aside) and a new one begun")
      do {
        return try attempt(gateway: gateway, destinations: destinations)
      } catch { throw StoreError.from(error, path: path) }
    }
  }

  private mutating func attempt(gateway: String, destinations: [Destination]) throws -> Opened {
    let pool = try DatabasePool(path: path, configuration: configuration)
    do {
      try pool.writeWithoutTransaction { db in
        try db.execute(sql: "PRAGMA synchronous = FULL")
        if FileManager.default.fileExists(atPath: Self.markPath(path)) { try Self.checkAll(db) }
        try prepareFormat(db)
        try db.execute(sql: "PRAGMA max_page_count = \(budget.maximumPages)")
      }
      var added: [String] = []
      let opened = try pool.write { db in
        try Self.checkHeads(db)
        added = try register(destinations, in: db)
        return Opened(
          pool: pool, gateway: try Self.register(gateway: gateway, in: db), positions: try Self.positions(db))
      }
      notes += added
      try Self.removeMark(path: path)
      return opened
    } catch {
      // The file is about to be set aside or the opening fails as a whole: what closing says does not matter.
      try? pool.close()
      throw error
    }
  }

  private var configuration: Configuration {
    let budget = budget
    var configuration = Configuration()
    configuration.label = "store"
    configuration.maximumReaderCount = 3
    configuration.busyMode = .timeout(Double(Self.busyMilliseconds) / 1000)
    configuration.prepareDatabase { db in
      // Debian builds SQLite so that deleted content is overwritten with zeros: twice the writes for every eviction.
      try db.execute(sql: "PRAGMA secure_delete = OFF; PRAGMA temp_store = MEMORY")
      // Readers read what was just written, or rarely: the page cache of the system serves them.
      try db.execute(sql: "PRAGMA cache_size = \(db.configuration.readonly ? -200 : -1000)")
      guard !db.configuration.readonly else { return }
      // Counts only before the first page of a new file is written.
      try db.execute(sql: "PRAGMA page_size = \(SpaceBudget.pageSize); PRAGMA auto_vacuum = INCREMENTAL")
      try db.execute(
        sql: """
          PRAGMA wal_autocheckpoint = \(budget.autocheckpointPages);
          PRAGMA journal_size_limit = \(budget.ordinaryLogBytes);
          """)
    }
    return configuration
  }

  private func prepareFormat(_ db: Database) throws {
    guard try db.tableExists("meta") else {
      try db.inTransaction {
        try StoreFormat.create(in: db)
        try StoreFormat.addIndexes(in: db)
        return .commit
      }
      return
    }
    let version = try Meta.integer(.format, in: db)
    guard version <= StoreFormat.version else {
      throw StoreError.failed(
        "its format \(version) is newer than this program's (\(StoreFormat.version)); use the newer program again")
    }
    guard version == StoreFormat.version else {
      throw StoreError.corrupt(
        version > 0 ? "its format \(version) is of an earlier program and cannot be read" : "it has no format version")
    }
    try StoreFormat.addIndexes(in: db)
  }

  // MARK: Damage

  /// The cheap check of every opening: the newest rows and the heads that are kept apart from them must agree.
  private static func checkHeads(_ db: Database) throws {
    let newest = try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM records") ?? 0
    let leaf = try Row.fetchOne(db, sql: "SELECT number, hash FROM leaves ORDER BY number DESC LIMIT 1")
    let leafHash = try Meta.bytes(.leafHash, in: db)
    guard newest <= (try Meta.integer(.recordSequence, in: db)),
      leaf?["number"] ?? 0 == (try Meta.integer(.leafNumber, in: db)),
      (leaf?["hash"] as Data?).map({ [UInt8]($0) }) == leafHash
    else { throw StoreError.corrupt("the newest rows do not agree with the heads") }
    _ = try Int64.fetchOne(db, sql: "SELECT max(id) FROM history")
    _ = try String.fetchOne(db, sql: "SELECT max(key) FROM state")
  }

  private static func checkAll(_ db: Database) throws {
    let answer = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? ""
    guard answer == "ok" else { throw StoreError.corrupt(answer) }
  }

  private static func markPath(_ path: String) -> String { path + ".suspect" }

  /// Leaves a note beside the file that damage was met; the next opening then checks all of it.
  static func mark(path: String, _ text: String) {
    // Best effort: the damage itself is thrown to the caller.
    _ = FileManager.default.createFile(atPath: markPath(path), contents: Data(text.utf8))
  }

  private static func removeMark(path: String) throws {
    if FileManager.default.fileExists(atPath: markPath(path)) {
      try FileManager.default.removeItem(atPath: markPath(path))
    }
  }

  /// The new name of the damaged file.
  private func setAside() throws -> String {
    let files = FileManager.default
    var number = 1
    while files.fileExists(atPath: "\(path).corrupt-\(number)") { number += 1 }
    let aside = "\(path).corrupt-\(number)"
    do {
      for suffix in ["-wal", "-shm", ""] where files.fileExists(atPath: path + suffix) {
        try files.moveItem(atPath: path + suffix, toPath: aside + suffix)
      }
      try Self.removeMark(path: path)
    } catch { throw StoreError.failed("the damaged file cannot be set aside: \(error)") }
    return aside
  }

  // MARK: Contents

  private static func positions(_ db: Database) throws -> SharedState.Values {
    let checkpoint = try Meta.integer(.checkpointPosition, in: db)
    let output = try Meta.integer(.outputPosition, in: db)
    return SharedState.Values(checkpoint: checkpoint, output: output, replayEnd: output, latest: checkpoint)
  }

  private static func register(gateway: String, in db: Database) throws -> Gateways {
    try db.execute(sql: "INSERT INTO gateways (id) VALUES (?) ON CONFLICT (id) DO NOTHING", arguments: [gateway])
    var ids: [Int64: String] = [:]
    var current: Int64 = 0
    for row in try Row.fetchAll(db, sql: "SELECT number, id FROM gateways") {
      ids[row["number"]] = row["id"]
      if row["id"] == gateway { current = row["number"] }
    }
    return Gateways(current: current, ids: ids)
  }

  /// Brings the destinations' rows in line with the configuration; returns notes.
  private func register(_ destinations: [Destination], in db: Database) throws -> [String] {
    let newest = try Meta.integer(.recordSequence, in: db)
    var notes: [String] = []
    let known = try DestinationRow.all(in: db)
    for var row in known where row.isActive && !destinations.contains(where: { $0.name == row.name }) {
      row.horizon = newest
      try row.save(in: db)
      notes.append("destination \"\(row.name)\" is not configured any more; its cursor is kept")
    }
    for destination in destinations {
      let allowed = AllowList(destination)
      guard var row = known.first(where: { $0.name == destination.name }) else {
        try DestinationRow(name: destination.name, cursor: newest, allowed: allowed).save(in: db)
        if newest > 0 { notes.append("destination \"\(destination.name)\" is new: it gets the records from now on") }
        continue
      }
      guard row.horizon != nil || row.allowed != allowed else { continue }
      // What it awaits is counted anew: by another list, or with what was issued while it was not configured.
      row.horizon = nil
      row.allowed = allowed
      let pending = try row.countPending(in: db)
      row.counts.issued += pending - row.counts.pending
      row.counts.pending = pending
      try row.save(in: db)
      notes.append("destination \"\(row.name)\" has a new allow-list or is back: \(pending) records await it")
    }
    return notes
  }
}
