import Telemetry

/// What the host knows of one edge node. All of it is in memory only: after a restart a rebirth brings it back.
struct EdgeNode {
  enum Phase: Hashable {
    /// No birth has been seen on this connection.
    case unknown
    case online
    /// Its death has been seen.
    case offline
    /// Messages are missing: nothing is believed until the next birth, since a missed birth may have given an alias to
    /// another metric.
    case suspect
  }

  /// A message that came before one that it must follow.
  struct Held {
    var kind: SparkplugTopic.Kind
    var device: Int
    var seq: UInt8
    var payload: [UInt8]
    var received: SparkplugTime
  }

  /// Where an alias points to: the device's number in the upper half, the metric's in the lower.
  static let ambiguous = UInt64.max

  let source: SparkplugSource
  var phase = Phase.unknown
  /// Since when its values are stale; nil if it never was heard of or is online.
  var staleSince: Timestamp?
  var bdSeq: UInt64?
  /// The `seq` of the next message.
  var expected: UInt8 = 0
  /// Of the last message that was performed in its turn.
  var lastHash: UInt64 = 0
  var held: [Held] = []
  var heldBytes = 0
  var aliases: [UInt64: UInt64] = [:]
  /// Number 0 is the edge node itself.
  var devices: [EdgeDevice] = []
  var deviceNumbers: [String: Int] = [:]
  var metricCount = 0

  var wish: SparkplugNote.Wish?
  var attempts = 0
  var unanswered = 0
  var lastRequest: Timestamp?
  var nextRequest = Timestamp.distantPast
  var violations: [Int] = Array(repeating: 0, count: SparkplugViolation.allCases.count)

  init(_ source: SparkplugSource) {
    self.source = source
    devices = [EdgeDevice(name: nil)]
  }

  /// The steady time at which the wait for a missing message ends.
  func timeout(_ limits: SparkplugLimits) -> Timestamp? {
    held.first.map { $0.received.steady + limits.reorderTimeout }
  }

  func source(_ device: Int) -> SparkplugSource {
    SparkplugSource(group: source.group, node: source.node, device: devices[device].name)
  }

  func topic(_ kind: SparkplugTopic.Kind, _ device: Int) -> SparkplugTopic {
    SparkplugTopic(kind: kind, group: source.group, node: source.node, device: devices[device].name)
  }

  /// Nothing of the last birth counts any more.
  mutating func forget() {
    aliases.removeAll(keepingCapacity: true)
    metricCount = 0
    for index in devices.indices { devices[index].forget() }
  }
}

/// A device behind an edge node, or the edge node's own metrics.
struct EdgeDevice {
  struct Metric {
    /// Negative: nobody wants it.
    var tag: Int32
    var datatype: UInt32
    var alias: UInt64?
    /// Milliseconds of the newest value that was not historical.
    var lastLive: UInt64 = 0
  }

  let name: String?
  var isOnline = false
  var staleSince: Timestamp?
  var metrics: [Metric] = []
  /// Names of the birth → numbers in `metrics`.
  var names = ByteTable()
  /// Names of template instances, whose members are found by them.
  var instances: [Int: [UInt8]] = [:]
  /// Wanted metrics by name; survives births.
  var tags = ByteTable()

  init(name: String?) { self.name = name }

  mutating func forget() {
    isOnline = false
    metrics.removeAll(keepingCapacity: true)
    if names.count > 0 { names.removeAll() }
    instances.removeAll()
  }
}
