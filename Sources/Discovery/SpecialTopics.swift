import Foundation
import Telemetry

/// Topics that tell about others: the announcements of devices to Home Assistant.
struct SpecialTopics {
  /// Units by topic and field (nil = the payload itself), as announced.
  private var units: [String: [(path: [String]?, unit: String)]] = [:]
  private var announcements: [String] = []

  /// Takes a topic that is none of a device's own; false for all others.
  mutating func take(_ topic: String, _ log: Observations.Log) -> Bool {
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
    if !announcements.isEmpty {
      notes.append(
        DiscoveryNote(
          reason: "announcements to Home Assistant: their units were used for the topics that they announce",
          topics: announcements))
    }
    return notes
  }
}
