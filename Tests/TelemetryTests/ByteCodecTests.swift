import Telemetry
import Testing

@Suite struct ByteCodecTests {
  @Test func whatIsWrittenIsRead() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let integers = (0..<20).map { shift in Int64.random(in: .min ... .max, using: &generator) >> Int64(shift * 3) }
      var writer = ByteWriter()
      for integer in integers {
        writer.zigzag(integer)
        writer.varint(UInt64(bitPattern: integer))
        writer.varint(Int(integer))
        writer.scaled(ScaledInteger(integer, exponent: -3))
      }
      writer.string("Nm³/h ℃")
      writer.double(-0.1)
      writer.timestamp(.distantPast)
      var reader = ByteReader(writer.bytes)
      for integer in integers {
        #expect(try reader.zigzag() == integer)
        #expect(try reader.varint() == UInt64(bitPattern: integer))
        #expect(try reader.integer() == Int(integer))
        #expect(try reader.scaled() == ScaledInteger(integer, exponent: -3))
      }
      #expect(try reader.string() == "Nm³/h ℃")
      #expect(try reader.double() == -0.1)
      #expect(try reader.timestamp() == .distantPast)
      #expect(reader.isAtEnd)
    }
  }

  @Test func damagedBytesThrow() {
    let damaged: [[UInt8]] = [[], [0x80], Array(repeating: 0xFF, count: 11), [200, 1, 2]]
    for bytes in damaged {
      #expect(throws: ByteReaderError.self) {
        var reader = ByteReader(bytes)
        _ = try reader.blob()
      }
    }
  }

  @Test func hashIsTheSameForEver() {
    var hash = Hash64()
    hash.combine("plant/press/meter-1")
    hash.combine("{}")
    #expect(hash.value == 17_603_110_518_493_100_990)
    var other = Hash64()
    other.combine("plant/press/meter-1{}")
    #expect(hash.value != other.value)
  }
}
