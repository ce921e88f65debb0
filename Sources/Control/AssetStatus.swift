/// One line of `weir assets`.
public struct AssetLine: Codable, Sendable {
  public var id: String
  public var name: String
  public var place: String
  public var template: String
  public var criticality: String
  public var topics: [String]
  /// `reporting`; `quiet`: nothing for long, which may be right for a station without work; `silent`: nothing for long
  /// although it should (there is a finding); `waiting`: its broker connection is down or catching up, so nobody knows;
  /// `never`: nothing since the gateway knows it.
  public var state: String
  public var lastSample: String?
  /// By the plant clock. Negative for a device whose clock is ahead.
  public var lastSampleAgeSeconds: Double?
  public var openFindings: Int

  public init(
    id: String, name: String, place: String, template: String, criticality: String, topics: [String], state: String,
    lastSample: String?, lastSampleAgeSeconds: Double?, openFindings: Int
  ) {
    self.id = id
    self.name = name
    self.place = place
    self.template = template
    self.criticality = criticality
    self.topics = topics
    self.state = state
    self.lastSample = lastSample
    self.lastSampleAgeSeconds = lastSampleAgeSeconds
    self.openFindings = openFindings
  }
}

/// `weir asset <id>`: the signals with their last hour.
public struct AssetDetail: Codable, Sendable {
  public var asset: AssetLine
  public var signals: [SignalDetail]
  /// Where the signals' last hour ends: the time of the asset's last sample; nil if there is none.
  public var lastHourUntil: String?
  public var findings: [GatewayStatus.FindingStatus]
  /// nil: its samples have no device time, or nothing is known yet.
  public var clock: DeviceClockDetail?

  public struct SignalDetail: Codable, Hashable, Sendable {
    public var name: String
    public var kind: String
    public var unit: String
    public var lastValue: String?
    public var lastTime: String?
    /// Means (registers: increases) of 60 equal parts of the last hour; nil where nothing arrived.
    public var lastHour: [Double?]
    public var minimum: Double?
    public var maximum: Double?
    /// Limits whose crossing is an alarm.
    public var low: Double?
    public var high: Double?

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
    asset: AssetLine, signals: [SignalDetail], lastHourUntil: String?, findings: [GatewayStatus.FindingStatus],
    clock: DeviceClockDetail? = nil
  ) {
    self.asset = asset
    self.signals = signals
    self.lastHourUntil = lastHourUntil
    self.findings = findings
    self.clock = clock
  }
}
