import Telemetry

/// A batch as the bytes of its row.
///
/// In order: format, counts, identities, reasons of quarantined and retried messages, samples, entries, and a CRC-32C
/// of all that and of the position, so that neither a damaged nor a misplaced row is taken for good. Topic, payload
/// and detail of quarantined messages are in their own table.
struct BatchEncoder {
  static let format: UInt8 = 1

  private var writer = ByteWriter()
  private var eventTime: Int64 = 0
  private var names: [String: Int] = [:]

  /// - Throws: `failed` if an entry names samples that the batch does not have.
  static func encode(_ batch: Batch, position: Int64) throws(JournalError) -> [UInt8] {
    var encoder = BatchEncoder()
    encoder.writer.bytes.reserveCapacity(64 + batch.samples.count * 8 + batch.identities.count * 9)
    encoder.writer.byte(format)
    encoder.write(batch.counts)
    encoder.write(batch.identities)
    encoder.write(batch.quarantined, retried: batch.retriedReasons)
    encoder.writer.varint(batch.samples.count)
    var samples = SampleEncoder(count: batch.samples.count)
    for sample in batch.samples { samples.write(sample, to: &encoder.writer) }
    try encoder.write(batch.entries, samples: batch.samples.count)
    let checksum = checksum(encoder.writer.bytes[...], position: position)
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      encoder.writer.byte(UInt8(truncatingIfNeeded: checksum >> shift))
    }
    return encoder.writer.bytes
  }

  static func checksum(_ bytes: ArraySlice<UInt8>, position: Int64) -> UInt32 {
    var crc = CRC32C()
    withUnsafeBytes(of: position.littleEndian) { crc.combine($0) }
    bytes.withUnsafeBytes { crc.combine($0) }
    return crc.value
  }

  private mutating func write(_ counts: BatchCounts) {
    writer.varint(counts.received)
    writer.varint(counts.decoded)
    writer.varint(counts.redelivered)
    writer.varint(counts.retried)
    writer.varint(counts.payloadBytes)
  }

  /// Runs of consecutive packet ids of one connection, each followed by its hashes.
  private mutating func write(_ identities: [MessageIdentity]) {
    writer.varint(identities.count)
    var start = 0
    while start < identities.count {
      let first = identities[start]
      var end = start + 1
      while end < identities.count, identities[end].connection == first.connection,
        identities[end].packetID == identities[end - 1].packetID &+ 1
      { end += 1 }
      writer.byte(first.connection.rawValue)
      writer.varint(UInt64(first.packetID))
      writer.varint(end - start)
      for identity in identities[start..<end] { writer.fixed64(identity.hash) }
      start = end
    }
  }

  private mutating func write(_ quarantined: [QuarantinedMessage], retried: [QuarantineReason]) {
    writer.varint(quarantined.count)
    for message in quarantined {
      writer.byte(message.reason.rawValue)
      writer.byte(message.connection.rawValue)
      writer.timestamp(message.received)
    }
    writer.blob(retried.map(\.rawValue))
  }

  private mutating func write(_ entries: [Batch.Entry], samples: Int) throws(JournalError) {
    writer.varint(entries.count)
    var expected = 0
    for entry in entries {
      switch entry {
      case .samples(let range):
        guard range.lowerBound >= 0, range.upperBound <= samples else {
          throw .failed("an entry names the samples \(range) of a batch that has \(samples)")
        }
        writer.byte(EntryTag.samples.rawValue)
        writer.zigzag(Int64(range.lowerBound - expected))
        writer.varint(range.count)
        expected = range.upperBound
      case .event(let event):
        write(event)
      case .mark(let time):
        writer.byte(EntryTag.mark.rawValue)
        writer.timestamp(time)
      case .connection(let connection, let change):
        writer.byte(EntryTag.connection.rawValue)
        writer.byte(connection.rawValue)
        writer.byte(change.rawValue)
      case .configuration(let hash, let text):
        writer.byte(EntryTag.configuration.rawValue)
        writer.string(hash)
        writer.string(text)
      case .command(let text):
        writer.byte(EntryTag.command.rawValue)
        writer.string(text)
      }
    }
  }

  private mutating func write(_ event: Event) {
    writer.byte(EntryTag.event.rawValue)
    writer.varint(UInt64(event.series.rawValue))
    writer.zigzag(event.time.nanoseconds &- eventTime)
    eventTime = event.time.nanoseconds
    writer.fixed64(event.identity)
    writer.varint(event.attributes.count)
    for attribute in event.attributes {
      // Names repeat from event to event: a number from 1, or 0 and the name when it is new.
      if let known = names[attribute.name] {
        writer.varint(known)
      } else {
        names[attribute.name] = names.count + 1
        writer.byte(0)
        writer.string(attribute.name)
      }
      writer.string(attribute.value)
    }
  }
}

/// The first byte of an entry.
enum EntryTag: UInt8 {
  case samples = 0
  case event = 1
  case mark = 2
  case connection = 3
  case configuration = 4
  case command = 5
}
