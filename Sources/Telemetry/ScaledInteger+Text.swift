extension ScaledInteger: CustomStringConvertible {
  /// Decimal digits with exactly `-exponent` places ("126238.29", "3.10", "4500").
  public var description: String {
    if exponent >= 0 {
      return mantissa == 0 ? "0" : String(mantissa) + String(repeating: "0", count: Int(exponent))
    }
    let places = -Int(exponent)
    var digits = String(mantissa.magnitude)
    if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
    let split = digits.index(digits.endIndex, offsetBy: -places)
    return (mantissa < 0 ? "-" : "") + digits[..<split] + "." + digits[split...]
  }

  /// Reads `-12.50`, `3e3`, `1.5E-2`. Nil if it is not a decimal number or does not fit 18 significant digits.
  public init?(_ text: String) {
    var text = text
    let parsed = text.withUTF8 { ScaledInteger(decimal: $0.span) }
    guard let parsed else { return nil }
    self = parsed
  }

  /// As `init?(_:)`, over bytes of a payload.
  public init?(decimal bytes: Span<UInt8>) {
    var index = 0
    let negative = !bytes.isEmpty && bytes[0] == UInt8(ascii: "-")
    if !bytes.isEmpty, negative || bytes[0] == UInt8(ascii: "+") { index = 1 }
    var mantissa: Int64 = 0
    var exponent = 0
    var digits = 0
    var seenPoint = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte >= 48, byte <= 57 {
        let (shifted, overflow) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, carry) = shifted.addingReportingOverflow(Int64(byte - 48))
        if overflow || carry { return nil }
        mantissa = sum
        digits += 1
        if seenPoint { exponent -= 1 }
      } else if byte == UInt8(ascii: "."), !seenPoint {
        seenPoint = true
      } else {
        break
      }
      index += 1
    }
    guard digits > 0 else { return nil }
    if index < bytes.count {
      guard bytes[index] | 0x20 == UInt8(ascii: "e") else { return nil }
      index += 1
      var sign = 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
        sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
        index += 1
      }
      guard index < bytes.count else { return nil }
      var power = 0
      while index < bytes.count {
        guard bytes[index] >= 48, bytes[index] <= 57, power < 1000 else { return nil }
        power = power * 10 + Int(bytes[index] - 48)
        index += 1
      }
      exponent += sign * power
    }
    if mantissa == 0 { exponent = min(max(exponent, -18), 0) }
    guard let small = Int8(exactly: exponent) else { return nil }
    self.init(negative ? -mantissa : mantissa, exponent: small)
  }
}
