import Sparkplug
import Telemetry

/// Sparkplug B in the configuration: at brokers and at assets.
enum SparkplugReader {
  static let brokerKeys = ["host-id", "groups", "reorder-timeout"]
  static let assetKeys = ["group", "node", "device"]

  static let id = Scalar<String>(
    "an id without \"/\", \"+\" and \"#\"", example: "plant",
    parse: { text in text.isEmpty || text.utf8.count > 256 || text.contains { "/+#\0".contains($0) } ? nil : text })

  /// The whole text is the metric's name: no dots, brackets or slashes mean anything.
  static let metric = Scalar<FieldPath>(
    "the name of a metric", example: "Energy/Import", parse: { text in text.isEmpty ? nil : FieldPath([text]) })

  // MARK: Brokers

  static func settings(_ broker: Section, gatewayID: String) -> SparkplugSettings? {
    guard broker.has("sparkplug") else { return nil }
    let what = "sparkplug of \(broker.name)"
    guard let section = broker.section("sparkplug", what, keys: brokerKeys) else { return nil }
    if broker.has("session-expiry") {
      broker.report(
        broker.position(of: "session-expiry"), "a Sparkplug connection has no session that could expire",
        remedy: "Remove this line: what was missed comes back by rebirths and historical data.")
    }
    var settings = SparkplugSettings(
      hostID: section.read("host-id", id, default: gatewayID), groups: [],
      reorderTimeout: section.read(
        "reorder-timeout", .duration(.milliseconds(100)...(.minutes(5))), default: .seconds(5)))
    guard section.has("groups") else {
      section.missing("groups", remedy: "Add the groups of the edge nodes: `groups: [plant]`.")
      return settings
    }
    let groups = section.list("groups", id) ?? []
    for (group, position) in groups {
      if settings.groups.contains(group) {
        section.report(position, "the group \"\(group)\" is named twice", remedy: "Keep one of them.")
      } else if group == "STATE" {
        section.report(
          position, "\"STATE\" cannot be a group: it is where hosts keep their state", remedy: "Remove it.")
      } else {
        settings.groups.append(group)
      }
    }
    if groups.isEmpty, section["groups"]?.items?.isEmpty != false {
      section.report(
        section["groups"]?.position, "\"groups\" in \(section.name) is empty",
        remedy: "Add the groups of the edge nodes: `groups: [plant]`.")
    }
    return settings
  }

  // MARK: Assets

  /// The address with its placeholders, as the topic of its data; nil if it is wrong, which has been reported.
  static func topic(_ asset: Section, broker: String, settings: SparkplugSettings?) -> (
    text: String, position: Position
  )? {
    guard let section = asset.section("sparkplug", "sparkplug of \(asset.name)", keys: assetKeys) else { return nil }
    refuse(asset)
    guard let group = section.require("group", id), let node = section.require("node", id, remedy: "Add `node: edge1`.")
    else { return nil }
    let device = section.read("device", id)
    if device == nil, section.has("device") { return nil }
    guard let settings else {
      asset.report(
        asset.position(of: "sparkplug"), "the broker \"\(broker)\" of \(asset.name) is no Sparkplug connection",
        remedy: "Add `sparkplug: { groups: [\(group)] }` to it, or choose another broker.")
      return nil
    }
    if !settings.takes(group), !group.contains("{") {
      section.report(
        section["group"]?.position, "the group \"\(group)\" is none of those of the broker \"\(broker)\"",
        remedy: NearestWord.of(group, in: settings.groups).map { "Did you mean \"\($0)\"?" }
          ?? "Add it there: `groups: [\((settings.groups + [group]).joined(separator: ", "))]`.")
      return nil
    }
    let address = SparkplugSource(group: group, node: node, device: device)
    return (address.dataTopic, section.position)
  }

  private static func refuse(_ asset: Section) {
    if asset.has("topic") {
      asset.report(
        asset.position(of: "topic"), "\(asset.name) has both \"topic\" and \"sparkplug\"",
        remedy: "Remove the topic: group, node and device make it.")
    }
    for key in ["timestamp", "message-id"] where asset.has(key) {
      asset.report(
        asset.position(of: key), "\"\(key)\" does not fit \(asset.name): Sparkplug metrics have their own time",
        remedy: "Remove this line.")
    }
  }
}
