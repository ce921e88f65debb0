import Telemetry

/// A signed head of the ledger: the Merkle root over the leaves since the head before, and the hash of the last leaf,
/// which through the chain stands for all leaves before. It is the body of a record of kind `ledger-head`.
///
/// The signature is Ed25519 over the canonical JSON of the body without the member `signature`.
public struct HeadStatement: Hashable, Sendable {
  public enum Reason: String, Hashable, Sendable {
    /// A plant-local day has ended.
    case day
    /// Somebody asked for it.
    case request
  }

  /// What a head is made of.
  public struct Contents: Hashable, Sendable {
    /// From 1, without gaps.
    public var number: Int64
    public var gateway: String
    public var reason: Reason
    /// The plant-local day (`2026-11-21`).
    public var day: String
    /// What the head speaks of.
    public var start: Timestamp
    public var end: Timestamp
    public var issued: Timestamp
    /// Leaves first…last; last = first − 1 if there was none.
    public var first: Int64
    public var last: Int64
    /// Merkle root over the hashes of these leaves.
    public var root: [UInt8]
    /// Hash of the last leaf.
    public var chain: [UInt8]
    /// SHA-256 of the body of the head before.
    public var previous: [UInt8]

    public init(
      number: Int64, gateway: String, reason: Reason, day: String, start: Timestamp, end: Timestamp, issued: Timestamp,
      first: Int64, last: Int64, root: [UInt8], chain: [UInt8], previous: [UInt8]
    ) {
      self.number = number
      self.gateway = gateway
      self.reason = reason
      self.day = day
      self.start = start
      self.end = end
      self.issued = issued
      self.first = first
      self.last = last
      self.root = root
      self.chain = chain
      self.previous = previous
    }

    public var count: Int64 { last - first + 1 }
    /// The record's key.
    public var key: String { "ledger/\(number)/\(start.rfc3339UTC)" }
  }

  public let contents: Contents
  public let key: PublicKey
  /// From the first key to this one.
  public let handovers: [String]
  public let body: JSONValue

  /// The hash by which the next head names this one.
  public var hash: [UInt8] { LedgerHash.sha256(body.canonicalBytes()) }

  public init(
    _ contents: Contents, handovers: [String], by signer: SigningKey, formatTime: (Timestamp) -> String
  ) throws(LedgerError) {
    var members: [String: JSONValue] = [
      "chain": .string(LedgerHash.hex(contents.chain)), "count": .integer(contents.count),
      "day": .string(contents.day), "end": .string(formatTime(contents.end)),
      "fingerprint": .string(signer.publicKey.fingerprint), "first": .integer(contents.first),
      "gateway": .string(contents.gateway), "handovers": .array(handovers.map { .string($0) }),
      "issued": .string(formatTime(contents.issued)), "key": signer.publicKey.jwk, "last": .integer(contents.last),
      "number": .integer(contents.number), "previous": .string(LedgerHash.hex(contents.previous)),
      "reason": .string(contents.reason.rawValue), "root": .string(LedgerHash.hex(contents.root)),
      "start": .string(formatTime(contents.start)),
    ]
    let signature = try signer.sign(JSONValue.object(members).canonicalBytes())
    members["signature"] = .string(Base64URL.encode(signature))
    self.contents = contents
    key = signer.publicKey
    self.handovers = handovers
    body = .object(members)
  }

  /// Reads a body and checks its signature by the key that it names. Whether that key is to be trusted is another
  /// question: `isTrusted(by:)`.
  public init(body: JSONValue) throws(LedgerError) {
    func text(_ name: String) throws(LedgerError) -> String {
      guard let text = body[name]?.stringValue else { throw LedgerError("the head has no text \"\(name)\"") }
      return text
    }
    func number(_ name: String) throws(LedgerError) -> Int64 {
      guard let number = body[name]?.integerValue else { throw LedgerError("the head has no number \"\(name)\"") }
      return number
    }
    func hash(_ name: String) throws(LedgerError) -> [UInt8] {
      guard let hash = LedgerHash.bytes(hex: try text(name)) else {
        throw LedgerError("the head has no hash \"\(name)\"")
      }
      return hash
    }
    func time(_ name: String) throws(LedgerError) -> Timestamp {
      guard let time = StrictTime.parse(try text(name)) else { throw LedgerError("the head has no time \"\(name)\"") }
      return time
    }
    guard case .object(var members) = body else { throw LedgerError("the head is no JSON object") }
    guard let reason = Reason(rawValue: try text("reason")) else { throw LedgerError("the head has no known reason") }
    contents = Contents(
      number: try number("number"), gateway: try text("gateway"), reason: reason, day: try text("day"),
      start: try time("start"), end: try time("end"), issued: try time("issued"), first: try number("first"),
      last: try number("last"), root: try hash("root"), chain: try hash("chain"), previous: try hash("previous"))
    key = try PublicKey(jwk: body["key"] ?? .null)
    handovers = (body["handovers"]?.arrayValue ?? []).compactMap(\.stringValue)
    self.body = body
    guard let signature = members.removeValue(forKey: "signature")?.stringValue.flatMap(Base64URL.decode),
      key.verifies(signature, of: JSONValue.object(members).canonicalBytes())
    else { throw LedgerError("the head's signature does not fit its contents") }
    guard (1...Leaf.highest).contains(contents.number), contents.first >= 1, contents.last >= contents.first - 1,
      contents.last <= Leaf.highest, try number("count") == contents.count,
      try text("fingerprint") == key.fingerprint
    else { throw LedgerError("the head contradicts itself") }
  }

  /// Whether its key is the trusted one, or one that the hand-overs connect with it.
  public func isTrusted(by trusted: PublicKey) throws(LedgerError) -> Bool {
    if key == trusted { return true }
    let keys = try KeyHandover.keys(of: handovers)
    return keys.last == key && keys.contains(trusted)
  }
}
