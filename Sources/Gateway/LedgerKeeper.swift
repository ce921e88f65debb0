import Foundation
import Ledger
import Logging
import Store
import Telemetry

/// Owns the secret key of the ledger: opens it with the Store, replaces it on request.
final class LedgerKeeper: Sendable {
  private let file: LedgerKeyFile
  private let store: Store
  private let logger: Logger
  private let use: Store.KeyUse
  private let rotation = NSLock()

  /// Makes the key at the first start.
  init(directory: String, store: Store, logger: Logger) throws {
    file = LedgerKeyFile(directory: directory)
    self.store = store
    self.logger = logger
    let key = try file.open(known: store.ledgerKeys().last?.key)
    use = try store.use(key, since: PlantClock.system().wall)
    if use != .known {
      logger.info("the ledger has a new key", metadata: ["fingerprint": "\(key.publicKey.fingerprint)"])
    }
  }

  /// A key without hand-over is something that a person must know of.
  func tell(_ findings: GatewayFindings) {
    guard use == .replaced else { return }
    findings.open(
      "ledger-key-replaced", severity: .critical,
      summary: "The key of the ledger is another one, and the key before has not signed it.",
      advice:
        "If nobody replaced ledger.key on purpose, find out who did. Restore the old key from a backup and restart, "
        + "or tell partners the new fingerprint (weir keys show).")
  }

  /// Lends the key in use; no rotation happens meanwhile.
  func withKey<T>(_ body: (SigningKey) throws -> T) throws -> T {
    try rotation.withLock {
      let known = try store.ledgerKeys().last?.key
      let key = try file.open(known: known)
      guard key.publicKey == known else {
        throw LedgerError("ledger.key was replaced while the gateway runs; restart it, and see what it finds")
      }
      return try body(key)
    }
  }

  /// - Returns: the fingerprint of the new key.
  func rotate() throws -> String {
    try rotation.withLock {
      let key = try SigningKey()
      try file.rotate(to: key) { try store.rotate(to: key, issued: PlantClock.system().wall) }
      logger.notice("the ledger's key was handed over", metadata: ["fingerprint": "\(key.publicKey.fingerprint)"])
      return key.publicKey.fingerprint
    }
  }
}
