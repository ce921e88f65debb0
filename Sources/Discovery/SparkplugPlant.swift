import Sparkplug
import Telemetry

/// Edge nodes of Sparkplug B and their devices, as far as their births were heard: a birth names every metric with its
/// datatype and value, data behind it has aliases.
struct SparkplugPlant {
  private struct Heard {
    var topic: String
    var kind: SparkplugTopic.Kind
    var device: String?
    var message: ObservedMessage
  }

  private struct Node: Hashable {
    var group: String
    var node: String
  }

  private var messages: [Node: [Heard]] = [:]
  private var topics: [SparkplugSource: Set<String>] = [:]

  /// Takes a topic of the name space; states of hosts, and topics that break the specification, are no device's.
  mutating func take(_ topic: String, _ log: Observations.Log) -> Bool {
    guard topic.hasPrefix(SparkplugTopic.namespace + "/") else { return false }
    guard let parts = SparkplugTopic(topic) else { return true }
    guard !parts.kind.isCommand else { return true }
    let source = SparkplugSource(group: parts.group, node: parts.node, device: parts.device)
    topics[source, default: []].insert(topic)
    messages[Node(group: parts.group, node: parts.node), default: []] += log.messages.map {
      Heard(topic: topic, kind: parts.kind, device: parts.device, message: $0)
    }
    return true
  }

  /// - Parameter isKnown: whether the configuration has assets of a source, by the topic of its data.
  func devices(isKnown: (String) -> Bool) -> (devices: [Device], notes: [DiscoveryNote], known: Int) {
    var devices: [Device] = []
    var notes: [DiscoveryNote] = []
    var known = 0
    let ordered = topics.keys.sorted { ($0.group, $0.node, $0.device ?? "") < ($1.group, $1.node, $1.device ?? "") }
    for source in ordered {
      if isKnown(source.dataTopic) {
        known += topics[source]?.count ?? 0
        continue
      }
      let heard = (messages[Node(group: source.group, node: source.node)] ?? []).filter { $0.device == source.device }
        .sorted { ($0.message.received, $0.kind.isBirth ? 0 : 1) < ($1.message.received, $1.kind.isBirth ? 0 : 1) }
      let device = device(source, heard)
      if !device.fields.isEmpty {
        devices.append(device)
        continue
      }
      // An edge node without metrics of its own is nothing to speak of.
      if source.device == nil, heard.contains(where: { $0.kind.isBirth }) { continue }
      let what = source.device.map { "device \($0) of edge node \(source.node)" } ?? "edge node \(source.node)"
      let names = Self.names(heard)
      let metrics =
        names.isEmpty
        ? "no birth was heard, so its metrics are not known; births come when the edge node starts, or when a host asks "
          + "it for a rebirth: listen meanwhile"
        : "metrics without values: \(names.prefix(20).joined(separator: ", "))\(names.count > 20 ? " …" : "")"
      notes.append(
        DiscoveryNote(
          reason: "Sparkplug B, \(what) in group \(source.group); \(metrics)", topics: (topics[source] ?? []).sorted()))
    }
    return (devices, notes, known)
  }

  /// What stands in births for hosts, not for people.
  private static func isOfDevice(_ name: String) -> Bool {
    let beginnings = ["Node Control/", "Device Control/", "Node Info/", "Device Info/", "Properties/", "_types_/"]
    return name != "bdSeq" && !name.isEmpty && !beginnings.contains { name.hasPrefix($0) }
  }

  private static func names(_ heard: [Heard]) -> [String] {
    let births = heard.filter { $0.kind.isBirth }
    // What is no Sparkplug payload names nothing.
    let all = births.flatMap { (try? HeardMetric.all($0.message.payload)) ?? [] }
    return Set(all.compactMap(\.name).filter(isOfDevice)).sorted()
  }

  private func device(_ source: SparkplugSource, _ heard: [Heard]) -> Device {
    var fields: [Field] = []
    var place: [String: Int] = [:]
    var names: [UInt64: String] = [:]
    var datatypes: [String: UInt32] = [:]
    for item in heard {
      let read = try? HeardMetric.all(item.message.payload) { name, alias in
        (name ?? alias.flatMap { names[$0] }).flatMap { datatypes[$0] } ?? 0
      }
      for metric in read ?? [] {
        if item.kind.isBirth, let name = metric.name {
          if let alias = metric.alias { names[alias] = name }
          datatypes[name] = metric.datatype
        }
        guard let name = metric.name ?? metric.alias.flatMap({ names[$0] }), Self.isOfDevice(name),
          datatypes[name] != nil
        else { continue }
        let content = Self.content(metric.value)
        if content == .nothing, place[name] == nil { continue }
        let position = place[name] ?? fields.count
        if position == fields.count {
          place[name] = position
          fields.append(
            Field(topic: 0, source: .metric(name), labels: name.split(separator: "/").map(String.init), values: []))
        }
        fields[position].values.append(
          FieldValue(
            content: content, received: item.message.received, isRetained: item.message.isRetained,
            unit: metric.unit ?? fields[position].values.last?.unit))
      }
    }
    var log = Observations.Log()
    log.messages = heard.filter { !$0.kind.isBirth && $0.kind.isData }.map(\.message)
    return Device(
      topics: [
        Device.Topic(name: source.dataTopic, labels: [], interval: DeviceFinder.interval(log))
      ], form: .sparkplug, fields: fields.sorted { $0.source.key < $1.source.key },
      base: [source.group, source.node, source.device].compactMap(\.self), isPointwise: false, messages: heard.count)
  }

  private static func content(_ value: SparkplugScalar) -> FieldValue.Content {
    switch value {
    case .int(let number): .number(Double(number), places: 0)
    case .uint(let number): .number(Double(number), places: 0)
    case .float(let number): PayloadReader.number("\(number)") ?? .nothing
    case .double(let number): PayloadReader.number("\(number)") ?? .nothing
    case .boolean(let flag): .boolean(flag)
    case .text(let text): PayloadReader.number(text) ?? .word(text)
    case .null, .unusable: .nothing
    }
  }
}

extension SparkplugTopic.Kind {
  fileprivate var isBirth: Bool { self == .nodeBirth || self == .deviceBirth }
  fileprivate var isData: Bool { self == .nodeData || self == .deviceData }
}
