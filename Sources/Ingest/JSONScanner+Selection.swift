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
