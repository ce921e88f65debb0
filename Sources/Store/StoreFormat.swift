import GRDB

/// The tables of `store.sqlite`.
///
/// Indexes are few, and rows come in rising order of every one of them (within a kind), so that a commit touches the
/// last page of each and flash wear stays small.
enum StoreFormat {
  /// Raised with every change that an older program could not read.
  ///
  /// 1: the hash of a leaf covered only previous hash, body hash and id.
  static let version: Int64 = 2

  static func create(in db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        -- Gateway ids: a record keeps the one under which it was issued.
        CREATE TABLE gateways (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
        CREATE TABLE state (key TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
        -- Row number: see HistoryKey.
        CREATE TABLE history (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
        -- Assets of which history before `block` is not needed; it is deleted before `pruned`.
        CREATE TABLE history_floors (asset INTEGER PRIMARY KEY, block INTEGER NOT NULL, pruned INTEGER NOT NULL);
        -- Columns before the body are what eviction and filters read. Times are nanoseconds.
        CREATE TABLE records (
          sequence INTEGER PRIMARY KEY, kind INTEGER NOT NULL, asset TEXT NOT NULL, issued INTEGER NOT NULL,
          start INTEGER NOT NULL, end INTEGER NOT NULL, revision INTEGER NOT NULL, key TEXT NOT NULL,
          gateway INTEGER NOT NULL, leaf INTEGER, hash BLOB NOT NULL, supersedes BLOB, cause BLOB, body BLOB NOT NULL);
        CREATE INDEX records_window ON records (kind, start, asset);
        -- The ledger. `previous` of a leaf is the hash of the leaf before it. The hash covers every column but
        -- `evicted`: whether the record of the leaf was given up.
        CREATE TABLE leaves (
          number INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, kind INTEGER NOT NULL, asset TEXT NOT NULL,
          issued INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, revision INTEGER NOT NULL,
          key TEXT NOT NULL, gateway INTEGER NOT NULL, body_hash BLOB NOT NULL, supersedes BLOB, cause BLOB,
          hash BLOB NOT NULL, evicted INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX leaves_window ON leaves (kind, start);
        -- Public keys, the newest last. `handover`: signed by the key before; null for the first, and for one that
        -- took the place of a lost key.
        CREATE TABLE ledger_keys (
          number INTEGER PRIMARY KEY, public BLOB NOT NULL, since INTEGER NOT NULL, handover TEXT);
        CREATE TABLE findings (
          number INTEGER PRIMARY KEY, key TEXT NOT NULL, rule TEXT NOT NULL, subject TEXT NOT NULL,
          severity INTEGER NOT NULL, opened INTEGER NOT NULL, closed INTEGER, summary TEXT NOT NULL,
          advice TEXT NOT NULL, evidence TEXT NOT NULL, revision INTEGER NOT NULL, hash BLOB NOT NULL);
        CREATE UNIQUE INDEX findings_open ON findings (key) WHERE closed IS NULL;
        -- `exponent` is null for a double; `value` is null for a double that is not a number.
        CREATE TABLE sample_quarantine (
          number INTEGER PRIMARY KEY, asset TEXT NOT NULL, signal TEXT NOT NULL, time INTEGER NOT NULL, value,
          exponent INTEGER, reason INTEGER NOT NULL, detail TEXT NOT NULL, noticed INTEGER NOT NULL);
        -- `horizon`: while the destination is not configured, the last record that was issued for it.
        CREATE TABLE destinations (
          name TEXT PRIMARY KEY, cursor INTEGER NOT NULL, horizon INTEGER, allowed TEXT NOT NULL,
          issued INTEGER NOT NULL, delivered INTEGER NOT NULL, pending INTEGER NOT NULL, refused TEXT NOT NULL,
          evicted TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE refused (
          number INTEGER PRIMARY KEY, destination TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL,
          reason TEXT NOT NULL);
        """)
    try Meta.set(.format, version, in: db)
  }

  /// Indexes that files of the first programs lack. Those programs can use a file that has them.
  static func addIndexes(in db: Database) throws {
    try db.execute(
      sql: "CREATE INDEX IF NOT EXISTS findings_closed ON findings (closed) WHERE closed IS NOT NULL")
  }
}
