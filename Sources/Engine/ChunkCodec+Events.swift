import Telemetry

extension ChunkCodec {
  /// Texts are written once each, in the order of their first use.
  static func encode(_ events: [Event], origin: Int64, into writer: inout ByteWriter) {
    writer.varint(events.count)
    guard !events.isEmpty else { return }
    var places: [String: Int] = [:]
    var texts: [String] = []
    func place(_ text: String) -> Int {
      if let known = places[text] { return known }
      places[text] = texts.count
      texts.append(text)
      return texts.count - 1
    }
    var body = ByteWriter()
    var previous = origin
    for event in events {
      body.zigzag(event.time.nanoseconds &- previous)
      previous = event.time.nanoseconds
      body.varint(UInt64(event.series.rawValue))
      body.fixed64(event.identity)
      body.varint(event.attributes.count)
      for attribute in event.attributes {
        body.varint(place(attribute.name))
        body.varint(place(attribute.value))
      }
    }
    writer.varint(texts.count)
    for text in texts { writer.string(text) }
    writer.bytes += body.bytes
  }

  static func decodeEvents(origin: Int64, from reader: inout ByteReader) throws(ByteReaderError) -> [Event] {
    let count = try reader.count()
    guard count > 0 else { return [] }
    var texts: [String] = []
    for _ in 0..<(try reader.count()) { texts.append(try reader.string()) }
    func text(_ reader: inout ByteReader) throws(ByteReaderError) -> String {
      let place = try reader.integer()
      guard texts.indices.contains(place) else {
        throw ByteReaderError(offset: reader.offset, expected: "the place of a text")
      }
      return texts[place]
    }
    var events: [Event] = []
    events.reserveCapacity(count)
    var previous = origin
    for _ in 0..<count {
      previous = previous &+ (try reader.zigzag())
      let series = SeriesID(UInt32(truncatingIfNeeded: try reader.varint()))
      let identity = try reader.fixed64()
      var attributes: [Event.Attribute] = []
      for _ in 0..<(try reader.count()) {
        let name = try text(&reader)
        attributes.append(Event.Attribute(name, try text(&reader)))
      }
      events.append(
        Event(
          series: series, time: Timestamp(nanoseconds: previous), identity: identity, attributes: attributes))
    }
    return events
  }
}
