/// Steps through the elements of an array, or the names and values of an object in turn, that the scanner has checked
/// already.
struct JSONElements {
  private var index: Int
  private let end: Int

  init(_ array: Capture) {
    index = array.range.lowerBound + 1
    end = array.range.upperBound - 1
  }

  /// The next element; of nested arrays and objects only the kind and where they begin and end.
  mutating func next(_ payload: Span<UInt8>) -> Capture? {
    while index < end, isBetween(payload[index]) { index += 1 }
    guard index < end else { return nil }
    let start = index
    var capture = Capture()
    switch payload[index] {
    case UInt8(ascii: "\""):
      capture.kind = .string
      skipString(payload)
      capture.start = Int32(start + 1)
      capture.end = Int32(index - 1)
      for position in capture.range where payload[position] == UInt8(ascii: "\\") { capture.isEscaped = true }
      return capture
    case UInt8(ascii: "["): capture.kind = .array
    case UInt8(ascii: "{"): capture.kind = .object
    case UInt8(ascii: "t"), UInt8(ascii: "f"): capture.kind = .boolean
    case UInt8(ascii: "n"): capture.kind = .null
    default: capture.kind = .number
    }
    var depth = 0
    while index < end {
      let byte = payload[index]
      if byte == UInt8(ascii: "\"") {
        skipString(payload)
        continue
      }
      if depth == 0, isBetween(byte) { break }
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
      if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth -= 1 }
      index += 1
    }
    capture.start = Int32(start)
    capture.end = Int32(index)
    return capture
  }

  /// What stands at a path of member names in an object; nil if nothing does. Without steps the object itself.
  static func value(at steps: [String], in object: Capture, _ payload: Span<UInt8>) -> Capture? {
    var value = object
    for step in steps {
      guard value.kind == .object else { return nil }
      var members = JSONElements(value)
      var found: Capture?
      while let name = members.next(payload), let member = members.next(payload) {
        let isSame =
          name.isEscaped
          ? JSONLexer.unescaped(payload, name.range).elementsEqual(step.utf8)
          : payload.extracting(name.range).withUnsafeBufferPointer { $0.elementsEqual(step.utf8) }
        if isSame { found = member }
      }
      guard let found else { return nil }
      value = found
    }
    return value
  }

  private func isBetween(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") || byte == 0x20 || byte == 0x0A || byte == 0x0D
      || byte == 0x09
  }

  private mutating func skipString(_ payload: Span<UInt8>) {
    index += 1
    while index < end, payload[index] != UInt8(ascii: "\"") {
      index += payload[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    index += 1
  }
}
