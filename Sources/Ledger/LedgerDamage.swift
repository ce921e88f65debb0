/// Something that is not as the gateway wrote it, and where.
public struct LedgerDamage: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The record's body is not the one that the leaf is about.
    case body = "altered body"
    /// A column of the leaf or of its record, or a member of the envelope.
    case column = "altered column"
    /// Leaves, or the body of one that was not evicted.
    case missing
    case reordered
    case duplicated
    /// Leaves at the end, which the newest head knows.
    case truncated
    /// The chain holds, but it is not the one that was signed.
    case rewritten
    /// A line, or the file, cannot be read.
    case unreadable
    /// A signed head itself.
    case head = "altered head"
    /// A key or a hand-over, or a head by a key that is not trusted.
    case key
  }

  public var kind: Kind
  /// The leaf; the first of several; nil if it is not about leaves.
  public var leaf: Int64?
  /// The last of several.
  public var lastLeaf: Int64?
  /// Of the record, if it is known.
  public var id: String
  /// From 1, of an export.
  public var line: Int?
  public var detail: String

  public init(
    _ kind: Kind, leaf: Int64? = nil, to lastLeaf: Int64? = nil, id: String = "", line: Int? = nil, _ detail: String
  ) {
    self.kind = kind
    self.leaf = leaf
    self.lastLeaf = lastLeaf == leaf ? nil : lastLeaf
    self.id = id
    self.line = line
    self.detail = detail
  }

  public var description: String {
    var place: [String] = []
    if let line { place.append("line \(line)") }
    if let leaf { place.append(lastLeaf.map { "leaves \(leaf)–\($0)" } ?? "leaf \(leaf)") }
    if !id.isEmpty { place.append(id) }
    return "\(place.isEmpty ? "" : place.joined(separator: ", ") + ": ")\(kind.rawValue): \(detail)"
  }
}
