import Telemetry

/// How the engine reads what it saved before: answers are a function of the journal up to the last checkpoint.
///
/// Nothing but a checkpoint changes the answers, and a checkpoint that the engine has handed out must be readable
/// before the engine processes the next batch.
public protocol StateReader {
  /// The state saved under `key`, or nil.
  func state(_ key: String) throws -> [UInt8]?
  /// The same of several keys, in their order.
  func states(_ keys: [String]) throws -> [[UInt8]?]
  /// History chunks of an asset in a block, oldest checkpoint first.
  func history(asset: UInt32, block: Int64) throws -> [[UInt8]]
}

extension StateReader {
  public func states(_ keys: [String]) throws -> [[UInt8]?] { try keys.map { try state($0) } }
}

/// What the engine made of one or more batches.
public struct EngineOutput: Sendable {
  public var records: [RecordDraft] = []
  /// Opened (`closed == nil`) and closed findings, in order.
  public var findings: [Finding] = []
  public var quarantined: [QuarantinedSample] = []

  public init() {}
  public var isEmpty: Bool { records.isEmpty && findings.isEmpty && quarantined.isEmpty }
}

/// A sample that was set aside by the engine.
public struct QuarantinedSample: Hashable, Sendable {
  public var asset: String
  public var signal: String
  public var time: Timestamp
  public var value: Value
  public var reason: QuarantineReason
  /// For a conflict: the value that was first.
  public var detail: String
  /// The plant clock when it was set aside.
  public var noticed: Timestamp

  public init(
    asset: String, signal: String, time: Timestamp, value: Value, reason: QuarantineReason, detail: String,
    noticed: Timestamp
  ) {
    self.asset = asset
    self.signal = signal
    self.time = time
    self.value = value
    self.reason = reason
    self.detail = detail
    self.noticed = noticed
  }
}

/// A part of the history of an asset: accepted samples of one block, compactly encoded.
public struct HistoryChunk: Hashable, Sendable {
  public var block: Int64
  public var asset: UInt32
  public var bytes: [UInt8]
  public init(block: Int64, asset: UInt32, bytes: [UInt8]) {
    self.block = block
    self.asset = asset
    self.bytes = bytes
  }
}

/// Everything of the engine that changed since the last checkpoint.
public struct Checkpoint: Sendable {
  /// The last batch that it contains.
  public var position: Int64
  /// nil bytes delete the key. Sorted by key.
  public var state: [(key: String, bytes: [UInt8]?)]
  public var history: [HistoryChunk]
  public var counts: EngineCounts
  /// History of blocks before this one is no longer needed by any horizon.
  public var oldestBlock: Int64
  /// Assets of which even less history is needed: nothing before `block`. By asset number; only those that changed.
  public var oldestBlocks: [(asset: UInt32, block: Int64)] = []

  public init(
    position: Int64, state: [(key: String, bytes: [UInt8]?)], history: [HistoryChunk], counts: EngineCounts,
    oldestBlock: Int64
  ) {
    self.position = position
    self.state = state
    self.history = history
    self.counts = counts
    self.oldestBlock = oldestBlock
  }
}

/// The sums of promise 5 up to a position of the journal.
public struct EngineCounts: Hashable, Sendable {
  public var messagesReceived = 0
  public var messagesDecoded = 0
  public var messagesRedelivered = 0
  /// How many of the quarantined messages were decoded later; not part of the sum.
  public var messagesRetried = 0
  public var messagesQuarantined: [QuarantineReason: Int] = [:]
  public var payloadBytes = 0
  public var samplesDecoded = 0
  public var samplesUsed = 0
  public var samplesDuplicate = 0
  public var samplesPending = 0
  public var samplesQuarantined: [QuarantineReason: Int] = [:]

  public init() {}

  /// received = decoded + redelivered + quarantined (ever, also those that a retry decoded later)
  public var messagesBalance: Bool {
    messagesReceived == messagesDecoded + messagesRedelivered + messagesQuarantined.values.reduce(0, +)
  }
  /// decoded = used + duplicate + quarantined + pending
  public var samplesBalance: Bool {
    samplesDecoded == samplesUsed + samplesDuplicate + samplesQuarantined.values.reduce(0, +) + samplesPending
  }
}
