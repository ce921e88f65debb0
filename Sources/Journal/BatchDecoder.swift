import Telemetry

/// Reads what `BatchEncoder` wrote. Damaged bytes throw, they never trap.
struct BatchDecoder {
  private var reader: ByteReader
  private var eventTime: Int64 = 0
  private var names: [String] = []

  private init(_ bytes: [UInt8], position: Int64) throws(JournalError) {
    let length = bytes.count - 4
    guard length > 0 else { throw .corrupt("batch \(position) has \(bytes.count) bytes") }
    var stored: UInt32 = 0
    for index in 0..<4 { stored |= UInt32(bytes[length + index]) << UInt32(index * 8) }
    guard stored == BatchEncoder.checksum(bytes[..<length], position: position) else {
      throw .corrupt("batch \(position) does not match its checksum")
    }
    guard bytes[0] == BatchEncoder.format else {
      throw .failed("batch \(position) has format \(bytes[0]), this version reads \(BatchEncoder.format)")
    }
    reader = ByteReader(bytes)
    reader.offset = 1
  }

  static func decode(_ bytes: [UInt8], position: Int64) throws(JournalError) -> Batch {
    var decoder = try BatchDecoder(bytes, position: position)
    do {
      var batch = Batch()
      batch.position = position
      batch.counts = try decoder.counts()
      batch.identities = try decoder.identities()
      try decoder.quarantine(into: &batch)
      let count = try decoder.reader.count()
      batch.samples.reserveCapacity(count)
      var samples = SampleDecoder(count: count)
      for _ in 0..<count { batch.samples.append(try samples.read(from: &decoder.reader)) }
      try decoder.entries(into: &batch)
      return batch
    } catch {
      throw .corrupt("batch \(position): \(error)")
    }
  }

  /// Only the identities, which lie at the front.
  static func identities(_ bytes: [UInt8], position: Int64) throws(JournalError) -> [MessageIdentity] {
    var decoder = try BatchDecoder(bytes, position: position)
    do {
      _ = try decoder.counts()
      return try decoder.identities()
    } catch {
      throw .corrupt("batch \(position): \(error)")
    }
  }

  private mutating func counts() throws(ByteReaderError) -> BatchCounts {
    var counts = BatchCounts()
    counts.received = try reader.integer()
    counts.decoded = try reader.integer()
    counts.redelivered = try reader.integer()
    counts.retried = try reader.integer()
    counts.payloadBytes = try reader.integer()
    return counts
  }

  private mutating func identities() throws(ByteReaderError) -> [MessageIdentity] {
    let count = try reader.count()
    var identities: [MessageIdentity] = []
    identities.reserveCapacity(count)
    while identities.count < count {
      let connection = ConnectionID(try reader.byte())
      var packetID = UInt16(truncatingIfNeeded: try reader.varint())
      let run = try reader.count()
      guard run > 0, run <= count - identities.count else { throw unexpected("a run of identities") }
      for _ in 0..<run {
        identities.append(MessageIdentity(connection: connection, packetID: packetID, hash: try reader.fixed64()))
        packetID &+= 1
      }
    }
    return identities
  }

  private mutating func quarantine(into batch: inout Batch) throws(ByteReaderError) {
    for _ in 0..<(try reader.count()) {
      let reason = try reason()
      let connection = ConnectionID(try reader.byte())
      batch.quarantined.append(
        QuarantinedMessage(
          connection: connection, topic: "", payload: [], received: try reader.timestamp(), reason: reason, detail: ""))
    }
    for _ in 0..<(try reader.count()) { batch.retriedReasons.append(try reason()) }
  }

  private mutating func reason() throws(ByteReaderError) -> QuarantineReason {
    guard let reason = QuarantineReason(rawValue: try reader.byte()) else { throw unexpected("a reason") }
    return reason
  }

  private mutating func entries(into batch: inout Batch) throws(ByteReaderError) {
    let count = try reader.count()
    batch.entries.reserveCapacity(count)
    var expected: Int64 = 0
    for _ in 0..<count {
      guard let tag = EntryTag(rawValue: try reader.byte()) else { throw unexpected("an entry") }
      switch tag {
      case .samples:
        let lower = expected &+ (try reader.zigzag())
        let length = Int64(try reader.integer())
        let (upper, overflow) = lower.addingReportingOverflow(length)
        guard lower >= 0, length >= 0, !overflow, upper <= Int64(batch.samples.count) else {
          throw unexpected("a range of samples")
        }
        batch.entries.append(.samples(Int(lower)..<Int(upper)))
        expected = upper
      case .event: batch.entries.append(.event(try event()))
      case .mark: batch.entries.append(.mark(try reader.timestamp()))
      case .connection:
        let connection = ConnectionID(try reader.byte())
        guard let change = Batch.ConnectionChange(rawValue: try reader.byte()) else {
          throw unexpected("a connection change")
        }
        batch.entries.append(.connection(connection, change))
      case .configuration:
        let hash = try reader.string()
        batch.entries.append(.configuration(hash: hash, text: try reader.string()))
      case .command: batch.entries.append(.command(try reader.string()))
      }
    }
  }

  private mutating func event() throws(ByteReaderError) -> Event {
    guard let series = UInt32(exactly: try reader.varint()) else { throw unexpected("a series") }
    eventTime &+= try reader.zigzag()
    let identity = try reader.fixed64()
    let count = try reader.count()
    var attributes: [Event.Attribute] = []
    attributes.reserveCapacity(count)
    for _ in 0..<count {
      let name: String
      let number = try reader.varint()
      if number == 0 {
        name = try reader.string()
        names.append(name)
      } else {
        guard number <= UInt64(names.count) else { throw unexpected("the number of a name") }
        name = names[Int(number) - 1]
      }
      attributes.append(Event.Attribute(name, try reader.string()))
    }
    return Event(
      series: SeriesID(series), time: Timestamp(nanoseconds: eventTime), identity: identity, attributes: attributes)
  }

  private func unexpected(_ expected: String) -> ByteReaderError {
    ByteReaderError(offset: reader.offset, expected: expected)
  }
}
