import Rules
import Telemetry

extension EngineCounts {
  /// In the order of the file; new ones are added at the end.
  private static var scalars: [WritableKeyPath<EngineCounts, Int>] {
    [
      \.messagesReceived, \.messagesDecoded, \.messagesRedelivered, \.messagesRetried, \.payloadBytes,
      \.samplesDecoded, \.samplesUsed, \.samplesDuplicate, \.samplesPending,
    ]
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    let scalars = Self.scalars
    writer.varint(scalars.count)
    for path in scalars { writer.varint(self[keyPath: path]) }
    for table in [messagesQuarantined, samplesQuarantined] {
      writer.varint(table.count)
      for (reason, count) in table.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        writer.byte(reason.rawValue)
        writer.varint(count)
      }
    }
    return writer.bytes
  }

  init(encoded bytes: [UInt8]) throws {
    self.init()
    var reader = ByteReader(bytes)
    let scalars = Self.scalars
    for index in 0..<(try reader.count()) {
      let value = try reader.integer()
      if index < scalars.count { self[keyPath: scalars[index]] = value }
    }
    messagesQuarantined = try Self.table(from: &reader)
    samplesQuarantined = try Self.table(from: &reader)
  }

  private static func table(from reader: inout ByteReader) throws -> [QuarantineReason: Int] {
    var table: [QuarantineReason: Int] = [:]
    for _ in 0..<(try reader.count()) {
      let code = try reader.byte()
      let count = try reader.integer()
      guard let reason = QuarantineReason(rawValue: code) else {
        throw ByteReaderError(offset: reader.offset, expected: "a reason of the quarantine")
      }
      table[reason] = count
    }
    return table
  }
}
