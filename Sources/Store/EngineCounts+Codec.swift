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
    encodeReasons(into: &writer)
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
    try restoreReasons(from: &reader)
  }
}
