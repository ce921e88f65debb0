import Telemetry

/// A Sparkplug B host application as a pure state machine: births, aliases, deaths, the sequence of each edge node, and
/// when to ask for a rebirth. No clock, no connection; it gives out the values that somebody wants.
///
/// It follows the edge nodes that it is told of, with all their devices, since these share one sequence and one set of
/// aliases. Of other edge nodes it only counts that they are there.
public struct SparkplugHost: Sendable {
  /// What a topic means; remembered by its bytes.
  private struct Route {
    var kind: SparkplugTopic.Kind
    /// Negative: nobody wants this edge node.
    var node: Int
    var device: Int
    var unknown: Int
  }

  public let limits: SparkplugLimits
  private(set) var nodes: [EdgeNode] = []
  private var nodeNumbers: [SparkplugSource: Int] = [:]
  private var table = ByteTable()
  private var routes: [Route] = []
  /// Edge nodes and devices that publish without being configured, with their messages, in the order of appearance.
  public private(set) var unknown: [(source: SparkplugSource, messages: Int)] = []
  private var unknownNumbers: [SparkplugSource: Int] = [:]
  /// The steady time before which a tick has nothing to do.
  private var nextDue = Timestamp.distantPast
  private var isConnected = false

  /// - Parameters:
  ///   - wishes: the metrics that are wanted; their edge nodes are those that the host follows.
  ///   - awaySince: until when it is known that nothing was missed, if there was an earlier run.
  public init(wishes: [SparkplugWish], awaySince: Timestamp? = nil, limits: SparkplugLimits = SparkplugLimits()) {
    self.limits = limits
    for wish in wishes {
      let source = SparkplugSource(group: wish.source.group, node: wish.source.node)
      let node: Int
      if let known = nodeNumbers[source] {
        node = known
      } else {
        node = nodes.count
        nodeNumbers[source] = node
        nodes.append(EdgeNode(source))
        nodes[node].staleSince = awaySince
      }
      let device = nodes[node].device(named: wish.source.device, limits) ?? 0
      // The first wish for a metric counts; a metric that feeds several signals has one tag.
      if nodes[node].devices[device].tags.find(wish.metric) == nil {
        nodes[node].devices[device].tags.insert(wish.metric, Int(wish.tag))
      }
    }
  }

  // MARK: The connection

  /// Subscribed: every edge node whose birth is not known is asked for it.
  public mutating func connected(now: SparkplugTime, into output: inout SparkplugOutput) {
    isConnected = true
    for index in nodes.indices where nodes[index].phase == .unknown {
      nodes[index].wish = .connected
      nodes[index].unanswered = 0
    }
    nextDue = .distantPast
    tick(now: now, into: &output)
  }

  /// The gateway's own connection is gone: what the edge nodes publish now is not heard.
  public mutating func disconnected(now: SparkplugTime, into output: inout SparkplugOutput) {
    isConnected = false
    for index in nodes.indices { nodes[index].disconnected(now: now, into: &output) }
  }

  /// To be called often: timeouts of missing messages and requests whose time has come.
  public mutating func tick(now: SparkplugTime, into output: inout SparkplugOutput) {
    guard isConnected, now.steady >= nextDue else { return }
    var next = now.steady + .seconds(3600)
    var requests = 0
    for index in nodes.indices {
      if let timeout = nodes[index].timeout(limits) {
        if timeout <= now.steady {
          nodes[index].giveUp("nothing more came within \(limits.reorderTimeout.seconds) s", now: now, into: &output)
        } else {
          next = min(next, timeout)
        }
      }
      guard nodes[index].wantsToAsk(limits) else { continue }
      if requests < limits.requestsPerTick, nodes[index].ask(now: now, limits, into: &output) { requests += 1 }
      if nodes[index].wantsToAsk(limits) { next = min(next, max(nodes[index].nextRequest, now.steady)) }
    }
    nextDue = next
  }

  // MARK: Messages

  /// Takes one message. Values, and what becomes of the message, are appended to the output, at once or, if it came
  /// before one that it must follow, with a later message or tick.
  ///
  /// - Parameter isRetained: the broker had kept it. Sparkplug messages are never retained: it may be old.
  public mutating func receive(
    topic: Span<UInt8>, payload: Span<UInt8>, isRetained: Bool = false, now: SparkplugTime,
    into output: inout SparkplugOutput
  ) {
    guard let route = route(topic) else {
      output.setAside.append(
        SparkplugOutput.SetAside(
          topic: Array(copying: topic), payload: Array(copying: payload), received: now.wall, reason: .unknownTopic,
          detail: "this is no topic of Sparkplug B: spBv1.0/<group>/<type>/<edge node>[/<device>]"))
      return
    }
    guard !route.kind.isCommand else { return output.accept(payload) }
    guard route.node >= 0 else { return stranger(route, topic, payload, now, &output) }
    if isRetained {
      nodes[route.node].violated(
        .retained, "\(route.kind.rawValue) is retained and was passed over", route.device, now, &output)
      return output.accept(payload)
    }
    let isBusy = nodes[route.node].receive(route.kind, route.device, payload, now: now, limits, into: &output)
    if isBusy { nextDue = .distantPast }
  }

  /// The kind, edge node and device of a topic; nil if it is none of Sparkplug.
  private mutating func route(_ topic: Span<UInt8>) -> Route? {
    if let number = table.find(topic, 0..<topic.count) { return routes[number] }
    guard let parsed = SparkplugTopic(String(copying: topic, 0..<topic.count)) else { return nil }
    var route = Route(kind: parsed.kind, node: -1, device: 0, unknown: -1)
    if let node = nodeNumbers[SparkplugSource(group: parsed.group, node: parsed.node)],
      let device = nodes[node].device(named: parsed.device, limits)
    {
      route.node = node
      route.device = device
    } else if !parsed.kind.isCommand {
      route.unknown = stranger(SparkplugSource(group: parsed.group, node: parsed.node, device: parsed.device))
    }
    if routes.count < limits.knownTopics {
      table.insert(topic, 0..<topic.count, routes.count)
      routes.append(route)
    }
    return route
  }

  private mutating func stranger(_ source: SparkplugSource) -> Int {
    if let number = unknownNumbers[source] { return number }
    guard unknown.count < limits.unknownSources else { return -1 }
    unknownNumbers[source] = unknown.count
    unknown.append((source, 0))
    return unknown.count - 1
  }

  /// The first message and each first birth of an edge node or device that nobody has configured is kept for people to
  /// see; the others are passed over.
  private mutating func stranger(
    _ route: Route, _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ now: SparkplugTime, _ output: inout SparkplugOutput
  ) {
    guard route.unknown >= 0 else { return output.accept(payload) }
    unknown[route.unknown].messages += 1
    guard unknown[route.unknown].messages == 1 else { return output.accept(payload) }
    let source = unknown[route.unknown].source
    output.setAside.append(
      SparkplugOutput.SetAside(
        topic: Array(copying: topic), payload: Array(copying: payload), received: now.wall, reason: .unknownTopic,
        detail: "no asset maps \(source); further messages of it are passed over"))
  }

  // MARK: Looking in

  /// Whether the birth of an edge node or device is known and its values are current.
  public func isOnline(_ source: SparkplugSource) -> Bool {
    guard let number = nodeNumbers[SparkplugSource(group: source.group, node: source.node)] else { return false }
    guard nodes[number].phase == .online else { return false }
    guard let device = source.device else { return true }
    return nodes[number].deviceNumbers[device].map { nodes[number].devices[$0].isOnline } ?? false
  }

  /// The edge nodes that the host follows.
  public var sources: [SparkplugSource] { nodes.map(\.source) }
}

extension SparkplugOutput {
  mutating func accept(_ payload: Span<UInt8>) {
    accepted += 1
    acceptedBytes += payload.count
  }
}

extension Array where Element == UInt8 {
  init(copying bytes: Span<UInt8>) { self = bytes.withUnsafeBufferPointer { Array($0) } }
}
