/// Numbers as people and devices write them into strings, and numbers with more digits than 64 bits hold.
enum DecimalText {
  /// What a text says about a number.
  enum Reading: Equatable {
    case number(Decimal64)
    /// `NaN`, `Inf`, `-Infinity` … in any case: the device says that it has no value.
    case notANumber
    /// Anything else.
    case other
  }

  /// Reads `-12.50`, `+3e3`, `000123.4`, `.5`, with blanks around it, and the words for NaN and infinity.
  /// - Parameter comma: the decimal mark is a comma, and a point is an error: it could group thousands.
  static func read(_ bytes: Span<UInt8>, _ range: Range<Int>, comma: Bool = false) -> Reading {
    let mark = comma ? UInt8(ascii: ",") : UInt8(ascii: ".")
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
    while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
    var decimal = Decimal64()
    var index = start
    if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      decimal.isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    if isWord(bytes, index, end) { return .notANumber }
    var digits = 0
    var places: Int?
    var exponent = 0
    while index < end {
      let byte = bytes[index]
      if byte &- 48 < 10 {
        decimal.magnitude = decimal.magnitude &* 10 &+ UInt64(byte &- 48)
        digits += 1
        if let known = places { places = known + 1 }
      } else if byte == mark, places == nil {
        places = 0
      } else {
        break
      }
      index += 1
    }
    guard digits > 0 else { return .other }
    if index < end {
      guard bytes[index] | 0x20 == UInt8(ascii: "e"), let power = power(bytes, index + 1, end) else { return .other }
      exponent = power
    }
    decimal.exponent = Int32(clamping: exponent - (places ?? 0))
    decimal.isExact = digits <= 19
    return .number(decimal)
  }

  /// Where the number ends that a text begins with, if something follows it: `21.5 °C`. Nil without both.
  static func endOfNumber(_ bytes: Span<UInt8>, _ range: Range<Int>, comma: Bool) -> Int? {
    let mark = comma ? UInt8(ascii: ",") : UInt8(ascii: ".")
    var index = range.lowerBound
    while index < range.upperBound, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
    if index < range.upperBound, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") { index += 1 }
    let first = index
    while index < range.upperBound, bytes[index] &- 48 < 10 || bytes[index] == mark { index += 1 }
    return index > first && index < range.upperBound ? index : nil
  }

  private static func power(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var index = start
    var isNegative = false
    if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    guard index < end else { return nil }
    var value = 0
    while index < end {
      guard bytes[index] &- 48 < 10 else { return nil }
      value = min(value * 10 + Int(bytes[index] &- 48), 1 << 24)
      index += 1
    }
    return isNegative ? -value : value
  }

  private static func isWord(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    for word in ["nan", "inf", "infinity"] as [StaticString] where word.utf8CodeUnitCount == end - start {
      let isEqual = word.withUTF8Buffer { expected in
        for index in 0..<expected.count where bytes[start + index] | 0x20 != expected[index] { return false }
        return true
      }
      if isEqual { return true }
    }
    return false
  }
}

/// A decimal number with up to 38 digits, for texts that `Decimal64` cannot hold and for exact conversions.
struct Decimal128 {
  var magnitude: UInt128 = 0
  var exponent = 0
  var isNegative = false
  /// Further digits, not all zero, were cut off: the number is a little larger than `magnitude`.
  var isCut = false

  init(_ small: Decimal64) {
    magnitude = UInt128(small.magnitude)
    exponent = Int(small.exponent)
    isNegative = small.isNegative
  }

  /// Reads the digits of a text that is known to be a number.
  /// - Parameter places: the exponent of its last digit, as `Decimal64.exponent` gives it.
  init(_ bytes: Span<UInt8>, _ range: Range<Int>, places: Int) {
    exponent = places
    for index in range {
      let byte = bytes[index]
      if byte &- 48 < 10 {
        if magnitude < Self.roomForADigit {
          magnitude = magnitude * 10 + UInt128(byte &- 48)
        } else {
          exponent += 1
          if byte != 48 { isCut = true }
        }
      } else if byte == UInt8(ascii: "-") {
        isNegative = true
      } else if byte | 0x20 == UInt8(ascii: "e") {
        break
      }
    }
    while magnitude != 0, !isCut, magnitude % 10 == 0 {
      magnitude /= 10
      exponent += 1
    }
  }

  private static let roomForADigit = UInt128(10_000_000_000_000_000_000) * 1_000_000_000_000_000_000  // 10^37

  /// Cuts the last digit off.
  mutating func shorten() {
    let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
    if remainder != 0 { isCut = true }
    magnitude = quotient
    exponent += 1
  }
}
