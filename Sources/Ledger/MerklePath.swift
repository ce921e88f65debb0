/// The nodes that lead from one leaf of a Merkle tree to its root: an audit path of RFC 6962 §2.1.1.
public struct MerklePath: Hashable, Sendable {
  /// Of the leaf, from 0.
  public var index: Int64
  /// Leaves of the tree.
  public var count: Int64
  /// From the leaf upwards.
  public var nodes: [[UInt8]]

  public init(index: Int64, count: Int64, nodes: [[UInt8]]) {
    self.index = index
    self.count = count
    self.nodes = nodes
  }

  /// - Parameters:
  ///   - entries: all leaves of the tree in order.
  ///   - index: a place in it.
  public init(to index: Int, in entries: [[UInt8]]) {
    precondition(entries.indices.contains(index))
    var nodes: [[UInt8]] = []
    var level = entries.map(MerkleTree.leaf)
    var place = index
    while level.count > 1 {
      if place ^ 1 < level.count { nodes.append(level[place ^ 1]) }
      var next: [[UInt8]] = []
      next.reserveCapacity((level.count + 1) / 2)
      for left in stride(from: 0, to: level.count, by: 2) {
        next.append(left + 1 < level.count ? MerkleTree.node(level[left], level[left + 1]) : level[left])
      }
      level = next
      place /= 2
    }
    self.init(index: Int64(index), count: Int64(entries.count), nodes: nodes)
  }

  /// The root that follows if `entry` is the leaf; nil if the path cannot be one of such a tree. RFC 9162 §2.1.3.2.
  public func root(for entry: [UInt8]) -> [UInt8]? {
    guard index >= 0, index < count else { return nil }
    var place = index
    var last = count - 1
    var hash = MerkleTree.leaf(entry)
    for node in nodes {
      guard last > 0 else { return nil }
      if place & 1 == 1 || place == last {
        hash = MerkleTree.node(node, hash)
        while place & 1 == 0, place != 0 {
          place >>= 1
          last >>= 1
        }
      } else {
        hash = MerkleTree.node(hash, node)
      }
      place >>= 1
      last >>= 1
    }
    return last == 0 ? hash : nil
  }
}
