import Telemetry

/// One key names the next: a JWS by the old key, with the new key's acceptance inside, so that whoever trusts one of
/// the two can trust the other.
public struct KeyHandover: Hashable, Sendable {
  static let type = "weir-key-handover+jwt"

  public let old: PublicKey
  public let new: PublicKey
  public let issued: Timestamp
  /// The last leaf at that time.
  public let leaf: Int64
  public let text: String

  /// - Parameter chain: hash of that leaf.
  public init(
    from old: SigningKey, to new: SigningKey, gateway: String, issued: Timestamp, leaf: Int64, chain: [UInt8]
  ) throws(LedgerError) {
    var members: [String: JSONValue] = [
      "chain": .string(LedgerHash.hex(chain)), "from": old.publicKey.jwk, "gateway": .string(gateway),
      "issued": .string(issued.rfc3339UTC), "key": new.publicKey.jwk, "leaf": .integer(leaf),
      "fingerprint": .string(new.publicKey.fingerprint),
    ]
    members["acceptance"] = .string(Base64URL.encode(try new.sign(JSONValue.object(members).canonicalBytes())))
    text = try JWS(.object(members), type: Self.type, by: old).text
    self.old = old.publicKey
    self.new = new.publicKey
    self.issued = issued
    self.leaf = leaf
  }

  /// Reads one and checks both signatures.
  public init(text: String) throws(LedgerError) {
    let jws = try JWS(text: text)
    guard jws.header["typ"]?.stringValue == Self.type, case .object(var members) = jws.payload,
      let from = members["from"], let key = members["key"], let leaf = members["leaf"]?.integerValue,
      let issued = members["issued"]?.stringValue.flatMap(Timestamp.init(rfc3339:)),
      let acceptance = members.removeValue(forKey: "acceptance")?.stringValue.flatMap(Base64URL.decode)
    else { throw LedgerError("it is no hand-over of keys") }
    old = try PublicKey(jwk: from)
    new = try PublicKey(jwk: key)
    self.leaf = leaf
    self.issued = issued
    self.text = text
    guard jws.isSigned(by: old) else { throw LedgerError("the old key has not signed the hand-over") }
    guard new.verifies(acceptance, of: JSONValue.object(members).canonicalBytes()) else {
      throw LedgerError("the new key has not signed the hand-over")
    }
    guard members["fingerprint"]?.stringValue == new.fingerprint else {
      throw LedgerError("the hand-over names another fingerprint than that of its key")
    }
  }

  /// The keys that follow from trusting one of them: those of a chain of hand-overs in which it stands.
  ///
  /// - Parameter texts: from the oldest to the newest.
  public static func keys(trusting key: PublicKey, through texts: [String]) throws(LedgerError) -> [PublicKey] {
    let chain = try keys(of: texts)
    return chain.contains(key) ? chain : [key]
  }

  /// All keys of a chain, each of which hands over to the next.
  static func keys(of texts: [String]) throws(LedgerError) -> [PublicKey] {
    var keys: [PublicKey] = []
    for text in texts {
      let step = try KeyHandover(text: text)
      guard keys.isEmpty || keys.last == step.old else { throw LedgerError("the hand-overs do not follow each other") }
      if keys.isEmpty { keys.append(step.old) }
      keys.append(step.new)
    }
    return keys
  }
}
