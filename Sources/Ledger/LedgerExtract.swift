import Telemetry

/// Chosen members of a record's body, signed: the figure, the method and the period without what stands behind them.
///
/// An SD-JWT (RFC 9901): the signed part holds a salted SHA-256 of every member of the body, named by its JSON pointer
/// (RFC 6901), and the record with the hash of its body and its leaf; only the chosen members come with it. What is
/// left out cannot be guessed, as each has a salt of 128 bits. Whoever sees the whole body later can compare it with the
/// hash, so the signer is bound to what it said.
public struct LedgerExtract: Hashable, Sendable {
  public static let type = "weir-extract+sd-jwt"
  static let hashName = "sha-256"

  public let record: String
  /// SHA-256 of the record's body.
  public let bodyHash: [UInt8]
  public let leaf: Int64
  /// What is said beside the record: the share of a unit.
  public let statement: JSONValue?
  /// By JSON pointer into the body.
  public let shown: [String: JSONValue]
  /// Members that are not shown.
  public let hidden: Int

  /// - Parameters:
  ///   - shows: which members, by their pointers, come with it.
  ///   - statement: what is said beside the record; always shown.
  ///   - salt: 16 random bytes, anew for each call.
  /// - Returns: the text of the SD-JWT.
  public static func sign(
    body: JSONValue, leaf: Leaf, statement: JSONValue? = nil, shows: (String) -> Bool, salt: () -> [UInt8],
    by key: SigningKey
  ) throws(LedgerError) -> String {
    guard LedgerHash.sha256(body.canonicalBytes()) == leaf.bodyHash else {
      throw LedgerError("the body of \(leaf.id) is not the one of its leaf; `weir verify` says more")
    }
    var digests: [String] = []
    var disclosures: [String] = []
    for (pointer, value) in members(of: body) {
      let disclosure = Base64URL.encode(
        JSONValue.array([.string(Base64URL.encode(salt())), .string(pointer), value]).canonicalBytes())
      digests.append(digest(disclosure))
      if shows(pointer) { disclosures.append(disclosure) }
    }
    var claims: [String: JSONValue] = [
      "_sd": .array(digests.sorted().map { .string($0) }), "_sd_alg": .string(hashName), "record": .string(leaf.id),
      "sha256": .string(LedgerHash.hex(leaf.bodyHash)), "leaf": .integer(leaf.number),
      "iss": .string("urn:weir:gateway:\(leaf.gateway)"),
    ]
    claims["statement"] = statement
    let token = try JWS(.object(claims), type: type, by: key)
    return ([token.text] + disclosures).map { $0 + "~" }.joined()
  }

  /// Reads one that one of the keys has signed.
  public init(_ text: String, by keys: [PublicKey]) throws(LedgerError) {
    var parts = text.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, parts.removeLast().isEmpty else {
      throw LedgerError("the extract is no SD-JWT (parts that each end with ~)")
    }
    let token = parts.removeFirst()
    let claims = try JWS.verified(token, by: keys)
    guard try JWS(text: token).header["typ"]?.stringValue == Self.type, claims["_sd_alg"]?.stringValue == Self.hashName,
      let digests = claims["_sd"]?.arrayValue?.compactMap(\.stringValue), let record = claims["record"]?.stringValue,
      let hash = claims["sha256"]?.stringValue.flatMap(LedgerHash.bytes(hex:)), let leaf = claims["leaf"]?.integerValue
    else { throw LedgerError("the extract lacks record, hash, leaf or the digests of its members") }
    var shown: [String: JSONValue] = [:]
    for disclosure in parts {
      guard digests.contains(Self.digest(disclosure)) else {
        throw LedgerError("the extract shows a member that was not signed")
      }
      guard let bytes = Base64URL.decode(disclosure), let parsed = try? JSONValue(parsing: bytes),
        let list = parsed.arrayValue, list.count == 3, let pointer = list[1].stringValue, shown[pointer] == nil
      else { throw LedgerError("the extract shows something that is no member, or one twice") }
      shown[pointer] = list[2]
    }
    self.record = record
    bodyHash = hash
    self.leaf = leaf
    statement = claims["statement"]
    self.shown = shown
    hidden = digests.count - shown.count
  }

  /// - Throws: if it speaks of another record or body than the one that is proven to stand in the ledger.
  public func check(against proven: LedgerProof.Statement) throws(LedgerError) {
    guard record == proven.leaf.id, leaf == proven.leaf.number, bodyHash == proven.leaf.bodyHash else {
      throw LedgerError("the extract is of another record than the one that is proven")
    }
  }

  /// The members of a body that are neither objects nor lists (or empty ones), by JSON pointer, in the order of these.
  public static func members(of body: JSONValue) -> [(pointer: String, value: JSONValue)] {
    var found: [(String, JSONValue)] = []
    func visit(_ value: JSONValue, _ pointer: String) {
      switch value {
      case .object(let members) where !members.isEmpty:
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
          let token = name.replacing("~", with: "~0").replacing("/", with: "~1")
          visit(value, "\(pointer)/\(token)")
        }
      case .array(let items) where !items.isEmpty:
        for (place, item) in items.enumerated() { visit(item, "\(pointer)/\(place)") }
      default: found.append((pointer, value))
      }
    }
    visit(body, "")
    return found
  }

  private static func digest(_ disclosure: String) -> String {
    Base64URL.encode(LedgerHash.sha256(Array(disclosure.utf8)))
  }
}
