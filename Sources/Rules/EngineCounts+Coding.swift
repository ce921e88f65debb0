import Telemetry

extension EngineCounts {
  /// Compact, the same bytes for equal counts.
  public func encode(into writer: inout ByteWriter) {
    for number in [
      messagesReceived, messagesDecoded, messagesRedelivered, messagesRetried, payloadBytes, samplesDecoded,
      samplesUsed, samplesDuplicate, samplesPending,
    ] {
      writer.varint(number)
    }
    encodeReasons(into: &writer)
  }

  /// The tables of both quarantines, by the reasons' codes.
  package func encodeReasons(into writer: inout ByteWriter) {
    for reasons in [messagesQuarantined, samplesQuarantined] {
      let present = reasons.filter { $0.value != 0 }.sorted { $0.key.rawValue < $1.key.rawValue }
      writer.varint(present.count)
      for (reason, number) in present {
        writer.byte(reason.rawValue)
        writer.varint(number)
      }
    }
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    self.init()
    messagesReceived = try reader.integer()
    messagesDecoded = try reader.integer()
    messagesRedelivered = try reader.integer()
    messagesRetried = try reader.integer()
    payloadBytes = try reader.integer()
    samplesDecoded = try reader.integer()
    samplesUsed = try reader.integer()
    samplesDuplicate = try reader.integer()
    samplesPending = try reader.integer()
    try restoreReasons(from: &reader)
  }

  package mutating func restoreReasons(from reader: inout ByteReader) throws(ByteReaderError) {
    messagesQuarantined = try Self.reasons(from: &reader)
    samplesQuarantined = try Self.reasons(from: &reader)
  }

  private static func reasons(from reader: inout ByteReader) throws(ByteReaderError) -> [QuarantineReason: Int] {
    var reasons: [QuarantineReason: Int] = [:]
    for _ in 0..<(try reader.count()) {
      guard let reason = QuarantineReason(rawValue: try reader.byte()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a reason of the quarantine")
      }
      reasons[reason] = try reader.integer()
    }
    return reasons
  }
}
