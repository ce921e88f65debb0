import Telemetry

/// The number of a connection in the journal, stable for ever (as series numbers are).
public struct ConnectionID: Hashable, Sendable {
  public var rawValue: UInt8
  public init(_ rawValue: UInt8) { self.rawValue = rawValue }
}

/// What one commit of the journal makes durable, and what the engine then processes as one step.
///
/// Entries take effect in order. A batch is the unit of acknowledgement, of engine steps and of checkpoints.
public struct Batch: Sendable {
  /// Position in the journal, from 1, without gaps. 0 until it is committed.
  public var position: Int64 = 0
  public var entries: [Entry] = []
  /// Samples of the whole batch; `Entry.samples` names ranges of it.
  public var samples: [Sample] = []
  /// One for each QoS 1 message that was received and is no redelivery, decoded or not, in order: the memory of the
  /// first identity layer. A session that begins anew is `MessageIdentity.newSession` here.
  public var identities: [MessageIdentity] = []
  /// Messages that could not be decoded, durable in the same transaction. When a batch is read back, topic, payload
  /// and detail are empty: they are in the quarantine, where a person may have dropped them since.
  public var quarantined: [QuarantinedMessage] = []
  /// Former reasons of the quarantined messages that this batch has decoded after all, one for each; filled by the
  /// journal.
  public var retriedReasons: [QuarantineReason] = []
  public var counts = BatchCounts()
  /// Something of an asset with criticality `safety` is in it, so it is committed at once. Not stored.
  public var isUrgent = false

  public init() {}

  public enum Entry: Hashable, Sendable {
    /// A run of `samples`.
    case samples(Range<Int>)
    case event(Event)
    /// The plant clock. Takes effect for all connections that are drained.
    case mark(Timestamp)
    case connection(ConnectionID, ConnectionChange)
    /// The effective configuration from here on (see `Site.canonicalText`).
    case configuration(hash: String, text: String)
    /// A person's command, canonical JSON.
    case command(String)
  }

  public enum ConnectionChange: UInt8, Hashable, Sendable {
    /// The connection is lost: windows of its sources wait.
    case down = 0
    /// Connected; what the broker kept is still arriving.
    case up = 1
    /// Everything that the broker had kept has arrived: time marks count again for its sources.
    case drained = 2
  }
}

/// The first identity layer: enough to recognise a message that the broker sends again.
public struct MessageIdentity: Hashable, Sendable {
  public var connection: ConnectionID
  public var packetID: UInt16
  /// Of topic and payload.
  public var hash: UInt64
  public init(connection: ConnectionID, packetID: UInt16, hash: UInt64) {
    self.connection = connection
    self.packetID = packetID
    self.hash = hash
  }

  /// Put before the first message of a session that the broker began anew: nothing older can be sent again.
  /// (No QoS 1 message has packet id 0.)
  public static func newSession(_ connection: ConnectionID) -> MessageIdentity {
    MessageIdentity(connection: connection, packetID: 0, hash: 0)
  }
}

/// A message that was received but not understood.
public struct QuarantinedMessage: Hashable, Sendable {
  public var connection: ConnectionID
  public var topic: String
  public var payload: [UInt8]
  public var received: Timestamp
  public var reason: QuarantineReason
  /// With an empty topic the message is counted and not kept: of a flood a sample is enough.
  public static func counted(
    _ reason: QuarantineReason, connection: ConnectionID, received: Timestamp
  ) -> QuarantinedMessage {
    QuarantinedMessage(
      connection: connection, topic: "", payload: [], received: received, reason: reason, detail: "")
  }

  /// What exactly is wrong and where: `field "kwh": expected a number, found "abc"`.
  public var detail: String
  public init(
    connection: ConnectionID, topic: String, payload: [UInt8], received: Timestamp, reason: QuarantineReason,
    detail: String
  ) {
    self.connection = connection
    self.topic = topic
    self.payload = payload
    self.received = received
    self.reason = reason
    self.detail = detail
  }
}

/// The message side of promise 5, committed with the data it counts:
/// received = decoded + redelivered + Σ quarantined.
public struct BatchCounts: Hashable, Sendable {
  public var received = 0
  public var decoded = 0
  public var redelivered = 0
  /// Messages in the quarantine that were decoded after all.
  public var retried = 0
  public var payloadBytes = 0
  public init() {}
}
