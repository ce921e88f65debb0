/// The pieces of canonical JSON (RFC 8785) that hot paths write directly; `JSONValue.canonicalBytes` uses the same ones.
///
/// Whoever writes an object by hand names its members in the order of their UTF-16 code units.
public enum CanonicalText {
  public static func literal(_ text: StaticString, to out: inout [UInt8]) {
    out.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// ECMAScript's Number::toString (ECMA-262 §6.1.6.1.20); `null` for what is not finite.
  public static func append(_ number: Double, to out: inout [UInt8]) {
    guard number.isFinite else { return literal("null", to: &out) }
    if number == 0 { return out.append(UInt8(ascii: "0")) }
    // Swift prints the shortest digits that read back as the same double, as ECMAScript does. Without an exponent only
    // the ".0" of whole numbers differs.
    var text = number.description
    let isPlain = text.withUTF8 { bytes -> Bool in
      guard !bytes.contains(UInt8(ascii: "e")) else { return false }
      let count = bytes.count
      let isWhole = count > 2 && bytes[count - 1] == UInt8(ascii: "0") && bytes[count - 2] == UInt8(ascii: ".")
      out.append(contentsOf: bytes[..<(isWhole ? count - 2 : count)])
      return true
    }
    if !isPlain { out.append(contentsOf: withExponent(number).utf8) }
  }

  public static func append(_ number: Int, to out: inout [UInt8]) {
    // Beyond 2^53 an ECMAScript reader could not tell neighbours apart; the canonical form is that of the double.
    guard number.magnitude <= 1 << 53 else { return append(Double(number), to: &out) }
    out.append(contentsOf: number.description.utf8)
  }

  /// A string with its quotes.
  public static func append(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): literal("\\\"", to: &out)
      case UInt8(ascii: "\\"): literal("\\\\", to: &out)
      case 0x08: literal("\\b", to: &out)
      case 0x09: literal("\\t", to: &out)
      case 0x0A: literal("\\n", to: &out)
      case 0x0C: literal("\\f", to: &out)
      case 0x0D: literal("\\r", to: &out)
      case 0..<0x20:
        literal("\\u00", to: &out)
        out.append(hexadecimal(byte >> 4))
        out.append(hexadecimal(byte & 15))
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }

  private static func withExponent(_ value: Double) -> String {
    let (sign, digits, point) = shortestDigits(value)
    let count = digits.count
    let text: String
    if point > 21 || point < -5 {
      let mantissa = count == 1 ? digits : String(digits.prefix(1)) + "." + digits.dropFirst()
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
