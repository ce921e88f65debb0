/// The tokens of JSON: strings, numbers and words, over bounds-checked bytes.
enum JSONLexer {
  /// Checks the string whose opening quote stands at `start`.
  /// - Returns: the position after the closing quote, and whether there is a backslash in it.
  @inline(__always)
  static func string(_ bytes: Span<UInt8>, at start: Int) throws(JSONSyntaxError) -> (end: Int, isEscaped: Bool) {
    var index = start &+ 1
    let count = bytes.count
    while index &+ 8 <= count {
      // Eight bytes a step: which of them is a quote, a backslash or a control character? Subtracting borrows only
      // from bytes above a true hit, so the lowest hit is always right.
      let word = UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
      let quote = word ^ 0x2222_2222_2222_2222
      let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
      let hits =
        ((quote &- 0x0101_0101_0101_0101) & ~quote) | ((backslash &- 0x0101_0101_0101_0101) & ~backslash)
        | ((word &- 0x2020_2020_2020_2020) & ~word)
      let first = (hits & 0x8080_8080_8080_8080).trailingZeroBitCount
      index &+= first &>> 3
      if first < 64 { break }
    }
    while index < count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { return (index &+ 1, false) }
      if byte == UInt8(ascii: "\\") { return (try escapedString(bytes, at: index), true) }
      if byte < 0x20 { break }
      index &+= 1
    }
    throw JSONSyntaxError(expectation: .stringByte, offset: index)
  }

  /// The rest of a string from its first backslash.
  @inline(never)
  private static func escapedString(_ bytes: Span<UInt8>, at start: Int) throws(JSONSyntaxError) -> Int {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") { return index + 1 }
      if byte < 0x20 { break }
      index += 1
      guard byte == UInt8(ascii: "\\") else { continue }
      guard index < bytes.count else { break }
      switch bytes[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
        UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
        index += 1
      case UInt8(ascii: "u"):
        for position in index + 1...index + 4 where position >= bytes.count || hexDigit(bytes[position]) == nil {
          throw JSONSyntaxError(expectation: .escape, offset: position)
        }
        index += 5
      default: throw JSONSyntaxError(expectation: .escape, offset: index)
      }
    }
    throw JSONSyntaxError(expectation: .stringByte, offset: index)
  }

  /// Reads the number that begins at `start` with a minus sign or a digit.
  @inline(__always)
  static func number(
    _ bytes: Span<UInt8>, at start: Int
  ) throws(JSONSyntaxError) -> (end: Int, decimal: Decimal64) {
    var index = start
    let count = bytes.count
    var decimal = Decimal64()
    if bytes[index] == UInt8(ascii: "-") {
      decimal.isNegative = true
      index &+= 1
    }
    let firstDigit = index
    var magnitude: UInt64 = 0
    while index < count, bytes[index] &- 48 < 10 {
      magnitude = magnitude &* 10 &+ UInt64(bytes[index] &- 48)
      index &+= 1
    }
    var digits = index &- firstDigit
    guard digits > 0 else { throw JSONSyntaxError(expectation: .digit, offset: index) }
    if digits > 1, bytes[firstDigit] == 48 {
      throw JSONSyntaxError(expectation: .noLeadingZero, offset: firstDigit &+ 1)
    }
    var exponent = 0
    if index < count, bytes[index] == UInt8(ascii: ".") {
      index &+= 1
      let firstPlace = index
      while index < count, bytes[index] &- 48 < 10 {
        magnitude = magnitude &* 10 &+ UInt64(bytes[index] &- 48)
        index &+= 1
      }
      let places = index &- firstPlace
      guard places > 0 else { throw JSONSyntaxError(expectation: .digit, offset: index) }
      digits &+= places
      exponent = 0 &- places
    }
    if index < count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      let power = try Self.power(bytes, at: index &+ 1)
      index = power.end
      exponent &+= power.value
    }
    decimal.magnitude = magnitude
    decimal.exponent = Int32(clamping: exponent)
    decimal.isExact = digits <= 19
    return (index, decimal)
  }

  /// The power of ten after `e`; clamped, because beyond some thousands every number is zero or too large.
  private static func power(_ bytes: Span<UInt8>, at start: Int) throws(JSONSyntaxError) -> (end: Int, value: Int) {
    var index = start
    var isNegative = false
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }
    let firstDigit = index
    var value = 0
    while index < bytes.count, bytes[index] &- 48 < 10 {
      value = min(value * 10 + Int(bytes[index] &- 48), 1 << 24)
      index += 1
    }
    guard index > firstDigit else { throw JSONSyntaxError(expectation: .digit, offset: index) }
    return (index, isNegative ? -value : value)
  }

  /// The position after `true`, `false` or `null`.
  static func word(_ word: StaticString, _ bytes: Span<UInt8>, at start: Int) throws(JSONSyntaxError) -> Int {
    let end = start &+ word.utf8CodeUnitCount
    let isEqual =
      end <= bytes.count
      && word.withUTF8Buffer { expected in
        for index in 0..<expected.count where bytes[start &+ index] != expected[index] { return false }
        return true
      }
    guard isEqual else { throw JSONSyntaxError(expectation: .value, offset: start) }
    return end
  }

  /// The bytes that a checked string with escapes stands for. Lone surrogates become U+FFFD.
  static func unescaped(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < range.upperBound else {
        out.append(byte)
        continue
      }
      let escape = bytes[index]
      index += 1
      switch escape {
      case UInt8(ascii: "b"): out.append(0x08)
      case UInt8(ascii: "f"): out.append(0x0C)
      case UInt8(ascii: "n"): out.append(0x0A)
      case UInt8(ascii: "r"): out.append(0x0D)
      case UInt8(ascii: "t"): out.append(0x09)
      case UInt8(ascii: "u"):
        var code = codeUnit(bytes, index, range.upperBound)
        index += 4
        if code & 0xFC00 == 0xD800, index + 1 < range.upperBound, bytes[index] == UInt8(ascii: "\\"),
          bytes[index + 1] == UInt8(ascii: "u")
        {
          let low = codeUnit(bytes, index + 2, range.upperBound)
          if low & 0xFC00 == 0xDC00 {
            code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
            index += 6
          }
        }
        let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
        out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      default: out.append(escape)
      }
    }
    return out
  }

  private static func codeUnit(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt32 {
    var code: UInt32 = 0
    for index in start..<start + 4 where index < end { code = code << 4 | UInt32(hexDigit(bytes[index]) ?? 0) }
    return code
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
