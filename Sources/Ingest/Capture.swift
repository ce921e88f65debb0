/// What the scanner found at one configured path. Positions are byte offsets in the payload.
struct Capture {
  enum Kind: UInt8 {
    case absent
    case null
    case boolean
    case number
    case string
    case array
    case object

    /// With its article, for details.
    var words: String {
      switch self {
      case .absent: "nothing"
      case .null: "null"
      case .boolean: "a boolean"
      case .number: "a number"
      case .string: "a string"
      case .array: "an array"
      case .object: "an object"
      }
    }
  }

  var kind: Kind = .absent
  /// Strings only: there is a backslash in it.
  var isEscaped = false
  /// Of strings: what is between the quotes.
  var start: Int32 = 0
  var end: Int32 = 0
  /// Numbers only.
  var decimal = Decimal64()

  /// Absent and null are the same: the device says nothing.
  @inline(__always)
  var isPresent: Bool { kind != .absent && kind != .null }
  @inline(__always)
  var range: Range<Int> { Int(start)..<Int(end) }
}

/// A decimal number as the digits of a text: `± magnitude × 10^exponent`.
struct Decimal64: Hashable {
  var magnitude: UInt64 = 0
  var exponent: Int32 = 0
  var isNegative = false
  /// False: there are more digits than fit; `magnitude` means nothing and the text must be read again.
  var isExact = true
}
