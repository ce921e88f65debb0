import Telemetry

/// What a host has to say after a message or a tick. The same value is used again and again, so that its arrays keep
/// their memory.
public struct SparkplugOutput: Sendable {
  /// What the edge node itself thinks of a value (the property `Quality`).
  public enum Quality: Hashable, Sendable {
    case good
    /// Bad, or stale: not to be used.
    case bad
    case uncertain
  }

  /// The value of a metric that is wanted.
  public struct Value: Hashable, Sendable {
    public var tag: Int32
    public var scalar: SparkplugScalar
    /// The metric's own time, else that of its message, else of its reception.
    public var time: Timestamp
    /// Neither the metric nor its message has a time.
    public var isUndated: Bool
    public var quality: Quality
    /// Stored and forwarded by the edge node; it says nothing about now.
    public var isHistorical: Bool
    public var isTransient: Bool
    /// Part of a birth: the value as it is now, not a change.
    public var isBirth: Bool
  }

  /// A message of which nothing could be used.
  public struct SetAside: Hashable, Sendable {
    public enum Reason: Hashable, Sendable, CaseIterable {
      /// The payload is no Sparkplug payload.
      case malformed
      /// There is no birth for it, or messages before it are missing.
      case sequence
      case badTimestamp
      /// The topic is none of Sparkplug, or nobody wants its edge node.
      case unknownTopic
    }
    public var topic: [UInt8]
    public var payload: [UInt8]
    public var received: Timestamp
    public var reason: Reason
    public var detail: String
  }

  /// In the order of the sequence.
  public var values: [Value] = []
  /// Messages that are done with, and their payload bytes. Messages that wait for a missing one are in no count until
  /// they are done with.
  public var accepted = 0
  public var acceptedBytes = 0
  public var setAside: [SetAside] = []
  /// Edge nodes to be asked for a rebirth.
  public var requests: [SparkplugSource] = []
  public var notes: [SparkplugNote] = []

  public init() {}

  public mutating func removeAll() {
    values.removeAll(keepingCapacity: true)
    accepted = 0
    acceptedBytes = 0
    setAside.removeAll(keepingCapacity: true)
    requests.removeAll(keepingCapacity: true)
    notes.removeAll(keepingCapacity: true)
  }

  public var isEmpty: Bool {
    values.isEmpty && accepted == 0 && setAside.isEmpty && requests.isEmpty && notes.isEmpty
  }
}

/// Something that a person should be able to see.
public struct SparkplugNote: Hashable, Sendable {
  public enum Event: Hashable, Sendable {
    /// A birth. `since`: until now it had been offline, or messages of it had been lost, since then; what it published
    /// meanwhile without marking it historical is lost.
    case online(since: Timestamp?)
    case offline(Cause)
    case rebirthRequested(Wish, attempt: Int)
    /// `count`: how often so far. Told at the first time and then at every tenth power.
    case violation(SparkplugViolation, detail: String, count: Int)
  }

  /// Why values of a source are stale.
  public enum Cause: String, Hashable, Sendable {
    /// NDEATH or DDEATH.
    case death
    /// The gateway's own connection to the broker.
    case connection
    /// Messages are missing from the sequence.
    case sequence
  }

  /// Why a rebirth is wanted.
  public enum Wish: String, Hashable, Sendable {
    case connected = "the gateway has connected"
    case noBirth = "it publishes, but its birth is not known"
    case missing = "messages of its sequence are missing"
    case unknownMetric = "it sends metrics that its birth does not have"
  }

  public var source: SparkplugSource
  public var at: Timestamp
  public var event: Event
}

/// Rules of the specification that an edge node can break. The set is closed.
public enum SparkplugViolation: String, Hashable, Sendable, CaseIterable {
  case nameAndAlias = "name-and-alias"
  case nameInsteadOfAlias = "name-instead-of-alias"
  case aliasWithoutName = "alias-without-name"
  case duplicateAlias = "duplicate-alias"
  case foreignAlias = "alias-of-another-device"
  case unknownAlias = "unknown-alias"
  case unknownMetric = "unknown-metric"
  case nameless = "metric-without-name"
  case noDatatype = "no-datatype"
  case wrongValue = "value-does-not-fit-datatype"
  case noTimestamp = "no-timestamp"
  case badTimestamp = "bad-timestamp"
  case order = "live-value-out-of-order"
  case noSequence = "no-seq"
  case birthSequence = "birth-seq-not-0"
  case noBirthSequence = "no-bdseq"
  case deathWithSequence = "death-with-seq"
  case deathWithMetrics = "death-with-metrics"
  case retained = "retained"
  case tooMany = "too-many-metrics"
}
