import Crypto

/// SHA-256 as the ledger uses it.
enum Digest {
  /// What stands before the first leaf.
  static let genesis = [UInt8](repeating: 0, count: 32)

  static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

  /// SHA-256(previous || body hash || id): the hashes as 32 raw bytes each, the id as UTF-8.
  static func leaf(previous: [UInt8], bodyHash: [UInt8], id: String) -> [UInt8] {
    var hasher = SHA256()
    hasher.update(data: previous)
    hasher.update(data: bodyHash)
    hasher.update(data: Array(id.utf8))
    return Array(hasher.finalize())
  }

  /// Lower-case hexadecimal.
  static func hex(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }
}
