/// A streaming 64-bit hash for identities, the same on every machine and for ever (FNV-1a with a final avalanche).
///
/// It is no defence against somebody who builds collisions on purpose; identities that must be are SHA-256.
public struct Hash64: Sendable {
  @usableFromInline var state: UInt64 = 0xCBF2_9CE4_8422_2325

  @inlinable
  public init() {}

  /// Takes eight bytes a step; the length is part of the hash, so that `ab`+`c` differs from `a`+`bc`.
  @inlinable
  public mutating func combine(_ bytes: UnsafeRawBufferPointer) {
    var index = 0
    let count = bytes.count
    while index &+ 8 <= count {
      combine(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian)
      index &+= 8
    }
    var tail: UInt64 = 0
    var shift: UInt64 = 0
    while index < count {
      tail |= UInt64(bytes[index]) &<< shift
      shift &+= 8
      index &+= 1
    }
    combine(tail)
    combine(UInt64(count))
  }

  @inlinable
  public mutating func combine(_ text: String) {
    var text = text
    text.withUTF8 { combine(UnsafeRawBufferPointer($0)) }
  }

  @inlinable
  public mutating func combine(_ word: UInt64) {
    state = (state ^ word) &* 0x9E37_79B9_7F4A_7C15
    state ^= state &>> 29
  }

  @inlinable
  public var value: UInt64 {
    var z = state
    z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z &>> 31)
  }
}
