/// What was given up for space.
public struct EvictionReport: Hashable, Sendable {
  /// Bodies of which every destination had its copy.
  public var deliveredRecords = 0
  /// Bodies that some destination now never gets (counted there as evicted).
  public var undeliveredRecords = 0
  /// History that no horizon needs.
  public var historyChunks = 0
  /// History within its horizon: late samples of that time cannot be judged any more. See `Store.lostHistory()`.
  public var neededHistoryChunks = 0
  /// By how much the file and its log became smaller: bytes that the file system has again.
  public var freedBytes = 0

  public init() {}

  public var isEmpty: Bool {
    deliveredRecords == 0 && undeliveredRecords == 0 && historyChunks == 0 && neededHistoryChunks == 0
  }

  /// Something went that was still wanted: worth a finding.
  public var lostWhatWasWanted: Bool { undeliveredRecords > 0 || neededHistoryChunks > 0 }

  mutating func add(_ other: EvictionReport) {
    deliveredRecords += other.deliveredRecords
    undeliveredRecords += other.undeliveredRecords
    historyChunks += other.historyChunks
    neededHistoryChunks += other.neededHistoryChunks
    freedBytes += other.freedBytes
  }
}
