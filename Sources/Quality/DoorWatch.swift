import Telemetry

/// Samples that were not accepted, gathered by minute of their time until the minute is judged: then the order in which
/// they came makes no difference.
struct DoorEntry: Hashable, Sendable {
  var minute: Timestamp
  /// Position in `Asset.signals`.
  var signal: Int
  /// `outOfRange` or `duplicatePublisher`.
  var reason: QualityReason
  var count: Int
  /// Earliest and latest sample.
  var first: Timestamp
  var last: Timestamp
  /// Of the earliest sample.
  var value: Double

  func encode(into writer: inout ByteWriter) {
    writer.timestamp(minute)
    writer.varint(signal)
    writer.byte(reason.rawValue)
    writer.varint(count)
    writer.timestamp(first)
    writer.timestamp(last)
    writer.double(value)
  }
}

extension DoorEntry {
  init(from reader: inout ByteReader) throws(ByteReaderError) {
    minute = try reader.timestamp()
    signal = try reader.integer()
    guard let reason = QualityReason(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "a reason to doubt a signal")
    }
    self.reason = reason
    count = try reader.integer()
    first = try reader.timestamp()
    last = try reader.timestamp()
    value = try reader.double()
  }
}

/// The condition of a signal's refused samples.
struct DoorWatch: Hashable, Sendable {
  var signal: Int
  var reason: QualityReason
  /// Since when, and the latest.
  var first: Timestamp
  var last: Timestamp
  var count: Int
  var isOpen: Bool
  var value: Double

  init(_ entry: DoorEntry) {
    signal = entry.signal
    reason = entry.reason
    first = entry.first
    last = entry.last
    count = 0
    isOpen = false
    value = entry.value
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(signal)
    writer.byte(reason.rawValue)
    writer.timestamp(first)
    writer.timestamp(last)
    writer.varint(count)
    writer.boolean(isOpen)
    writer.double(value)
  }

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    signal = try reader.integer()
    guard let reason = QualityReason(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "a reason to doubt a signal")
    }
    self.reason = reason
    first = try reader.timestamp()
    last = try reader.timestamp()
    count = try reader.integer()
    isOpen = try reader.boolean()
    value = try reader.double()
  }
}
