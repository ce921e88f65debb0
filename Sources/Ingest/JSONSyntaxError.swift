/// Where a payload stops being JSON. A plain value without text, so that throwing it costs nothing.
struct JSONSyntaxError: Error, Hashable {
  enum Expectation: UInt8 {
    case value
    case name
    case colon
    case commaOrBrace
    case commaOrBracket
    case digit
    case noLeadingZero
    case escape
    case stringByte
    case shallower
    case end

    var text: String {
      switch self {
      case .value: "expected a JSON value"
      case .name: "expected a member name in quotes"
      case .colon: "expected \":\" after a member name"
      case .commaOrBrace: "expected \",\" or \"}\""
      case .commaOrBracket: "expected \",\" or \"]\""
      case .digit: "expected a digit of a number"
      case .noLeadingZero: "expected no digit after a leading zero"
      case .escape: "expected a valid escape sequence in a string"
      case .stringByte: "expected the rest of a string"
      case .shallower: "nested deeper than \(JSONScanner.maximumDepth) levels"
      case .end: "expected nothing after the JSON value"
      }
    }
  }

  var expectation: Expectation
  var offset: Int

  /// `expected ":" after a member name, found "}" at offset 17`
  func detail(in payload: Span<UInt8>) -> String {
    guard offset < payload.count else { return "\(expectation.text), found the end at offset \(offset)" }
    let byte = payload[offset]
    let found =
      byte > 0x20 && byte < 0x7F
      ? "\"\(excerpt(payload, from: offset, to: offset + 1))\"" : "byte 0x\(String(byte, radix: 16, uppercase: true))"
    return "\(expectation.text), found \(found) at offset \(offset)"
  }
}
