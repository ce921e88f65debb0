import GRDB
import Ledger
import Telemetry

extension Store {
  /// What a key is to this file.
  public enum KeyUse: Hashable, Sendable {
    case known
    case first
    /// It takes the place of another that never handed over: whoever trusts only that one cannot trust this one.
    case replaced
  }

  /// The keys of the ledger, the oldest first.
  public func ledgerKeys() throws -> [LedgerKey] { try read { db in try LedgerKeyTable(db: db).all() } }

  /// Signs heads with this key from now on.
  @discardableResult
  public func use(_ key: SigningKey, since: Timestamp) throws -> KeyUse {
    let newest = try ledgerKeys().last
    var use = KeyUse.known
    if newest?.key != key.publicKey {
      use = newest == nil ? .first : .replaced
      try write { db in
        try LedgerKeyTable(db: db).append(LedgerKey(key: key.publicKey, since: since, handover: nil))
      }
    }
    shared.change { $0.signingKey = key }
    return use
  }

  /// Hands over to a new key: durable when it returns.
  public func rotate(to new: SigningKey, issued: Timestamp) throws {
    guard let old = shared.read({ $0.signingKey }) else { throw StoreError.failed("the ledger has no key") }
    try write { db in
      let handover = try KeyHandover(
        from: old, to: new, gateway: gateway.currentID, issued: issued, leaf: Meta.integer(.leafNumber, in: db),
        chain: Meta.bytes(.leafHash, in: db) ?? LedgerHash.genesis)
      try LedgerKeyTable(db: db).append(LedgerKey(key: new.publicKey, since: issued, handover: handover.text))
    }
    shared.change { $0.signingKey = new }
  }

  /// Signs something else with the key in use, for example a credential.
  public func signed<T>(_ sign: (SigningKey) throws -> T) throws -> T {
    guard let key = shared.read({ $0.signingKey }) else {
      throw StoreError.failed("the ledger has no key to sign with")
    }
    return try sign(key)
  }

  /// Makes a signed head now. Nil if the ledger has no leaf.
  @discardableResult
  public func seal(_ period: LedgerPeriod, issued: Timestamp) throws -> IssuedRecord? {
    var id: String?
    let used = try writeMakingRoom(Self.leastRoom, now: issued) { db in
      var writer = try RecordWriter(db: db, gateway: gateway)
      if let head = try seal(period, with: &writer, issued: issued) {
        id = IssuedRecord.id(
          gateway: head.contents.gateway, kind: .ledgerHead, key: head.contents.key, revision: 0)
      }
      try writer.finish()
      return try usedPages(db)
    }
    makeRoomIfNeeded(usedPages: used, now: issued)
    return try id.flatMap { try record(id: $0) }
  }

  /// The newest signed head; nil before the first.
  public func newestHead() throws -> IssuedRecord? {
    try records(kind: .ledgerHead, latestOnly: false, newestFirst: true, limit: 1).first
  }

  /// End of the last plant-local day that has a head; nil before the first.
  public func sealedUntil() throws -> Timestamp? {
    let nanoseconds = try read { db in try Meta.integer(.sealedUntil, in: db) }
    return nanoseconds == 0 ? nil : Timestamp(nanoseconds: nanoseconds)
  }

  @discardableResult
  func seal(_ period: LedgerPeriod, with writer: inout RecordWriter, issued: Timestamp) throws -> HeadStatement? {
    guard let key = shared.read({ $0.signingKey }) else {
      throw StoreError.failed("the ledger has no key to sign with")
    }
    return try writer.seal(period, at: issued, by: key, formatTime: options.formatTime)
  }
}
