extension JSONValue {
  /// The canonical form of RFC 8785: members sorted by UTF-16 code units, no white space, ECMAScript numbers.
  ///
  /// A number that is not finite has no JSON form and is written as `null`.
  public func canonicalBytes() -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(512)
    write(to: &out)
    return out
  }

  public var canonicalText: String { String(decoding: canonicalBytes(), as: UTF8.self) }

  private func write(to out: inout [UInt8]) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .boolean(let flag): out.append(contentsOf: (flag ? "true" : "false").utf8)
    case .integer(let number):
      // Beyond 2^53 an ECMAScript reader could not tell neighbours apart; the canonical form is that of the double.
      if number.magnitude <= 1 << 53 {
        out.append(contentsOf: String(number).utf8)
      } else {
        out.append(contentsOf: Self.ecmaScript(Double(number)).utf8)
      }
    case .number(let number): out.append(contentsOf: (number.isFinite ? Self.ecmaScript(number) : "null").utf8)
    case .string(let text): Self.write(text, to: &out)
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        element.write(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
      for (index, member) in sorted.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        Self.write(member.key, to: &out)
        out.append(UInt8(ascii: ":"))
        member.value.write(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): out.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
      case 0x08: out.append(contentsOf: "\\b".utf8)
      case 0x09: out.append(contentsOf: "\\t".utf8)
      case 0x0A: out.append(contentsOf: "\\n".utf8)
      case 0x0C: out.append(contentsOf: "\\f".utf8)
      case 0x0D: out.append(contentsOf: "\\r".utf8)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        out.append(contentsOf: "\\u00".utf8)
        out.append(digits[Int(byte >> 4)])
        out.append(digits[Int(byte & 15)])
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  /// The text of ECMAScript's Number::toString (ECMA-262 §6.1.6.1.20). `value` is finite.
  static func ecmaScript(_ value: Double) -> String {
    if value == 0 { return "0" }
    // Swift prints the shortest digits that read back as the same double, as ECMAScript does; only the layout differs.
    let (sign, digits, point) = shortestDigits(value)
    let count = digits.count
    let text: String
    if point > 21 || point < -5 {
      let mantissa = count == 1 ? digits : String(digits.first!) + "." + digits.dropFirst()
      let exponent = point - 1
      text = "\(mantissa)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
    } else if point >= count {
      text = digits + String(repeating: "0", count: point - count)
    } else if point > 0 {
      text = digits.prefix(point) + "." + digits.dropFirst(point)
    } else {
      text = "0." + String(repeating: "0", count: -point) + digits
    }
    return sign + text
  }

  /// Sign, significant digits, and the position of the decimal point counted from the first digit.
  private static func shortestDigits(_ value: Double) -> (sign: String, digits: String, point: Int) {
    let text = value.magnitude.description
    let parts = text.split(separator: "e", maxSplits: 1)
    let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
    let halves = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = String(halves[0])
    let fraction = halves.count == 2 ? String(halves[1]) : ""
    var digits = whole + fraction
    var point = whole.count + exponent
    let leading = digits.prefix { $0 == "0" }.count
    digits.removeFirst(leading)
    point -= leading
    while digits.last == "0" { digits.removeLast() }
    return (value < 0 ? "-" : "", digits, point)
  }
}
