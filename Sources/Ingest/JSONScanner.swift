/// Walks a payload once, checks that it is one JSON value (RFC 8259) and notes what stands at the configured paths.
///
/// * Everything is checked, also what no path leads to; nothing is allocated (but for names with escapes).
/// * Nesting is bounded by `maximumDepth`.
/// * Of repeated members the first wins: for every path the first value found is kept.
/// * Bytes of strings need not be valid UTF-8: a unit in Latin-1 must not cost a reading. Text made of them later has
///   replacement characters.
/// * Every access to the payload is bounds-checked by `Span`.
struct JSONScanner {
  static let maximumDepth = 64

  let tree: PathTree
  /// By slot; valid after `scan` for the slots of that root.
  var captures: [Capture]

  init(tree: PathTree, slots: Int) {
    self.tree = tree
    captures = Array(repeating: Capture(), count: slots)
  }

  mutating func scan(_ bytes: Span<UInt8>, root: Int32, slots: Int) throws(JSONSyntaxError) {
    for slot in 0..<slots { captures[slot].kind = .absent }
    let end = Self.afterSpace(bytes, try value(bytes, at: 0, node: root, depth: 0))
    if end < bytes.count { throw JSONSyntaxError(expectation: .end, offset: end) }
  }

  @inline(__always)
  private static func afterSpace(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
      index &+= 1
    }
    return index
  }

  @inline(__always)
  private mutating func keep(_ capture: Capture, at node: Int32) {
    guard node >= 0 else { return }
    let slot = Int(tree.nodes[Int(node)].slot)
    guard slot >= 0, captures[slot].kind == .absent else { return }
    captures[slot] = capture
  }

  // The functions below take the position at which something begins and return the one after it: positions stay in
  // registers. A negative node means that the value is only checked.

  private mutating func value(
    _ bytes: Span<UInt8>, at position: Int, node: Int32, depth: Int
  ) throws(JSONSyntaxError) -> Int {
    let start = Self.afterSpace(bytes, position)
    guard start < bytes.count else { throw JSONSyntaxError(expectation: .value, offset: start) }
    switch bytes[start] {
    case UInt8(ascii: "\""):
      let scanned = try JSONLexer.string(bytes, at: start)
      keep(
        Capture(
          kind: .string, isEscaped: scanned.isEscaped, start: Int32(truncatingIfNeeded: start &+ 1),
          end: Int32(truncatingIfNeeded: scanned.end &- 1)), at: node)
      return scanned.end
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      let scanned = try JSONLexer.number(bytes, at: start)
      keep(
        Capture(
          kind: .number, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: scanned.end),
          decimal: scanned.decimal), at: node)
      return scanned.end
    case UInt8(ascii: "{"):
      return keep(.object, start, try object(bytes, at: start, node: node, depth: depth), node)
    case UInt8(ascii: "["):
      return keep(.array, start, try array(bytes, at: start, node: node, depth: depth), node)
    case UInt8(ascii: "t"): return keep(.boolean, start, try JSONLexer.word("true", bytes, at: start), node)
    case UInt8(ascii: "f"): return keep(.boolean, start, try JSONLexer.word("false", bytes, at: start), node)
    case UInt8(ascii: "n"): return keep(.null, start, try JSONLexer.word("null", bytes, at: start), node)
    default: throw JSONSyntaxError(expectation: .value, offset: start)
    }
  }

  private mutating func keep(_ kind: Capture.Kind, _ start: Int, _ end: Int, _ node: Int32) -> Int {
    keep(
      Capture(kind: kind, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end)), at: node)
    return end
  }

  private mutating func object(
    _ bytes: Span<UInt8>, at start: Int, node: Int32, depth: Int
  ) throws(JSONSyntaxError) -> Int {
    guard depth < Self.maximumDepth else { throw JSONSyntaxError(expectation: .shallower, offset: start) }
    var index = Self.afterSpace(bytes, start &+ 1)
    if index < bytes.count, bytes[index] == UInt8(ascii: "}") { return index &+ 1 }
    // Devices send their members in the same order every time, so the next one expected is tried first.
    var members = Members(of: node, in: tree)
    while true {
      index = Self.afterSpace(bytes, index)
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
        throw JSONSyntaxError(expectation: .name, offset: index)
      }
      let name = try members.match(bytes, at: index, tree)
      index = Self.afterSpace(bytes, name.end)
      guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else {
        throw JSONSyntaxError(expectation: .colon, offset: index)
      }
      index = Self.afterSpace(bytes, try value(bytes, at: index &+ 1, node: name.node, depth: depth &+ 1))
      guard index < bytes.count else { throw JSONSyntaxError(expectation: .commaOrBrace, offset: index) }
      let byte = bytes[index]
      if byte == UInt8(ascii: "}") { return index &+ 1 }
      guard byte == UInt8(ascii: ",") else { throw JSONSyntaxError(expectation: .commaOrBrace, offset: index) }
      index &+= 1
    }
  }

  private mutating func array(
    _ bytes: Span<UInt8>, at start: Int, node: Int32, depth: Int
  ) throws(JSONSyntaxError) -> Int {
    guard depth < Self.maximumDepth else { throw JSONSyntaxError(expectation: .shallower, offset: start) }
    var index = Self.afterSpace(bytes, start &+ 1)
    if index < bytes.count, bytes[index] == UInt8(ascii: "]") { return index &+ 1 }
    let members = Members(of: node, in: tree)
    if node >= 0, tree.nodes[Int(node)].hasSelectors {
      return try selectedElements(bytes, at: index, members, depth: depth)
    }
    var position: Int32 = 0
    while true {
      let child = members.child(at: position, tree)
      index = Self.afterSpace(bytes, try value(bytes, at: index, node: child, depth: depth &+ 1))
      position &+= 1
      guard index < bytes.count else { throw JSONSyntaxError(expectation: .commaOrBracket, offset: index) }
      let byte = bytes[index]
      if byte == UInt8(ascii: "]") { return index &+ 1 }
      guard byte == UInt8(ascii: ",") else { throw JSONSyntaxError(expectation: .commaOrBracket, offset: index) }
      index &+= 1
    }
  }
}

// MARK: - Selection

extension JSONScanner {
  /// The elements of an array of which some are selected by a member (`values[name=temp].value`). Each is checked
  /// first, and walked once more for every path that selects it.
  @inline(never)
  mutating func selectedElements(
    _ bytes: Span<UInt8>, at first: Int, _ members: Members, depth: Int
  ) throws(JSONSyntaxError) -> Int {
    var index = first
    var position: Int32 = 0
    while true {
      let start = Self.afterSpace(bytes, index)
      // A position may be given beside the selectors.
      index = try value(bytes, at: start, node: members.child(at: position, tree), depth: depth &+ 1)
      if start < bytes.count, bytes[start] == UInt8(ascii: "{") {
        let element = Capture(
          kind: .object, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: index))
        for node in members.selected(element, bytes, tree) {
          _ = try value(bytes, at: start, node: node, depth: depth &+ 1)
        }
      }
      position &+= 1
      index = Self.afterSpace(bytes, index)
      guard index < bytes.count else { throw JSONSyntaxError(expectation: .commaOrBracket, offset: index) }
      if bytes[index] == UInt8(ascii: "]") { return index &+ 1 }
      guard bytes[index] == UInt8(ascii: ",") else {
        throw JSONSyntaxError(expectation: .commaOrBracket, offset: index)
      }
      index &+= 1
    }
  }
}
