import Templates

/// All configured paths of all topics as trees of member names and array positions, in flat arrays.
///
/// A topic's paths hang under one root, so that a payload is walked once whatever the number of its fields.
struct PathTree {
  struct Node {
    /// Where the value found here is kept; negative: nowhere.
    var slot: Int32 = -1
    var firstMember: Int32 = 0
    var memberCount: Int32 = 0
    /// A member's name is also a position of an array.
    var hasPositions = false
    /// One of the members selects elements of an array: `[name=temp]`.
    var hasSelectors = false
  }

  struct Member {
    var keyStart: Int32
    var keyCount: Int32
    /// The first eight bytes of the name, little-endian, zero-filled.
    var prefix: UInt64
    /// The bits of `prefix` that are part of the name.
    var mask: UInt64
    /// The name as a position in an array; negative if it is none.
    var position: Int32
    var node: Int32
    /// The name stands in JSON as it is, without escapes.
    var isPlain: Bool
  }

  private(set) var nodes: [Node] = []
  private(set) var members: [Member] = []
  private(set) var keys: [UInt8] = []

  /// Adds a tree; equal paths share a slot. Slots are numbered from 0 in the order in which paths first appear.
  /// - Returns: the root, the number of slots, and the slot of each path.
  mutating func add(_ paths: [FieldPath]) -> (root: Int32, slots: Int, slotOfPath: [Int32]) {
    let draft = Draft()
    var count: Int32 = 0
    let slotOfPath = paths.map { path in
      var node = draft
      for step in path.steps { node = node.child(step) }
      if node.slot < 0 {
        node.slot = count
        count += 1
      }
      return node.slot
    }
    return (store(draft), Int(count), slotOfPath)
  }

  private mutating func store(_ draft: Draft) -> Int32 {
    let number = nodes.count
    nodes.append(Node())
    // Children first: the members of a node must be neighbours.
    let children = draft.children.map { (name: $0.name, node: store($0.node)) }
    let first = members.count
    for child in children {
      let name = Array(child.name.utf8)
      var prefix: UInt64 = 0
      for (index, byte) in name.prefix(8).enumerated() { prefix |= UInt64(byte) << UInt64(8 * index) }
      let position = Int32(child.name).flatMap { String($0) == child.name && $0 >= 0 ? $0 : nil } ?? -1
      if position >= 0 { nodes[number].hasPositions = true }
      if FieldPath.isSelector(child.name) { nodes[number].hasSelectors = true }
      members.append(
        Member(
          keyStart: Int32(keys.count), keyCount: Int32(name.count), prefix: prefix,
          mask: name.count >= 8 ? .max : (1 << UInt64(8 * name.count)) - 1, position: position, node: child.node,
          isPlain: !name.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }))
      keys.append(contentsOf: name)
    }
    nodes[number].slot = draft.slot
    nodes[number].firstMember = Int32(first)
    nodes[number].memberCount = Int32(children.count)
    return Int32(number)
  }

  /// Name and value of a member that selects elements, as ranges of `keys`; nil if it is an ordinary one.
  func selector(_ member: Int) -> (name: Range<Int>, value: Range<Int>)? {
    let start = Int(members[member].keyStart)
    let end = start + Int(members[member].keyCount)
    guard end - start > 3, keys[start] == UInt8(ascii: "["), keys[end - 1] == UInt8(ascii: "]"),
      let sign = keys[start..<end].firstIndex(of: UInt8(ascii: "="))
    else { return nil }
    return (start + 1..<sign, sign + 1..<end - 1)
  }

  private final class Draft {
    var slot: Int32 = -1
    var children: [(name: String, node: Draft)] = []

    func child(_ name: String) -> Draft {
      // Names are compared by their bytes: Swift's `==` would take canonically equivalent names for the same.
      if let known = children.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) { return known.node }
      let node = Draft()
      children.append((name, node))
      return node
    }
  }
}
