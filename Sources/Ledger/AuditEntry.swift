/// A leaf as an audit meets it: in a row of the Store, or in a line of an export.
public struct AuditEntry: Hashable, Sendable {
  public enum Body: Hashable, Sendable {
    /// SHA-256 of the body that is there.
    case present([UInt8])
    /// Rightly absent.
    case stub
    /// It should be there.
    case missing
  }

  public var leaf: Leaf
  /// What is kept as the leaf's hash.
  public var hash: [UInt8]
  /// What an envelope says of the leaf before; nil where the order of rows says it.
  public var statedPrevious: [UInt8]?
  public var body: Body
  /// Columns that were already seen to be wrong, as text; the hashes say nothing about them.
  public var flaws: [String]
  /// The contents belong to this leaf instead.
  public var belongsTo: Int64?
  public var line: Int?

  public init(
    leaf: Leaf, hash: [UInt8], statedPrevious: [UInt8]? = nil, body: Body, flaws: [String] = [],
    belongsTo: Int64? = nil,
    line: Int? = nil
  ) {
    self.leaf = leaf
    self.hash = hash
    self.statedPrevious = statedPrevious
    self.body = body
    self.flaws = flaws
    self.belongsTo = belongsTo
    self.line = line
  }
}
