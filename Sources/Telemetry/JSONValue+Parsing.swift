/// Where and why a text is not JSON.
public struct JSONParseError: Error, Hashable, CustomStringConvertible {
  /// Byte offset.
  public var offset: Int
  public var message: String
  public var description: String { "\(message) at offset \(offset)" }
}

extension JSONValue {
  /// Reads one JSON value (RFC 8259) with nothing but white space around it. Of repeated members the last wins.
  public init(parsing bytes: [UInt8]) throws(JSONParseError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  public init(parsing text: String) throws(JSONParseError) { try self.init(parsing: Array(text.utf8)) }
}

private struct JSONParser {
  let bytes: [UInt8]
  var index = 0
  var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  func failure(_ message: String) -> JSONParseError { JSONParseError(offset: index, message: message) }

  mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  mutating func document() throws(JSONParseError) -> JSONValue {
    let result = try value()
    skipSpace()
    if index < bytes.count { throw failure("text after the end of the JSON value") }
    return result
  }

  mutating func value() throws(JSONParseError) -> JSONValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw failure("unexpected end")
    case .some(let byte) where byte == UInt8(ascii: "-") || (48...57).contains(byte): return try number()
    default: throw failure("expected a JSON value")
    }
  }

  mutating func word(_ text: String, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
    guard bytes[index...].starts(with: text.utf8) else { throw failure("expected a JSON value") }
    index += text.utf8.count
    return value
  }

  mutating func enter() throws(JSONParseError) {
    depth += 1
    index += 1
    if depth > 256 { throw failure("nested deeper than 256") }
    skipSpace()
  }

  mutating func object() throws(JSONParseError) -> JSONValue {
    try enter()
    var members: [String: JSONValue] = [:]
    if current != UInt8(ascii: "}") {
      while true {
        skipSpace()
        guard current == UInt8(ascii: "\"") else { throw failure("expected a member name") }
        let name = try string()
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw failure("expected ':'") }
        index += 1
        members[name] = try value()
        skipSpace()
        if current == UInt8(ascii: ",") {
          index += 1
        } else if current == UInt8(ascii: "}") {
          break
        } else {
          throw failure("expected ',' or '}'")
        }
      }
    }
    index += 1
    depth -= 1
    return .object(members)
  }

  mutating func array() throws(JSONParseError) -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    if current != UInt8(ascii: "]") {
      while true {
        elements.append(try value())
        skipSpace()
        if current == UInt8(ascii: ",") {
          index += 1
        } else if current == UInt8(ascii: "]") {
          break
        } else {
          throw failure("expected ',' or ']'")
        }
      }
    }
    index += 1
    depth -= 1
    return .array(elements)
  }

  mutating func digits() throws(JSONParseError) {
    guard let byte = current, byte >= 48, byte <= 57 else { throw failure("expected a digit") }
    while let byte = current, byte >= 48, byte <= 57 { index += 1 }
  }

  mutating func number() throws(JSONParseError) -> JSONValue {
    let start = index
    if current == UInt8(ascii: "-") { index += 1 }
    let firstDigit = current
    let integerStart = index
    try digits()
    if firstDigit == UInt8(ascii: "0"), index - integerStart > 1 { throw failure("leading zero") }
    var isInteger = true
    if current == UInt8(ascii: ".") {
      isInteger = false
      index += 1
      try digits()
    }
    if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      index += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let integer = Int64(text) { return .integer(integer) }
    guard let double = Double(text) else { throw failure("not a number") }
    return .number(double)
  }

  mutating func string() throws(JSONParseError) -> String {
    index += 1
    var out: [UInt8] = []
    while true {
      guard let byte = current else { throw failure("unterminated string") }
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &out)
      case 0..<0x20: throw failure("control character in a string")
      default: out.append(byte)
      }
    }
  }

  mutating func escape(into out: inout [UInt8]) throws(JSONParseError) {
    guard let byte = current else { throw failure("unterminated string") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0C)
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "u"):
      var unit = try hexadecimal()
      if unit >= 0xD800, unit < 0xDC00, current == UInt8(ascii: "\\"), index + 1 < bytes.count,
        bytes[index + 1] == UInt8(ascii: "u")
      {
        index += 2
        let low = try hexadecimal()
        guard low >= 0xDC00, low < 0xE000 else { throw failure("broken surrogate pair") }
        unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(unit) else { throw failure("broken surrogate pair") }
      out.append(contentsOf: Array(String(Character(scalar)).utf8))
    default: throw failure("unknown escape")
    }
  }

  mutating func hexadecimal() throws(JSONParseError) -> UInt32 {
    guard index + 4 <= bytes.count else { throw failure("unterminated escape") }
    var value: UInt32 = 0
    for byte in bytes[index..<index + 4] {
      let digit: UInt8
      switch byte {
      case 48...57: digit = byte - 48
      case 65...70: digit = byte - 55
      case 97...102: digit = byte - 87
      default: throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    index += 4
    return value
  }
}
