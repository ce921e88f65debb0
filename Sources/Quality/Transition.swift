import Telemetry

/// What the detectors have found out, at an instant of event time.
struct Transition: Hashable, Sendable {
  enum Kind: UInt8, Hashable, Sendable {
    case opened = 0
    case closed = 1
    /// This one sample is doubted.
    case doubted = 2
  }

  var time: Timestamp
  /// Position in `Asset.signals`.
  var signal: Int
  var reason: QualityReason
  var kind: Kind
  /// Since when the condition held.
  var since: Timestamp
  /// How often it was seen.
  var count: Int
  /// The sample's value, and what it is compared with.
  var value = 0.0
  var usual = 0.0
  /// Further evidence: position of the suspected unit.
  var detail = 0

  static func isOrdered(_ a: Transition, _ b: Transition) -> Bool {
    (a.time, a.signal, a.reason, a.kind.rawValue) < (b.time, b.signal, b.reason, b.kind.rawValue)
  }

  func encode(into writer: inout ByteWriter) {
    writer.timestamp(time)
    writer.varint(signal)
    writer.byte(reason.rawValue)
    writer.byte(kind.rawValue)
    writer.timestamp(since)
    writer.varint(count)
    writer.double(value)
    writer.double(usual)
    writer.varint(detail)
  }
}

extension Transition {
  init(from reader: inout ByteReader) throws(ByteReaderError) {
    time = try reader.timestamp()
    signal = try reader.integer()
    guard let reason = QualityReason(rawValue: try reader.byte()), let kind = Kind(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "what a detector has found")
    }
    self.reason = reason
    self.kind = kind
    since = try reader.timestamp()
    count = try reader.integer()
    value = try reader.double()
    usual = try reader.double()
    detail = try reader.integer()
  }
}
