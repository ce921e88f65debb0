import Foundation

/// Base64 that could be a record: which numbers it holds.
enum EncodedRecord {
  private static let shortest = 96

  static func read(_ text: String) -> FieldValue.Record? {
    guard text.utf8.count >= shortest, text.utf8.count % 4 == 0, let data = Data(base64Encoded: text),
      data.count % 2 == 0
    else { return nil }
    let bytes = [UInt8](data)
    if bytes.count % 4 == 0, isFloats(bytes) {
      return FieldValue.Record(points: bytes.count / 4, fewest: bytes.count / 4, encoding: .float32)
    }
    return FieldValue.Record(points: bytes.count / 2, fewest: bytes.count / 2, encoding: .int16)
  }

  /// Pairs of integers read as floating point are nearly all absurdly large, absurdly small, or no numbers.
  private static func isFloats(_ bytes: [UInt8]) -> Bool {
    var plausible = 0
    for index in stride(from: 0, to: bytes.count, by: 4) {
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
      let value = Float(bitPattern: bits)
      guard value.isFinite else { return false }
      if value == 0 || (1e-9...1e9).contains(value.magnitude) { plausible += 1 }
    }
    return plausible * 4 >= bytes.count / 100 * 99
  }
}
