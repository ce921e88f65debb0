import Telemetry

extension AlarmMachine {
  public func encode(into writer: inout ByteWriter) {
    writer.byte(state.rawValue)
    writer.byte(level.rawValue)
    writer.boolean(isHeld)
    writer.varint(occurrence)
    writer.timestamp(last)
    for time in [blindSince, timer, onset, raised, acknowledged, returned] { writer.optional(time) }
    writer.optional(acknowledgedBy)
    writer.boolean(shelf != nil)
    if let shelf {
      writer.timestamp(shelf.since)
      writer.timestamp(shelf.until)
      writer.optional(shelf.signature)
    }
    for mute in [suppression, outOfService] {
      writer.optional(mute?.since)
      writer.optional(mute?.signature)
    }
  }

  public init(from reader: inout ByteReader, timing: Timing) throws(ByteReaderError) {
    self.init(timing: timing)
    guard let state = State(rawValue: try reader.byte()), let level = Level(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of an alarm")
    }
    self.state = state
    self.level = level
    isHeld = try reader.boolean()
    occurrence = try reader.integer()
    last = try reader.timestamp()
    blindSince = try reader.optionalTimestamp()
    timer = try reader.optionalTimestamp()
    onset = try reader.optionalTimestamp()
    raised = try reader.optionalTimestamp()
    acknowledged = try reader.optionalTimestamp()
    returned = try reader.optionalTimestamp()
    acknowledgedBy = try reader.optionalSignature()
    if try reader.boolean() {
      let since = try reader.timestamp()
      let until = try reader.timestamp()
      let signature = try reader.optionalSignature()
      shelf = Shelf(since: since, until: until, signature: signature ?? Signature(person: "", reason: ""))
    }
    suppression = try Self.mute(&reader)
    outOfService = try Self.mute(&reader)
  }

  private static func mute(_ reader: inout ByteReader) throws(ByteReaderError) -> Mute? {
    let since = try reader.optionalTimestamp()
    let signature = try reader.optionalSignature()
    guard let since, let signature else { return nil }
    return Mute(since: since, signature: signature)
  }
}

extension ByteWriter {
  mutating func optional(_ time: Timestamp?) {
    boolean(time != nil)
    if let time { timestamp(time) }
  }

  mutating func optional(_ signature: AlarmMachine.Signature?) {
    boolean(signature != nil)
    guard let signature else { return }
    string(signature.person)
    string(signature.reason)
  }
}

extension ByteReader {
  mutating func optionalTimestamp() throws(ByteReaderError) -> Timestamp? { try boolean() ? try timestamp() : nil }

  mutating func optionalSignature() throws(ByteReaderError) -> AlarmMachine.Signature? {
    guard try boolean() else { return nil }
    let person = try string()
    return AlarmMachine.Signature(person: person, reason: try string())
  }
}
