import Telemetry

/// An edge node, or a device behind it.
public struct SparkplugSource: Hashable, Sendable, CustomStringConvertible {
  public var group: String
  public var node: String
  /// Nil: the edge node itself.
  public var device: String?

  public init(group: String, node: String, device: String? = nil) {
    self.group = group
    self.node = node
    self.device = device
  }

  public var description: String { "\(group)/\(node)" + (device.map { "/\($0)" } ?? "") }
}

/// A metric that somebody wants, and the number under which its values are to be given out.
public struct SparkplugWish: Hashable, Sendable {
  public var source: SparkplugSource
  /// The metric's name; a member of a template instance is `instance/member`.
  public var metric: String
  public var tag: Int32

  public init(source: SparkplugSource, metric: String, tag: Int32) {
    self.source = source
    self.metric = metric
    self.tag = tag
  }
}

/// A moment by two clocks: one that people read, and one that never leaps.
public struct SparkplugTime: Hashable, Sendable {
  public var wall: Timestamp
  public var steady: Timestamp

  public init(wall: Timestamp, steady: Timestamp) {
    self.wall = wall
    self.steady = steady
  }
}

/// Bounds and patience of a host. All of them are choices of the product; the specification leaves them open.
public struct SparkplugLimits: Hashable, Sendable {
  /// How long a missing message is waited for.
  public var reorderTimeout: Span64 = .seconds(5)
  /// What is kept of an edge node meanwhile.
  public var heldMessages = 128
  public var heldBytes = 1 << 20
  /// The wait between the first and the second rebirth request; it doubles with each further one.
  public var firstRebirthWait: Span64 = .seconds(10)
  public var longestRebirthWait: Span64 = .minutes(10)
  /// Requests to an edge node that gives no sign of life. It says its birth by itself when it connects.
  public var unansweredRequests = 6
  /// Requests of one tick: a thousand edge nodes must not all answer at once.
  public var requestsPerTick = 16
  /// Of an edge node with its devices; more cannot be true.
  public var metricsPerNode = 200_000
  public var devicesPerNode = 10_000
  /// Topics that are remembered by their bytes, and edge nodes that are counted without being configured.
  public var knownTopics = 65_536
  public var unknownSources = 256
  /// Templates within templates.
  public var templateDepth = 8

  public init() {}
}
