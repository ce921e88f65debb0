import Ledger
import Telemetry

/// What a head of the ledger is to speak of.
public struct LedgerPeriod: Hashable, Sendable {
  public var reason: HeadStatement.Reason
  /// The plant-local day, `2026-11-21`.
  public var day: String
  /// Start of that day.
  public var start: Timestamp
  /// End of that day; for a request, now.
  public var end: Timestamp

  public init(reason: HeadStatement.Reason, day: String, start: Timestamp, end: Timestamp) {
    self.reason = reason
    self.day = day
    self.start = start
    self.end = end
  }
}
