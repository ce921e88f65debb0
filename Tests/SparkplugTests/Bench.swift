import Sparkplug
import Telemetry
import TestSupport

typealias Metric = EdgeMetric
typealias Payload = EdgePayload

/// A host with the metrics that a test wants, a clock that the test moves, and everything that came out.
struct Bench {
  static let start: UInt64 = 1_763_700_000_000

  var host: SparkplugHost
  var output = SparkplugOutput()
  /// Milliseconds since the start.
  var clock: UInt64 = 0
  let names: [Int32: String]

  /// - Parameter metrics: `meter7:energy` of device meter7, `:voltage` of the edge node itself.
  init(
    _ metrics: [String], limits: SparkplugLimits = SparkplugLimits(), awaySince: Timestamp? = nil, connect: Bool = true
  ) {
    var wishes: [SparkplugWish] = []
    var names: [Int32: String] = [:]
    for (index, text) in metrics.enumerated() {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let source = SparkplugSource(group: "plant", node: "edge1", device: parts[0].isEmpty ? nil : parts[0])
      wishes.append(SparkplugWish(source: source, metric: parts[1], tag: Int32(index)))
      names[Int32(index)] = text
    }
    self.names = names
    host = SparkplugHost(wishes: wishes, awaySince: awaySince, limits: limits)
    if connect { self.connect() }
  }

  var now: SparkplugTime {
    SparkplugTime(
      wall: Timestamp(nanoseconds: Int64(Self.start + clock) * 1_000_000),
      steady: Timestamp(nanoseconds: Int64(clock) * 1_000_000))
  }

  mutating func connect() { host.connected(now: now, into: &output) }
  mutating func disconnect() { host.disconnected(now: now, into: &output) }

  mutating func wait(_ milliseconds: UInt64) {
    clock += milliseconds
    host.tick(now: now, into: &output)
  }

  mutating func receive(_ topic: String, _ payload: [UInt8], retained: Bool = false) {
    clock += 1
    let topic = Array(topic.utf8)
    host.receive(topic: topic.span, payload: payload.span, isRetained: retained, now: now, into: &output)
  }

  /// A message of edge node `plant/edge1`.
  mutating func send(
    _ kind: SparkplugTopic.Kind, _ device: String? = nil, seq: UInt64?, at time: UInt64 = 0, _ metrics: [Metric] = []
  ) {
    receive(
      SparkplugTopic(kind: kind, group: "plant", node: "edge1", device: device).text,
      Payload(timestamp: Self.start + time, seq: seq, metrics: metrics).bytes)
  }

  /// NBIRTH with the metrics that every edge node has.
  mutating func nodeBirth(seq: UInt64? = 0, bdSeq: UInt64? = 0, _ metrics: [Metric] = []) {
    var all = [Metric("Node Control/Rebirth", 11, .boolean(false), at: Self.start)]
    if let bdSeq { all.append(Metric("bdSeq", 4, .long(bdSeq), at: Self.start)) }
    send(.nodeBirth, seq: seq, all + metrics)
  }

  mutating func nodeDeath(bdSeq: UInt64) {
    receive("spBv1.0/plant/NDEATH/edge1", Payload(metrics: [Metric("bdSeq", 4, .long(bdSeq))]).bytes)
  }

  // MARK: What came out since the last look

  mutating func take() -> SparkplugOutput {
    defer { output.removeAll() }
    return output
  }

  /// `meter7:energy=int(5)`; H historical, B birth, ? undated.
  mutating func values() -> [String] { take().values.map(describe) }

  func describe(_ value: SparkplugOutput.Value) -> String {
    let flags = (value.isHistorical ? "H" : "") + (value.isBirth ? "B" : "") + (value.isUndated ? "?" : "")
    return "\(names[value.tag] ?? "?")=\(value.scalar)\(flags)"
  }
}

extension SparkplugOutput {
  var violations: [SparkplugViolation] {
    notes.compactMap { note in
      if case .violation(let violation, _, _) = note.event { violation } else { nil }
    }
  }

  var reasons: [SetAside.Reason] { setAside.map(\.reason) }
}
