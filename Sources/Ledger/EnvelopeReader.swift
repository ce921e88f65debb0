import Telemetry

/// An issued record, read back from its envelope as strictly as it was written.
public struct EnvelopeReader {
  /// What the envelope says; members that are missing or of another form are in `flaws`.
  public let json: JSONValue
  public let kind: String
  public let id: String
  /// SHA-256 of the body; nil for an envelope without one.
  public let bodyHash: [UInt8]?
  /// Nil for a record outside the ledger, and for one whose place in it cannot be read.
  public let leaf: Leaf?
  public let hash: [UInt8]
  public let previous: [UInt8]
  public private(set) var flaws: [String] = []

  private static let members: Set<String> = [
    "body", "cause", "chain", "gateway", "hash", "id", "issued", "key", "kind", "revision", "supersedes",
  ]
  private static let chainMembers: Set<String> = ["asset", "end", "hash", "previous", "record", "sequence", "start"]

  /// - Parameter line: without the line's end.
  public init(line: [UInt8]) throws(LedgerError) {
    let json: JSONValue
    do { json = try JSONValue(parsing: line) } catch { throw LedgerError("it is no JSON: \(error)") }
    guard case .object(let members) = json else { throw LedgerError("it is no JSON object") }
    self.init(json, members)
    if json.canonicalBytes() != line { flaws.append("the line is not in canonical form (RFC 8785)") }
  }

  /// - Throws: if it is no JSON object.
  public init(json: JSONValue) throws(LedgerError) {
    guard case .object(let members) = json else { throw LedgerError("it is no JSON object") }
    self.init(json, members)
  }

  private init(_ json: JSONValue, _ members: [String: JSONValue]) {
    var flaws: [String] = []
    func text(_ name: String, of value: JSONValue? = nil) -> String {
      if let text = (value ?? json)[name]?.stringValue { return text }
      flaws.append("\"\(name)\" is missing")
      return ""
    }
    func number(_ name: String, of value: JSONValue? = nil) -> Int64 {
      if case .integer(let number)? = (value ?? json)[name] { return number }
      flaws.append("\"\(name)\" is missing")
      return -1
    }
    func hash(_ name: String, of value: JSONValue? = nil) -> [UInt8] {
      if let hash = (value ?? json)[name]?.stringValue.flatMap(LedgerHash.bytes(hex:)) { return hash }
      flaws.append("\"\(name)\" is no hash")
      return []
    }
    func time(_ name: String, of value: JSONValue? = nil) -> Timestamp {
      if let time = (value ?? json)[name]?.stringValue.flatMap(StrictTime.parse) { return time }
      flaws.append("\"\(name)\" is no time")
      return .distantPast
    }
    for name in members.keys.sorted() where !Self.members.contains(name) { flaws.append("\"\(name)\" is unknown") }
    kind = text("kind")
    id = text("id")
    let gateway = text("gateway")
    let key = text("key")
    let revision = number("revision")
    if id != "\(gateway)/\(kind)/\(key)/\(revision)" { flaws.append("\"id\" does not fit the other members") }
    let stated = hash("hash")
    bodyHash = members["body"].map { LedgerHash.sha256($0.canonicalBytes()) }
    let issued = time("issued")
    let supersedes = members["supersedes"] == nil ? nil : hash("supersedes")
    var cause: RevisionCause?
    if let value = members["cause"] {
      let note = value["note"]
      if case .object(let inner) = value, inner.count == (note == nil ? 4 : 5),
        let reason = RevisionCause.Reason(rawValue: text("reason", of: value))
      {
        cause = RevisionCause(
          asset: text("asset", of: value), signal: text("signal", of: value), time: time("time", of: value),
          reason: reason, note: note == nil ? nil : text("note", of: value))
      } else {
        flaws.append("\"cause\" is not as it is written")
      }
    }
    if let chain = members["chain"] {
      if case .object(let inner) = chain {
        for name in inner.keys.sorted() where !Self.chainMembers.contains(name) {
          flaws.append("\"chain\" has an unknown member \"\(name)\"")
        }
      }
      self.hash = hash("hash", of: chain)
      previous = hash("previous", of: chain)
      leaf = Leaf(
        number: number("sequence", of: chain), record: number("record", of: chain), gateway: gateway, kind: kind,
        key: key, revision: revision, asset: text("asset", of: chain), start: time("start", of: chain),
        end: time("end", of: chain), issued: issued, bodyHash: stated, supersedes: supersedes, cause: cause)
    } else {
      self.hash = []
      previous = []
      leaf = nil
      if let bodyHash, bodyHash != stated { flaws.append("the body's hash is not the stated one") }
    }
    self.json = json
    self.flaws = flaws
  }
}
