import Telemetry

/// An asset sends, but nothing of it can be used: what the quality rule tells the later rules of the same asset, so that
/// they do not call it silent.
public struct UnusedData: Hashable, Sendable {
  /// Why the latest sample was set aside.
  public var reason: QuarantineReason
  /// Plant clock of the first and the latest sample that was set aside with no accepted one since.
  public var since: Timestamp
  public var latest: Timestamp
  /// A finding that says why is open.
  public var isExplained: Bool

  public init(reason: QuarantineReason, since: Timestamp, latest: Timestamp, isExplained: Bool) {
    self.reason = reason
    self.since = since
    self.latest = latest
    self.isExplained = isExplained
  }

  public func encode(into writer: inout ByteWriter) {
    writer.byte(reason.rawValue)
    writer.timestamp(since)
    writer.timestamp(latest)
    writer.boolean(isExplained)
  }

  public init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let reason = QuarantineReason(rawValue: try reader.byte()) else {
      throw ByteReaderError(offset: reader.offset, expected: "why samples were set aside")
    }
    self.reason = reason
    since = try reader.timestamp()
    latest = try reader.timestamp()
    isExplained = try reader.boolean()
  }
}
