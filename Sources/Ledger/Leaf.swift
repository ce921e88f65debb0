import Telemetry

/// One entry of the ledger: all that a record's envelope says, and the hash of its body.
///
/// The leaf's hash is SHA-256 over the *statement*: canonical JSON (RFC 8785) with every column that the Store keeps of
/// it, times in UTC, so that whoever has the forwarded record can make it again. Through `previous` the leaves form a
/// chain.
public struct Leaf: Hashable, Sendable {
  /// Format 1 covered only previous hash, body hash and id.
  public static let format = 2
  /// No ledger comes this far; beyond it one could not count on. A larger number was altered.
  public static let highest: Int64 = 1 << 62

  /// From 1, without gaps.
  public var number: Int64
  /// The record's position in the Store.
  public var record: Int64
  public var gateway: String
  /// Stream name.
  public var kind: String
  public var key: String
  public var revision: Int64
  public var asset: String
  public var start: Timestamp
  public var end: Timestamp
  public var issued: Timestamp
  public var bodyHash: [UInt8]
  /// Hash of the body of the revision before.
  public var supersedes: [UInt8]?
  public var cause: RevisionCause?

  public init(
    number: Int64, record: Int64, gateway: String, kind: String, key: String, revision: Int64, asset: String,
    start: Timestamp, end: Timestamp, issued: Timestamp, bodyHash: [UInt8], supersedes: [UInt8]? = nil,
    cause: RevisionCause? = nil
  ) {
    self.number = number
    self.record = record
    self.gateway = gateway
    self.kind = kind
    self.key = key
    self.revision = revision
    self.asset = asset
    self.start = start
    self.end = end
    self.issued = issued
    self.bodyHash = bodyHash
    self.supersedes = supersedes
    self.cause = cause
  }

  /// The record's id.
  public var id: String { "\(gateway)/\(kind)/\(key)/\(revision)" }

  /// The hash of this leaf behind one with the hash `previous` (`LedgerHash.genesis` for the first).
  public func hash(after previous: [UInt8]) -> [UInt8] { LedgerHash.sha256(statement(after: previous)) }

  /// The members in the order of their names.
  public func statement(after previous: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(640)
    CanonicalText.literal(#"{"asset":"#, to: &out)
    CanonicalText.append(asset, to: &out)
    CanonicalText.literal(#","body":"#, to: &out)
    Self.append(bodyHash, to: &out)
    if let cause {
      CanonicalText.literal(#","cause":{"asset":"#, to: &out)
      CanonicalText.append(cause.asset, to: &out)
      if let note = cause.note {
        CanonicalText.literal(#","note":"#, to: &out)
        CanonicalText.append(note, to: &out)
      }
      CanonicalText.literal(#","reason":"#, to: &out)
      CanonicalText.append(cause.reason.rawValue, to: &out)
      CanonicalText.literal(#","signal":"#, to: &out)
      CanonicalText.append(cause.signal, to: &out)
      CanonicalText.literal(#","time":"#, to: &out)
      CanonicalText.append(cause.time.rfc3339UTC, to: &out)
      CanonicalText.literal("}", to: &out)
    }
    CanonicalText.literal(#","end":"#, to: &out)
    CanonicalText.append(end.rfc3339UTC, to: &out)
    CanonicalText.literal(#","format":"#, to: &out)
    CanonicalText.append(Self.format, to: &out)
    CanonicalText.literal(#","gateway":"#, to: &out)
    CanonicalText.append(gateway, to: &out)
    CanonicalText.literal(#","issued":"#, to: &out)
    CanonicalText.append(issued.rfc3339UTC, to: &out)
    CanonicalText.literal(#","key":"#, to: &out)
    CanonicalText.append(key, to: &out)
    CanonicalText.literal(#","kind":"#, to: &out)
    CanonicalText.append(kind, to: &out)
    CanonicalText.literal(#","leaf":"#, to: &out)
    CanonicalText.append(Int(number), to: &out)
    CanonicalText.literal(#","previous":"#, to: &out)
    Self.append(previous, to: &out)
    CanonicalText.literal(#","record":"#, to: &out)
    CanonicalText.append(Int(record), to: &out)
    CanonicalText.literal(#","revision":"#, to: &out)
    CanonicalText.append(Int(revision), to: &out)
    CanonicalText.literal(#","start":"#, to: &out)
    CanonicalText.append(start.rfc3339UTC, to: &out)
    if let supersedes {
      CanonicalText.literal(#","supersedes":"#, to: &out)
      Self.append(supersedes, to: &out)
    }
    CanonicalText.literal("}", to: &out)
    return out
  }

  private static func append(_ hash: [UInt8], to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    out.append(contentsOf: LedgerHash.hexBytes(hash))
    out.append(UInt8(ascii: "\""))
  }
}
