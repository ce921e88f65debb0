/// The Castagnoli CRC, eight bytes a step.
struct CRC32C {
  private static let polynomial: UInt32 = 0x82F6_3B78

  /// `tables[k * 256 + b]`: the CRC of byte `b` followed by `k` zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ polynomial : crc >> 1 }
      tables[byte] = crc
    }
    for index in 256..<tables.count {
      let previous = tables[index - 256]
      tables[index] = (previous >> 8) ^ tables[Int(previous & 0xFF)]
    }
    return tables
  }()

  private var state: UInt32 = .max

  var value: UInt32 { ~state }

  mutating func combine(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    Self.tables.withUnsafeBufferPointer { tables in
      var offset = 0
      while offset &+ 8 <= bytes.count {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(crc)
        crc = tables[7 * 256 + Int(word & 0xFF)]
        crc ^= tables[6 * 256 + Int((word >> 8) & 0xFF)]
        crc ^= tables[5 * 256 + Int((word >> 16) & 0xFF)]
        crc ^= tables[4 * 256 + Int((word >> 24) & 0xFF)]
        crc ^= tables[3 * 256 + Int((word >> 32) & 0xFF)]
        crc ^= tables[2 * 256 + Int((word >> 40) & 0xFF)]
        crc ^= tables[256 + Int((word >> 48) & 0xFF)]
        crc ^= tables[Int(word >> 56)]
        offset &+= 8
      }
      while offset < bytes.count {
        crc = (crc >> 8) ^ tables[Int((crc ^ UInt32(bytes[offset])) & 0xFF)]
        offset &+= 1
      }
    }
    state = crc
  }
}
