import Crypto

/// SHA-256 as the ledger uses it: 32 raw bytes.
public enum LedgerHash {
  public static let size = 32
  /// What stands before the first leaf, and before the first head.
  public static let genesis = [UInt8](repeating: 0, count: size)

  public static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

  /// Lower-case hexadecimal digits as bytes.
  public static func hexBytes(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 15))
    }
    return text
  }

  /// Lower-case hexadecimal.
  public static func hex(_ bytes: some Collection<UInt8>) -> String { String(decoding: hexBytes(bytes), as: UTF8.self) }

  /// The bytes of a hash in lower-case hexadecimal; nil for any other text.
  public static func bytes(hex text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count == 2 * size else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[place]), let low = value(digits[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
