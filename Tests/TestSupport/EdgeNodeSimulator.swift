import Glibc
import MQTT
import Telemetry
import Templates

/// A Sparkplug edge node with one device at a real broker. It keeps its sequence, counts the rebirths that it is asked
/// for, and leaves it to the test to answer them.
public final class EdgeNodeSimulator: Sendable {
  private let group: String
  private let node: String
  private let publisher: Publisher
  private let commands: TopicListener
  private let seq = TestLock<UInt64>(255)

  /// Connects; returns when commands would be heard.
  public init(_ broker: TestBroker, group: String = "plant", node: String = "edge1") async throws {
    self.group = group
    self.node = node
    publisher = try Publisher(settings: broker.connection(clientID: "\(group)-\(node)"))
    commands = try TopicListener(
      broker, clientID: "\(group)-\(node)-commands", filters: ["spBv1.0/\(group)/NCMD/\(node)"])
    try publisher.start()
    guard try await publisher.waitUntilConnected() else { throw TestSupportError("the edge node cannot connect") }
  }

  public func stop() {
    publisher.stop()
    commands.stop()
  }

  /// Commands that carry the metric by its name.
  public var rebirthRequests: Int {
    let name = Array("Node Control/Rebirth".utf8)
    return commands.payloads.count { bytes in bytes.indices.contains { bytes[$0...].starts(with: name) } }
  }

  /// NBIRTH with the metrics that every edge node has.
  public func birth(bdSeq: UInt64, _ metrics: [EdgeMetric] = []) async throws {
    seq.with { $0 = 255 }
    let own = [
      EdgeMetric("bdSeq", 4, .long(bdSeq)), EdgeMetric("Node Control/Rebirth", 11, .boolean(false)),
    ]
    try await send("NBIRTH", nil, own + metrics)
  }

  /// The will.
  public func death(bdSeq: UInt64) async throws {
    try await publish("NDEATH", nil, EdgePayload(metrics: [EdgeMetric("bdSeq", 4, .long(bdSeq))]), qos: 1)
  }

  /// - Parameter seq: nil takes the next one.
  public func send(_ kind: String, _ device: String?, seq number: UInt64? = nil, _ metrics: [EdgeMetric]) async throws {
    let number =
      number
      ?? seq.with { last in
        last = (last + 1) % 256
        return last
      }
    try await publish(kind, device, EdgePayload(timestamp: Self.now, seq: number, metrics: metrics), qos: 0)
  }

  /// The next number is used up and its message lost.
  public func lose() { seq.with { $0 = ($0 + 1) % 256 } }

  private func publish(_ kind: String, _ device: String?, _ payload: EdgePayload, qos: Int) async throws {
    let topic = "spBv1.0/\(group)/\(kind)/\(node)" + (device.map { "/\($0)" } ?? "")
    for result in await publisher.publish([OutgoingMessage(topic: topic, payload: payload.bytes, qos: qos)]) {
      try result.get()
    }
  }

  /// Milliseconds since 1970.
  public static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
  }
}
