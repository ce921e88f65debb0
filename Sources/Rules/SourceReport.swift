import Telemetry

/// What is wrong with the data of an asset, counted since the gateway knows it: for people, not for records.
public struct SourceReport: Sendable {
  public struct Count: Hashable, Sendable {
    /// Position in `Asset.signals`.
    public var signal: Int
    public var fault: SourceFault
    public var count: Int

    public init(signal: Int, fault: SourceFault, count: Int) {
      self.signal = signal
      self.fault = fault
      self.count = count
    }
  }

  /// Time that a signal was missing for while its device was expected to report.
  public struct Missing: Hashable, Sendable {
    public var signal: Int
    public var nanoseconds: Int64
    /// Device time from the first to the latest sample.
    public var observed: Int64

    public init(signal: Int, nanoseconds: Int64, observed: Int64) {
      self.signal = signal
      self.nanoseconds = nanoseconds
      self.observed = observed
    }
  }

  /// By (signal, fault).
  public var counts: [Count]
  public var missing: [Missing]
  public var clock: DeviceClock?

  public init(counts: [Count], missing: [Missing], clock: DeviceClock?) {
    self.counts = counts
    self.missing = missing
    self.clock = clock
  }
}

/// One way in which data of a signal is not as it should be.
public enum SourceFault: Hashable, Sendable, Comparable {
  /// A finding of data quality that was opened.
  case finding(QualityReason)
  /// A sample that was set aside.
  case setAside(QuarantineReason)
  /// The same sample again.
  case duplicate
  /// A sample older than one that came before it.
  case late

  public var word: String {
    switch self {
    case .finding(let reason): reason.word
    case .setAside(let reason): reason.word
    case .duplicate: "duplicate"
    case .late: "late"
    }
  }

  /// Stable: it is part of the saved state.
  public var code: UInt8 {
    switch self {
    case .finding(let reason): reason.rawValue
    case .setAside(let reason): 64 + reason.rawValue
    case .duplicate: 128
    case .late: 129
    }
  }

  public init?(code: UInt8) {
    switch code {
    case 128: self = .duplicate
    case 129: self = .late
    case 64..<128:
      guard let reason = QuarantineReason(rawValue: code - 64) else { return nil }
      self = .setAside(reason)
    default:
      guard let reason = QualityReason(rawValue: code) else { return nil }
      self = .finding(reason)
    }
  }

  public static func < (a: SourceFault, b: SourceFault) -> Bool { a.code < b.code }
}

/// A device clock as the gateway sees it.
public struct DeviceClock: Hashable, Sendable {
  /// Device time less receive time of the freshest message: positive = the device is ahead. What it is behind is its
  /// skew and the shortest way of its messages together.
  public var ahead: Span64
  /// How much longer than the shortest the usual delivery takes.
  public var delay: Span64
  /// Messages in the estimate.
  public var messages: Int

  public init(ahead: Span64, delay: Span64, messages: Int) {
    self.ahead = ahead
    self.delay = delay
    self.messages = messages
  }
}

/// Why a sample never became one of the accepted samples.
public enum Refusal: Hashable, Sendable {
  case duplicate
  case setAside(QuarantineReason)
}
