import Telemetry

/// How a destination does, for `weir status` and metrics.
public struct DestinationStatus: Sendable, Hashable {
  public enum State: String, Sendable, CaseIterable {
    /// Records are on their way.
    case delivering
    /// Everything is delivered.
    case idle
    /// A passing trouble; tried again by itself.
    case retrying
    /// A person has to do something; see the finding `destination-held/<name>`.
    case held
  }

  public var name: String
  /// Where the records go, without secrets.
  public var address: String
  public var state: State
  /// When this state began.
  public var since: Timestamp
  public var lastSuccess: Timestamp?
  /// One line, without secrets. It stays after the trouble is over.
  public var lastError: String?
  public var lastErrorAt: Timestamp?
  /// When the next attempt is due, while retrying or held.
  public var nextAttempt: Timestamp?
  /// Records that are issued for the destination and neither delivered, refused nor evicted.
  public var backlog: Int
  /// Since the start of the process; the Store has the totals.
  public var deliveredRecords: Int
  public var refusedRecords: Int
  /// Bytes delivered since the start of the process, before compression: what the plant sends upstream instead of its
  /// raw data.
  public var deliveredBytes: Int
  /// The same after compression.
  public var wireBytes: Int

  init(name: String, address: String, since: Timestamp) {
    self.name = name
    self.address = address
    self.state = .idle
    self.since = since
    self.backlog = 0
    self.deliveredRecords = 0
    self.refusedRecords = 0
    self.deliveredBytes = 0
    self.wireBytes = 0
  }
}
