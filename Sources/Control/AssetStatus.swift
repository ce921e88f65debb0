/// One line of `weir assets`.
public struct AssetLine: Codable, Sendable {
  public var id: String
  public var name: String
  public var place: String
  public var template: String
  public var criticality: String
  public var topics: [String]
  /// `reporting`, `silent` or `never`.
  public var state: String
  public var lastSample: String?
  public var openFindings: Int

  public init(
    id: String, name: String, place: String, template: String, criticality: String, topics: [String], state: String,
    lastSample: String?, openFindings: Int
  ) {
    self.id = id
    self.name = name
    self.place = place
    self.template = template
    self.criticality = criticality
    self.topics = topics
    self.state = state
    self.lastSample = lastSample
    self.openFindings = openFindings
  }
}

/// `weir asset <id>`: the signals with their last hour.
public struct AssetDetail: Codable, Sendable {
  public var asset: AssetLine
  public var signals: [SignalDetail]
  public var findings: [GatewayStatus.FindingStatus]

  public struct SignalDetail: Codable, Sendable {
    public var name: String
    public var kind: String
    public var unit: String
    public var lastValue: String?
    public var lastTime: String?
    /// Means (registers: increases) of 60 equal parts of the last hour; nil where nothing arrived.
    public var lastHour: [Double?]
    public var minimum: Double?
    public var maximum: Double?

    public init(
      name: String, kind: String, unit: String, lastValue: String?, lastTime: String?, lastHour: [Double?],
      minimum: Double?, maximum: Double?
    ) {
      self.name = name
      self.kind = kind
      self.unit = unit
      self.lastValue = lastValue
      self.lastTime = lastTime
      self.lastHour = lastHour
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  public init(
    asset: AssetLine, signals: [SignalDetail], findings: [GatewayStatus.FindingStatus]
  ) {
    self.asset = asset
    self.signals = signals
    self.findings = findings
  }
}

/// One line of `weir quarantine list`.
public struct QuarantineLine: Codable, Sendable {
  /// `m` and number for a message, `s` and number for a sample.
  public var id: String
  public var reason: String
  public var time: String
  /// Topic of a message, asset and signal of a sample.
  public var subject: String
  public var detail: String
  /// The payload as text, as far as it is text.
  public var payload: String?

  public init(
    id: String, reason: String, time: String, subject: String, detail: String, payload: String?
  ) {
    self.id = id
    self.reason = reason
    self.time = time
    self.subject = subject
    self.detail = detail
    self.payload = payload
  }
}
