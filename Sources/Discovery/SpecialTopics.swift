import Foundation
import Sparkplug
import Telemetry

/// Topics that tell about others: Sparkplug nodes, and the announcements of devices to Home Assistant.
struct SpecialTopics {
  private var sparkplug: [SparkplugSource: (topics: Set<String>, metrics: Set<String>)] = [:]
  /// Units by topic and field (nil = the payload itself), as announced.
  private var units: [String: [(path: [String]?, unit: String)]] = [:]
  private var announcements: [String] = []

  /// Takes a topic that is none of a device's own; false for all others.
  mutating func take(_ topic: String, _ log: Observations.Log) -> Bool {
    if topic.hasPrefix(SparkplugTopic.namespace + "/") {
      // States of hosts, and topics that break the specification, are no device's.
      guard let parts = SparkplugTopic(topic) else { return true }
      let source = SparkplugSource(group: parts.group, node: parts.node, device: parts.device)
      sparkplug[source, default: ([], [])].topics.insert(topic)
      for message in log.messages {
        sparkplug[source, default: ([], [])].metrics.formUnion(Self.metricNames(message.payload))
      }
      return true
    }
    guard topic.hasSuffix("/config"), let message = log.messages.last,
      let document = try? JSONValue(parsing: message.payload),
      let target = document["state_topic"]?.stringValue ?? document["stat_t"]?.stringValue
    else { return false }
    announcements.append(topic)
    let base = document["~"]?.stringValue ?? ""
    let name = target.hasPrefix("~") ? base + target.dropFirst() : target
    if let unit = document["unit_of_measurement"]?.stringValue ?? document["unit_of_meas"]?.stringValue {
      let template = document["value_template"]?.stringValue ?? document["val_tpl"]?.stringValue
      units[name, default: []].append((template.flatMap(Self.path), unit))
    }
    return true
  }

  /// The names in a birth. Data has aliases only, and what is no Sparkplug payload names nothing.
  private static func metricNames(_ payload: [UInt8]) -> [String] {
    guard let metrics = try? SparkplugPayload.metrics(payload.span) else { return [] }
    return metrics.compactMap { $0.name.flatMap { String(validating: payload[$0], as: UTF8.self) } }
  }

  /// `{{ value_json.ENERGY.Power }}`, `{{ value_json['power'] }}` → the path; nil for anything cleverer.
  static func path(_ template: String) -> [String]? {
    guard let range = template.range(of: "value_json") else { return nil }
    var steps: [String] = []
    var step = ""
    for character in template[range.upperBound...] {
      if character.isLetter || character.isNumber || character == "_" || character == "-" {
        step.append(character)
      } else {
        if !step.isEmpty { steps.append(step) }
        step = ""
        guard ".[]'\"".contains(character) else { break }
      }
    }
    return steps.isEmpty ? nil : steps
  }

  /// Gives the fields of a device the units that were announced for its topics.
  func addUnits(_ device: inout Device) {
    for index in device.fields.indices where device.fields[index].unit == nil {
      let topic = device.topics[device.fields[index].topic].name
      let path = device.fields[index].source.steps ?? []
      let found = units[topic]?.first { $0.path == nil ? device.isPointwise : $0.path == path }
      guard let unit = found?.unit else { continue }
      for position in device.fields[index].values.indices { device.fields[index].values[position].unit = unit }
    }
  }

  func notes() -> [DiscoveryNote] {
    var notes: [DiscoveryNote] = []
    let nodes = sparkplug.sorted {
      ($0.key.group, $0.key.node, $0.key.device ?? "") < ($1.key.group, $1.key.node, $1.key.device ?? "")
    }
    for (node, found) in nodes {
      let what = node.device.map { "device \($0) of edge node \(node.node)" } ?? "edge node \(node.node)"
      let names = found.metrics.subtracting(["bdSeq", "Node Control/Rebirth"]).sorted()
      let metrics =
        names.isEmpty
        ? "no birth was heard, so its metrics are not known"
        : "metrics: \(names.prefix(20).joined(separator: ", "))\(names.count > 20 ? " …" : "")"
      notes.append(
        DiscoveryNote(
          reason: "Sparkplug B, \(what) in group \(node.group); \(metrics)", topics: found.topics.sorted()))
    }
    if !announcements.isEmpty {
      notes.append(
        DiscoveryNote(
          reason: "announcements to Home Assistant: their units were used for the topics that they announce",
          topics: announcements))
    }
    return notes
  }
}
