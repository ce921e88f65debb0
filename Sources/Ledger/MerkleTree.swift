/// The hash tree of RFC 6962 §2.1 over leaves that come one after the other, in memory that grows with the logarithm of
/// their number.
public struct MerkleTree: Hashable, Sendable {
  private struct Node: Hashable, Sendable {
    var height: Int
    var hash: [UInt8]
  }

  public private(set) var count: Int64 = 0
  /// Complete trees, from left to right, of falling height.
  private var nodes: [Node] = []

  public init() {}

  /// - Parameter entry: what the leaf is about; here the hash of a leaf of the ledger.
  public mutating func append(_ entry: [UInt8]) {
    count += 1
    var node = Node(height: 0, hash: Self.leaf(entry))
    while let left = nodes.last, left.height == node.height {
      nodes.removeLast()
      node = Node(height: node.height + 1, hash: Self.node(left.hash, node.hash))
    }
    nodes.append(node)
  }

  /// SHA-256 of nothing for an empty tree.
  public var root: [UInt8] {
    guard var hash = nodes.last?.hash else { return LedgerHash.sha256([]) }
    for left in nodes.dropLast().reversed() { hash = Self.node(left.hash, hash) }
    return hash
  }

  static func leaf(_ entry: [UInt8]) -> [UInt8] { LedgerHash.sha256([0] + entry) }
  static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { LedgerHash.sha256([1] + left + right) }
}
