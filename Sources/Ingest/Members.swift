/// Finds the members of one object, or the elements of one array, that lie on a path.
struct Members {
  private var first: Int32 = 0
  private var count: Int32 = 0
  private var hasPositions = false
  /// The member that is tried first, counted from `first`.
  private var expected: Int32 = 0

  /// A negative node has no members.
  @inline(__always)
  init(of node: Int32, in tree: PathTree) {
    guard node >= 0 else { return }
    let parent = tree.nodes[Int(node)]
    first = parent.firstMember
    count = parent.memberCount
    hasPositions = parent.hasPositions
  }

  /// Reads the name whose opening quote stands at `start`.
  /// - Returns: the position after the closing quote, and the node that the name leads to or -1.
  @inline(__always)
  mutating func match(
    _ bytes: Span<UInt8>, at start: Int, _ tree: PathTree
  ) throws(JSONSyntaxError) -> (end: Int, node: Int32) {
    guard count > 0 else { return (try JSONLexer.string(bytes, at: start).end, -1) }
    let member = Int(first &+ expected)
    let end = start &+ 1 &+ Int(tree.members[member].keyCount)
    if end < bytes.count, bytes[end] == UInt8(ascii: "\""), tree.members[member].isPlain,
      Self.isEqual(bytes, start &+ 1, member, tree)
    {
      expected = expected &+ 1 == count ? 0 : expected &+ 1
      return (end &+ 1, tree.members[member].node)
    }
    let scanned = try JSONLexer.string(bytes, at: start)
    let found: Int32
    if scanned.isEscaped {
      let unescaped = JSONLexer.unescaped(bytes, start &+ 1..<scanned.end &- 1)
      found = find(unescaped.span, 0, unescaped.count, tree)
    } else {
      found = find(bytes, start &+ 1, scanned.end &- start &- 2, tree)
    }
    guard found >= 0 else { return (scanned.end, -1) }
    expected = found &+ 1 == count ? 0 : found &+ 1
    return (scanned.end, tree.members[Int(first &+ found)].node)
  }

  /// The member with this name, counted from `first`; -1 if there is none.
  private func find(_ bytes: Span<UInt8>, _ start: Int, _ length: Int, _ tree: PathTree) -> Int32 {
    var index: Int32 = 0
    while index < count {
      let member = Int(first &+ index)
      if Int(tree.members[member].keyCount) == length, Self.isEqual(bytes, start, member, tree) { return index }
      index &+= 1
    }
    return -1
  }

  /// Whether the bytes from `start` begin with the member's name. There are at least as many as the name has.
  @inline(__always)
  private static func isEqual(_ bytes: Span<UInt8>, _ start: Int, _ member: Int, _ tree: PathTree) -> Bool {
    var index = 0
    let count = Int(tree.members[member].keyCount)
    if start &+ 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
      guard word & tree.members[member].mask == tree.members[member].prefix else { return false }
      index = 8
    }
    let keyStart = Int(tree.members[member].keyStart)
    while index < count {
      guard bytes[start &+ index] == tree.keys[keyStart &+ index] else { return false }
      index &+= 1
    }
    return true
  }

  /// The nodes of an array's element that one of its members selects: `[name=temp]`.
  func selected(_ element: Capture, _ bytes: Span<UInt8>, _ tree: PathTree) -> [Int32] {
    guard element.kind == .object else { return [] }
    var found: [Int32] = []
    var parts = JSONElements(element)
    while let name = parts.next(bytes), let value = parts.next(bytes) {
      if value.kind == .array || value.kind == .object { continue }
      for index in Int(first)..<Int(first &+ count) {
        guard let selector = tree.selector(index), Self.isEqual(bytes, name, tree.keys, selector.name),
          Self.isEqual(bytes, value, tree.keys, selector.value)
        else { continue }
        let node = tree.members[index].node
        if !found.contains(node) { found.append(node) }
      }
    }
    return found
  }

  private static func isEqual(_ bytes: Span<UInt8>, _ text: Capture, _ keys: [UInt8], _ range: Range<Int>) -> Bool {
    if text.isEscaped { return JSONLexer.unescaped(bytes, text.range).elementsEqual(keys[range]) }
    guard text.range.count == range.count else { return false }
    for offset in 0..<range.count
    where bytes[text.range.lowerBound + offset] != keys[range.lowerBound + offset] { return false }
    return true
  }

  /// The node of an array's element; -1 if no path leads there.
  @inline(__always)
  func child(at position: Int32, _ tree: PathTree) -> Int32 {
    guard hasPositions else { return -1 }
    for index in first..<first &+ count where tree.members[Int(index)].position == position {
      return tree.members[Int(index)].node
    }
    return -1
  }
}
