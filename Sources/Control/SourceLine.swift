/// One line of `weir sources`: a signal, or a device as a whole, whose data is not as it should be.
public struct SourceLine: Codable, Sendable {
  public var asset: String
  /// nil: the device as a whole (its clock, its messages, its silence).
  public var signal: String?
  public var place: String
  /// Rules of the findings that are open, sorted.
  public var open: [String]
  /// Findings of data quality ever opened, by reason.
  public var findings: [String: Int]
  /// Samples (for a device: messages) that were set aside, came twice or came late, by reason.
  public var samples: [String: Int]
  /// Share of the time from its first to its latest sample in which the signal was missing, 0…1.
  public var missingShare: Double?
  /// Device time less receive time; negative: behind (or held up on the way). Only of devices.
  public var clockAheadSeconds: Double?
  /// What to do about the worst of it.
  public var remedy: String

  public init(
    asset: String, signal: String?, place: String, open: [String] = [], findings: [String: Int] = [:],
    samples: [String: Int] = [:], missingShare: Double? = nil, clockAheadSeconds: Double? = nil, remedy: String = ""
  ) {
    self.asset = asset
    self.signal = signal
    self.place = place
    self.open = open
    self.findings = findings
    self.samples = samples
    self.missingShare = missingShare
    self.clockAheadSeconds = clockAheadSeconds
    self.remedy = remedy
  }
}

/// The clock of a device in `weir asset`.
public struct DeviceClockDetail: Codable, Sendable {
  /// `trust-device`, `receive-time`, or the correction.
  public var policy: String
  /// Device time less receive time of the freshest messages, after the correction; nil: not known.
  public var aheadSeconds: Double?
  /// How much longer than the shortest the usual delivery takes.
  public var deliverySeconds: Double?

  public init(policy: String, aheadSeconds: Double?, deliverySeconds: Double?) {
    self.policy = policy
    self.aheadSeconds = aheadSeconds
    self.deliverySeconds = deliverySeconds
  }
}
