import Telemetry

/// Proves to somebody who has only the gateway's public key that a record stands in its ledger: the record (or only its
/// envelope), the Merkle path of its leaf, and the signed head with the hand-overs of the keys.
public struct LedgerProof: Hashable, Sendable {
  public static let format = "weir-proof-1"

  /// The record as it is forwarded; without `body` if that is not to be shown.
  public let record: JSONValue
  public let path: MerklePath
  /// The body of the head's record.
  public let head: JSONValue

  /// The hand-overs up to the newest key, which the head may be too old to know.
  public let handovers: [String]

  /// A signed extract of the record (`LedgerExtract`); nil = none.
  public var extract: String?

  public init(record: JSONValue, path: MerklePath, head: HeadStatement, handovers: [String]) {
    self.record = record
    self.path = path
    self.head = head.body
    self.handovers = handovers
  }

  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "format": .string(Self.format), "handovers": .array(handovers.map { .string($0) }), "head": head,
      "path": .array(path.nodes.map { .string(LedgerHash.hex($0)) }), "record": record,
    ]
    members["extract"] = extract.map { .string($0) }
    return .object(members)
  }

  /// - Throws: if it is no proof.
  public init(json: JSONValue) throws(LedgerError) {
    guard json["format"]?.stringValue == Self.format, let record = json["record"], let head = json["head"],
      let handovers = json["handovers"]?.arrayValue?.map(\.stringValue), handovers.allSatisfy({ $0 != nil }),
      let nodes = json["path"]?.arrayValue?.map({ $0.stringValue.flatMap(LedgerHash.bytes(hex:)) })
    else { throw LedgerError("it is no proof of the format \(Self.format)") }
    guard nodes.count <= 63, nodes.allSatisfy({ $0 != nil }) else { throw LedgerError("its path is no list of hashes") }
    self.record = record
    self.head = head
    self.handovers = handovers.compactMap { $0 }
    if let extract = json["extract"] {
      guard let text = extract.stringValue else { throw LedgerError("its extract is no text") }
      self.extract = text
    }
    let first = head["first"]?.integerValue ?? 0
    let (index, overflow) = (record["chain"]?["sequence"]?.integerValue ?? -1).subtractingReportingOverflow(first)
    path = MerklePath(
      index: overflow ? -1 : index, count: head["count"]?.integerValue ?? 0, nodes: nodes.compactMap { $0 })
  }

  /// What holds if the proof holds.
  public struct Statement: Hashable, Sendable {
    public var leaf: Leaf
    public var head: HeadStatement.Contents
    /// The body is in the proof; else only its hash is proven.
    public var hasBody: Bool
    /// What is shown of the body, signed with the gateway's key.
    public var extract: LedgerExtract?
  }

  /// - Returns: what is proven.
  /// - Throws: why it does not hold.
  public func verified(by trusted: PublicKey) throws(LedgerError) -> Statement {
    let envelope = try EnvelopeReader(json: record)
    guard let leaf = envelope.leaf else { throw LedgerError("the record has no place in the ledger") }
    if !envelope.flaws.isEmpty {
      throw LedgerError("the record was altered: \(envelope.flaws.joined(separator: "; "))")
    }
    if let hash = envelope.bodyHash, hash != leaf.bodyHash { throw LedgerError("the record's body was altered") }
    let hash = leaf.hash(after: envelope.previous)
    guard hash == envelope.hash else { throw LedgerError("the record was altered: its leaf has another hash") }
    let signed = try HeadStatement(body: head)
    guard leaf.gateway.isEmpty == false,
      (signed.contents.first...max(signed.contents.first, signed.contents.last))
        .contains(leaf.number)
    else { throw LedgerError("the head does not cover leaf \(leaf.number)") }
    guard path.root(for: hash) == signed.contents.root else {
      throw LedgerError("the path does not lead from the record to the root that the head signs")
    }
    let keys = try KeyHandover.keys(of: handovers)
    guard try signed.isTrusted(by: trusted) || keys.contains(trusted) && keys.contains(signed.key) else {
      throw LedgerError(
        "the head is signed by the key \(signed.key.fingerprint), which is neither the given one "
          + "(\(trusted.fingerprint)) nor connected with it by hand-overs")
    }
    var statement = Statement(leaf: leaf, head: signed.contents, hasBody: envelope.bodyHash != nil)
    if let extract {
      let shown = try LedgerExtract(extract, by: try KeyHandover.keys(trusting: trusted, through: handovers))
      try shown.check(against: statement)
      statement.extract = shown
    }
    return statement
  }
}
