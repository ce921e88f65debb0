/// Builds compact binary state: little-endian, variable-length integers (LEB128), zigzag for signed ones.
public struct ByteWriter: Sendable {
  public var bytes: [UInt8] = []

  @inlinable
  public init() {}

  @inlinable
  public mutating func byte(_ value: UInt8) { bytes.append(value) }

  @inlinable
  public mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest &>>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  @inlinable
  public mutating func varint(_ value: Int) { varint(UInt64(bitPattern: Int64(value))) }

  @inlinable
  public mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: (value &<< 1) ^ (value &>> 63))) }

  @inlinable
  public mutating func fixed64(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value &>> shift)) }
  }

  @inlinable
  public mutating func double(_ value: Double) { fixed64(value.bitPattern) }

  /// Length and bytes.
  @inlinable
  public mutating func blob(_ value: some Collection<UInt8>) {
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  @inlinable
  public mutating func string(_ value: String) { blob(value.utf8) }

  @inlinable
  public mutating func boolean(_ value: Bool) { byte(value ? 1 : 0) }

  @inlinable
  public mutating func timestamp(_ value: Timestamp) { zigzag(value.nanoseconds) }

  @inlinable
  public mutating func scaled(_ value: ScaledInteger) {
    byte(UInt8(bitPattern: value.exponent))
    zigzag(value.mantissa)
  }
}

/// Stored bytes that do not mean what they should.
public struct ByteReaderError: Error, Hashable, CustomStringConvertible {
  public var offset: Int
  public var expected: String
  public init(offset: Int, expected: String) {
    self.offset = offset
    self.expected = expected
  }
  public var description: String { "stored bytes are damaged: expected \(expected) at offset \(offset)" }
}

/// Reads what `ByteWriter` wrote. Throws on truncated or nonsensical bytes, never traps.
public struct ByteReader: Sendable {
  public let bytes: [UInt8]
  public var offset: Int

  @inlinable
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offset = 0
  }

  @inlinable
  public var isAtEnd: Bool { offset >= bytes.count }

  @inlinable
  public mutating func byte() throws(ByteReaderError) -> UInt8 {
    guard offset < bytes.count else { throw ByteReaderError(offset: offset, expected: "a byte") }
    defer { offset &+= 1 }
    return bytes[offset]
  }

  @inlinable
  public mutating func varint() throws(ByteReaderError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte()
      if shift == 63, next > 1 { throw ByteReaderError(offset: offset, expected: "an integer of 64 bits") }
      value |= UInt64(next & 0x7F) &<< shift
      if next < 0x80 { return value }
      shift &+= 7
      if shift > 63 { throw ByteReaderError(offset: offset, expected: "an integer of 64 bits") }
    }
  }

  /// An integer that was written with `varint(_: Int)`.
  @inlinable
  public mutating func integer() throws(ByteReaderError) -> Int {
    Int(Int64(bitPattern: try varint()))
  }

  /// A count of things that take at least one byte each: bounded by what is left, so that it can size an array.
  @inlinable
  public mutating func count() throws(ByteReaderError) -> Int {
    let value = try varint()
    guard value <= UInt64(bytes.count - offset) else { throw ByteReaderError(offset: offset, expected: "a count") }
    return Int(value)
  }

  @inlinable
  public mutating func zigzag() throws(ByteReaderError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
  }

  @inlinable
  public mutating func fixed64() throws(ByteReaderError) -> UInt64 {
    guard bytes.count - offset >= 8 else { throw ByteReaderError(offset: offset, expected: "eight bytes") }
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(bytes[offset &+ index]) &<< UInt64(index &* 8) }
    offset &+= 8
    return value
  }

  @inlinable
  public mutating func double() throws(ByteReaderError) -> Double { Double(bitPattern: try fixed64()) }

  @inlinable
  public mutating func blob() throws(ByteReaderError) -> ArraySlice<UInt8> {
    let length = try count()
    defer { offset &+= length }
    return bytes[offset..<offset &+ length]
  }

  @inlinable
  public mutating func string() throws(ByteReaderError) -> String { String(decoding: try blob(), as: UTF8.self) }

  @inlinable
  public mutating func boolean() throws(ByteReaderError) -> Bool { try byte() != 0 }

  @inlinable
  public mutating func timestamp() throws(ByteReaderError) -> Timestamp { Timestamp(nanoseconds: try zigzag()) }

  @inlinable
  public mutating func scaled() throws(ByteReaderError) -> ScaledInteger {
    let exponent = Int8(bitPattern: try byte())
    return ScaledInteger(try zigzag(), exponent: exponent)
  }
}
