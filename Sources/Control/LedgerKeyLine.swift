/// A public key of the ledger, as `weir keys show` tells it.
public struct LedgerKeyLine: Codable, Hashable, Sendable {
  /// SHA-256 of the key (RFC 7638), hexadecimal.
  public var fingerprint: String
  /// A JSON Web Key (RFC 8037).
  public var key: [String: String]
  public var since: String
  /// The hand-over by the key before, a JSON Web Signature; nil for the first, and for one that replaced a lost key.
  public var handover: String?
  public var isInUse: Bool

  public init(fingerprint: String, key: [String: String], since: String, handover: String?, isInUse: Bool) {
    self.fingerprint = fingerprint
    self.key = key
    self.since = since
    self.handover = handover
    self.isInUse = isInUse
  }
}
