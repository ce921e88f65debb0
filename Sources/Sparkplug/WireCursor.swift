/// Why bytes are no Protobuf message. Offsets count from the beginning of the payload.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Problem: String, Sendable {
    /// A field goes on beyond the end of the payload, or of the message that it belongs to.
    case truncated = "it ends in the middle of a field"
    case longVarint = "a variable-length integer has more than ten bytes"
    case badField = "a field has the number 0"
    case badWireType = "a field has a wire type that the format does not use"
    /// A field of the schema with the wire type of another type.
    case wrongType = "a field has another type than the Sparkplug schema says"
    case tooDeep = "templates are nested too deeply"
    case tooMany = "it has too many metrics"
  }

  public var problem: Problem
  public var offset: Int

  public var description: String { "\(problem.rawValue) (at byte \(offset))" }
}

/// Walks over the fields of one Protobuf message inside a payload. It copies nothing and reads nothing outside
/// `index..<end`, whatever the bytes are.
struct WireCursor {
  enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  struct Key {
    var field: UInt32
    var type: WireType
  }

  private(set) var index: Int
  let end: Int

  init(_ range: Range<Int>) {
    index = range.lowerBound
    end = range.upperBound
  }

  /// The next field's number and wire type; nil at the end of the message.
  @inline(__always)
  mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> Key? {
    guard index < end else { return nil }
    let start = index
    let key = try varint(bytes)
    // Groups (3 and 4) are long gone from Protobuf, 6 and 7 never were.
    guard let type = WireType(rawValue: UInt8(truncatingIfNeeded: key & 7)) else {
      throw WireError(problem: .badWireType, offset: start)
    }
    // Field numbers have 29 bits.
    guard key >> 3 != 0, key >> 3 < 1 << 29 else { throw WireError(problem: .badField, offset: start) }
    return Key(field: UInt32(truncatingIfNeeded: key >> 3), type: type)
  }

  @inline(__always)
  mutating func varint(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
    guard index < end else { throw WireError(problem: .truncated, offset: index) }
    let first = bytes[index]
    if first < 0x80 {
      index &+= 1
      return UInt64(first)
    }
    return try longVarint(bytes)
  }

  private mutating func longVarint(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
    let start = index
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while index < end {
      let byte = bytes[index]
      index &+= 1
      // Bits beyond the 64th are cut off, as every Protobuf library does.
      if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
      if byte < 0x80 { return value }
      shift &+= 7
      guard shift < 70 else { throw WireError(problem: .longVarint, offset: start) }
    }
    throw WireError(problem: .truncated, offset: start)
  }

  @inline(__always)
  mutating func fixed32(_ bytes: Span<UInt8>) throws(WireError) -> UInt32 {
    guard end &- index >= 4 else { throw WireError(problem: .truncated, offset: index) }
    defer { index &+= 4 }
    return UInt32(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self))
  }

  @inline(__always)
  mutating func fixed64(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
    guard end &- index >= 8 else { throw WireError(problem: .truncated, offset: index) }
    defer { index &+= 8 }
    return UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
  }

  /// The place of a string, of bytes or of a nested message.
  @inline(__always)
  mutating func range(_ bytes: Span<UInt8>) throws(WireError) -> Range<Int> {
    let start = index
    let count = try varint(bytes)
    guard count <= UInt64(end &- index) else { throw WireError(problem: .truncated, offset: start) }
    let first = index
    index &+= Int(count)
    return first..<index
  }

  mutating func skip(_ type: WireType, _ bytes: Span<UInt8>) throws(WireError) {
    switch type {
    case .varint: _ = try varint(bytes)
    case .fixed64: _ = try fixed64(bytes)
    case .bytes: _ = try range(bytes)
    case .fixed32: _ = try fixed32(bytes)
    }
  }

  // MARK: Fields of the schema: the value if the wire type is the right one

  @inline(__always)
  mutating func integer(_ key: Key, _ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
    guard key.type == .varint else { throw WireError(problem: .wrongType, offset: index) }
    return try varint(bytes)
  }

  @inline(__always)
  mutating func blob(_ key: Key, _ bytes: Span<UInt8>) throws(WireError) -> Range<Int> {
    guard key.type == .bytes else { throw WireError(problem: .wrongType, offset: index) }
    return try range(bytes)
  }

  @inline(__always)
  mutating func float(_ key: Key, _ bytes: Span<UInt8>) throws(WireError) -> Float {
    guard key.type == .fixed32 else { throw WireError(problem: .wrongType, offset: index) }
    return Float(bitPattern: try fixed32(bytes))
  }

  @inline(__always)
  mutating func double(_ key: Key, _ bytes: Span<UInt8>) throws(WireError) -> Double {
    guard key.type == .fixed64 else { throw WireError(problem: .wrongType, offset: index) }
    return Double(bitPattern: try fixed64(bytes))
  }
}
