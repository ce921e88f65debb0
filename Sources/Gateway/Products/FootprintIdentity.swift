import Ledger
import Telemetry

/// Names that follow from contents.
enum FootprintIdentity {
  static let blank = "00000000-0000-0000-0000-000000000000"

  /// Version 8 (RFC 9562 §5.8) of the contents' SHA-256.
  static func uuid(of contents: JSONValue) -> String {
    var bytes = Array(LedgerHash.sha256(contents.canonicalBytes()).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = Array(LedgerHash.hex(bytes))
    return [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]].map { String($0) }.joined(separator: "-")
  }
}
