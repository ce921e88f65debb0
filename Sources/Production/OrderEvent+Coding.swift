import Plant
import Telemetry

extension OrderEvent {
  static func encode(_ events: [OrderEvent]) -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(events.count)
    for event in events {
      writer.timestamp(event.time)
      writer.fixed64(event.identity)
      writer.byte(event.kind.rawValue)
      for text in [event.product, event.operation, event.batch] { writer.optional(text) }
      for number in [event.planned, event.produced, event.scrapped] { writer.optional(number) }
    }
    return writer.bytes
  }

  static func decode(_ bytes: [UInt8]?) throws -> [OrderEvent] {
    guard let bytes else { return [] }
    var reader = ByteReader(bytes)
    return try (0..<(try reader.count())).map { _ in
      let time = try reader.timestamp()
      let identity = try reader.fixed64()
      guard let kind = Kind(rawValue: try reader.byte()) else {
        throw ByteReaderError(offset: reader.offset, expected: "a kind of order event")
      }
      return OrderEvent(
        time: time, identity: identity, kind: kind, product: try reader.optionalString(),
        operation: try reader.optionalString(), batch: try reader.optionalString(),
        planned: try reader.optionalScaled(), produced: try reader.optionalScaled(),
        scrapped: try reader.optionalScaled())
    }
  }
}

extension ByteWriter {
  mutating func optional(_ cause: RevisionCause?) {
    boolean(cause != nil)
    guard let cause else { return }
    string(cause.asset)
    string(cause.signal)
    timestamp(cause.time)
    string(cause.reason.rawValue)
  }
}

extension ByteReader {
  mutating func optionalCause() throws(ByteReaderError) -> RevisionCause? {
    guard try boolean() else { return nil }
    let (asset, signal) = (try string(), try string())
    let time = try timestamp()
    guard let reason = RevisionCause.Reason(rawValue: try string()) else {
      throw ByteReaderError(offset: offset, expected: "the reason of a revision")
    }
    return RevisionCause(asset: asset, signal: signal, time: time, reason: reason)
  }
}
