import Telemetry

extension ChunkCodec {
  /// Texts are written once each, in the order of their first use.
  static func encode(_ events: [Event], origin: Int64, into writer: inout ByteWriter) {
    writer.varint(events.count)
    guard !events.isEmpty else { return }
    var texts = TextTable()
    var body = ByteWriter()
    var previous = origin
    for event in events {
      body.zigzag(event.time.nanoseconds &- previous)
      previous = event.time.nanoseconds
      body.varint(UInt64(event.series.rawValue))
      body.fixed64(event.identity)
      body.varint(event.attributes.count)
      for attribute in event.attributes {
        body.varint(texts.place(attribute.name))
        body.varint(texts.place(attribute.value))
      }
    }
    texts.encode(into: &writer)
    writer.bytes += body.bytes
  }

  static func decodeEvents(origin: Int64, from reader: inout ByteReader) throws(ByteReaderError) -> [Event] {
    let count = try reader.count()
    guard count > 0 else { return [] }
    let texts = try TextTable(from: &reader)
    var events: [Event] = []
    events.reserveCapacity(count)
    var previous = origin
    for _ in 0..<count {
      previous = previous &+ (try reader.zigzag())
      let series = SeriesID(UInt32(truncatingIfNeeded: try reader.varint()))
      let identity = try reader.fixed64()
      var attributes: [Event.Attribute] = []
      for _ in 0..<(try reader.count()) {
        let name = try texts.text(&reader)
        attributes.append(Event.Attribute(name, try texts.text(&reader)))
      }
      events.append(
        Event(
          series: series, time: Timestamp(nanoseconds: previous), identity: identity, attributes: attributes))
    }
    return events
  }
}
