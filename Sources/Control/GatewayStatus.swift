/// Everything that `weir status` shows, as the control API sends it (JSON, snake case). Times are RFC 3339.
public struct GatewayStatus: Codable, Sendable {
  public enum Verdict: String, Codable, Sendable {
    /// Everything works: exit code 0.
    case good
    /// It works, but somebody should look: exit code 1.
    case degraded
    /// No data comes in or nothing can be kept: exit code 2.
    case down
  }

  public var gateway: String
  public var version: String
  public var verdict: Verdict
  /// Why the verdict is not good; one sentence each, worst first.
  public var reasons: [String]
  public var started: String
  public var uptimeSeconds: Double
  public var now: String
  public var zone: String
  public var configurationHash: String
  public var connections: [ConnectionStatus]
  public var stages: Stages
  public var assets: AssetTotals
  public var messages: MessageCounts
  public var samples: SampleCounts
  public var records: [String: Int]
  public var destinations: [DestinationStatus]
  public var storage: Storage
  public var findings: [FindingStatus]
  /// nil: this gateway makes no alarms.
  public var alarms: AlarmTotals?

  public struct ConnectionStatus: Codable, Sendable {
    public var name: String
    public var broker: String
    /// `connected`, `catching-up` (the broker's backlog is still arriving) or `disconnected`.
    public var state: String
    public var since: String
    public var lastMessage: String?
    public var lastMessageAgeSeconds: Double?
    public var reconnects: Int
    public var lastError: String?
    /// Topics that the broker does not deliver, each with its reason.
    public var refusedTopics: [String]
    /// Topics that it delivers at QoS 0 only: their messages can be lost on the way.
    public var weakTopics: [String]
    /// What a broker acknowledges is only as durable as the broker: the embedded one saves each so many seconds.
    public var brokerSavesEverySeconds: Double?

    public init(
      name: String, broker: String, state: String, since: String, lastMessage: String?, lastMessageAgeSeconds: Double?,
      reconnects: Int, lastError: String?, refusedTopics: [String] = [], weakTopics: [String] = [],
      brokerSavesEverySeconds: Double?
    ) {
      self.name = name
      self.broker = broker
      self.state = state
      self.since = since
      self.lastMessage = lastMessage
      self.lastMessageAgeSeconds = lastMessageAgeSeconds
      self.reconnects = reconnects
      self.lastError = lastError
      self.refusedTopics = refusedTopics
      self.weakTopics = weakTopics
      self.brokerSavesEverySeconds = brokerSavesEverySeconds
    }
  }

  public struct Stages: Codable, Sendable {
    /// Messages a second over the last ten seconds.
    public var messagesPerSecond: Double
    public var samplesPerSecond: Double
    /// Journal positions that the engine has not processed, as of its last look at itself (one a second).
    public var engineLagBatches: Int
    /// An upper bound of the age of the oldest of them: the time since the journal was last seen to hold nothing that
    /// the engine had not processed by now. 0 if there is none.
    public var engineLagSeconds: Double
    /// The plant clock by which windows close; nil before the first mark.
    public var plantClock: String?
    public var waitingConnections: [String]
    public var residentBytes: Int

    public init(
      messagesPerSecond: Double, samplesPerSecond: Double, engineLagBatches: Int, engineLagSeconds: Double,
      plantClock: String?, waitingConnections: [String], residentBytes: Int
    ) {
      self.messagesPerSecond = messagesPerSecond
      self.samplesPerSecond = samplesPerSecond
      self.engineLagBatches = engineLagBatches
      self.engineLagSeconds = engineLagSeconds
      self.plantClock = plantClock
      self.waitingConnections = waitingConnections
      self.residentBytes = residentBytes
    }
  }

  public struct AssetTotals: Codable, Sendable {
    /// The sum of the others, which are the states of `AssetLine.state`.
    public var configured: Int
    public var reporting: Int
    public var quiet: Int
    public var silent: Int
    public var waiting: Int
    public var never: Int

    public init(
      configured: Int, reporting: Int, quiet: Int, silent: Int, waiting: Int, never: Int
    ) {
      self.configured = configured
      self.reporting = reporting
      self.quiet = quiet
      self.silent = silent
      self.waiting = waiting
      self.never = never
    }
  }

  /// received = decoded + redelivered + quarantined
  public struct MessageCounts: Codable, Sendable {
    public var received: Int
    public var decoded: Int
    public var redelivered: Int
    public var quarantined: [String: Int]
    public var balanced: Bool

    public init(
      received: Int, decoded: Int, redelivered: Int, quarantined: [String: Int], balanced: Bool
    ) {
      self.received = received
      self.decoded = decoded
      self.redelivered = redelivered
      self.quarantined = quarantined
      self.balanced = balanced
    }
  }

  /// decoded = used + duplicate + quarantined + pending
  public struct SampleCounts: Codable, Sendable {
    public var decoded: Int
    public var used: Int
    public var duplicate: Int
    public var quarantined: [String: Int]
    public var pending: Int
    public var balanced: Bool

    public init(
      decoded: Int, used: Int, duplicate: Int, quarantined: [String: Int], pending: Int, balanced: Bool
    ) {
      self.decoded = decoded
      self.used = used
      self.duplicate = duplicate
      self.quarantined = quarantined
      self.pending = pending
      self.balanced = balanced
    }
  }

  /// issued = delivered + pending + refused + evicted
  public struct DestinationStatus: Codable, Sendable {
    public var name: String
    public var transport: String
    /// `delivering`, `idle`, `retrying` or `held`.
    public var state: String
    public var since: String?
    public var lastSuccess: String?
    public var lastError: String?
    public var issued: Int
    public var delivered: Int
    public var pending: Int
    public var refused: [String: Int]
    public var evicted: [String: Int]
    public var balanced: Bool
    public var deliveredBytes: Int

    public init(
      name: String, transport: String, state: String, since: String?, lastSuccess: String?, lastError: String?,
      issued: Int, delivered: Int, pending: Int, refused: [String: Int], evicted: [String: Int], balanced: Bool,
      deliveredBytes: Int
    ) {
      self.name = name
      self.transport = transport
      self.state = state
      self.since = since
      self.lastSuccess = lastSuccess
      self.lastError = lastError
      self.issued = issued
      self.delivered = delivered
      self.pending = pending
      self.refused = refused
      self.evicted = evicted
      self.balanced = balanced
      self.deliveredBytes = deliveredBytes
    }
  }

  public struct Storage: Codable, Sendable {
    public var journalBytes: Int
    public var storeBytes: Int
    public var brokerBytes: Int?
    public var freeBytes: Int
    /// What this process wrote to the disk since its start, and that as a rate.
    public var bytesWritten: Int
    public var bytesWrittenPerDay: Double
    /// Payload bytes received and record bytes forwarded since the start of the process.
    public var payloadBytes: Int
    public var forwardedBytes: Int
    /// 1 − forwarded / payload; nil before anything was received.
    public var reduction: Double?

    public init(
      journalBytes: Int, storeBytes: Int, brokerBytes: Int?, freeBytes: Int, bytesWritten: Int,
      bytesWrittenPerDay: Double, payloadBytes: Int, forwardedBytes: Int, reduction: Double?
    ) {
      self.journalBytes = journalBytes
      self.storeBytes = storeBytes
      self.brokerBytes = brokerBytes
      self.freeBytes = freeBytes
      self.bytesWritten = bytesWritten
      self.bytesWrittenPerDay = bytesWrittenPerDay
      self.payloadBytes = payloadBytes
      self.forwardedBytes = forwardedBytes
      self.reduction = reduction
    }
  }

  public struct FindingStatus: Codable, Sendable {
    public var key: String
    public var rule: String
    public var subject: String
    public var severity: String
    public var opened: String
    public var summary: String
    public var advice: String
    public var evidence: [String: String]

    public init(
      key: String, rule: String, subject: String, severity: String, opened: String, summary: String, advice: String,
      evidence: [String: String]
    ) {
      self.key = key
      self.rule = rule
      self.subject = subject
      self.severity = severity
      self.opened = opened
      self.summary = summary
      self.advice = advice
      self.evidence = evidence
    }
  }

  public init(
    gateway: String, version: String, verdict: Verdict, reasons: [String], started: String, uptimeSeconds: Double,
    now: String,
    zone: String, configurationHash: String, connections: [ConnectionStatus], stages: Stages, assets: AssetTotals,
    messages: MessageCounts, samples: SampleCounts, records: [String: Int], destinations: [DestinationStatus],
    storage: Storage, findings: [FindingStatus]
  ) {
    self.gateway = gateway
    self.version = version
    self.verdict = verdict
    self.reasons = reasons
    self.started = started
    self.uptimeSeconds = uptimeSeconds
    self.now = now
    self.zone = zone
    self.configurationHash = configurationHash
    self.connections = connections
    self.stages = stages
    self.assets = assets
    self.messages = messages
    self.samples = samples
    self.records = records
    self.destinations = destinations
    self.storage = storage
    self.findings = findings
  }
}
