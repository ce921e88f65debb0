import Sparkplug
import Telemetry
import Testing

@testable import Templates

@Suite("Sparkplug in the configuration")
struct SparkplugTests {
  private static let base = """
    gateway: { id: cq1 }
    zone: UTC
    brokers:
      - { name: json, host: h, client-id: a }
      - name: edge
        host: h
        sparkplug: { host-id: cq-host, groups: [plant, hall 2], reorder-timeout: 2 s }
    assets:
      - id: meter-1
        broker: edge
        template: three-phase-meter
        sparkplug: { group: plant, node: edge1, device: meter1 }
        signals:
          active-energy: { path: "Energy[1]/Import.Total", unit: Wh }
          active-power: { path: P }
      - id: press-{n}
        count: 2
        broker: edge
        place: s/a
        template: rotating-machine
        sparkplug: { group: hall 2, node: "{area}-{n}", device: "{id}" }
      - { id: cabinet, broker: edge, template: rotating-machine, sparkplug: { group: plant, node: edge1 } }
      - { id: other, broker: edge, template: three-phase-meter, sparkplug: { group: plant, node: edge1, device: meter1 } }
      - { id: plain, broker: json, template: rotating-machine, topic: "t/plain" }

    """

  @Test("addresses, metric names and settings")
  func reading() throws {
    let site = try load(Self.base)
    let edge = site.connections[1]
    #expect(
      edge.sparkplug
        == SparkplugSettings(hostID: "cq-host", groups: ["plant", "hall 2"], reorderTimeout: .seconds(2)))
    #expect(site.connections[0].sparkplug == nil)
    #expect(
      site.assets.map(\.sparkplug) == [
        SparkplugSource(group: "plant", node: "edge1", device: "meter1"),
        SparkplugSource(group: "hall 2", node: "a-1", device: "press-1"),
        SparkplugSource(group: "hall 2", node: "a-2", device: "press-2"),
        SparkplugSource(group: "plant", node: "edge1"),
        SparkplugSource(group: "plant", node: "edge1", device: "meter1"),
        nil,
      ])
    let meter = site.assets[0]
    #expect(meter.topics.map(\.topic) == ["spBv1.0/plant/DDATA/edge1/meter1"])
    let energy = try #require(meter.signals.firstIndex { $0.name == "active-energy" })
    let field = try #require(meter.topics[0].fields.first { $0.signal == energy })
    #expect(field.path.joined == "Energy[1]/Import.Total", "nothing in a metric's name has a meaning")
    #expect(field.payloadUnit == "Wh")
    #expect(site.summaryLines.contains { $0.contains("Sparkplug host cq-host, groups plant, hall 2") })
  }

  @Test("the canonical text loads to an equal site")
  func roundTrip() throws {
    let site = try load(Self.base)
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site)
    #expect(again.canonicalText == site.canonicalText)
  }

  @Test("the host id is the gateway's unless it is given; the timeout has a default")
  func defaults() throws {
    let text = Self.base.replacing(
      "{ host-id: cq-host, groups: [plant, hall 2], reorder-timeout: 2 s }", with: "\n          groups: [plant, hall 2]"
    )
    #expect(try load(text).connections[1].sparkplug == SparkplugSettings(hostID: "cq1", groups: ["plant", "hall 2"]))
  }

  private static let edgeKey = "sparkplug: { host-id: cq-host, groups: [plant, hall 2], reorder-timeout: 2 s }"
  private static let meterKey = "sparkplug: { group: plant, node: edge1, device: meter1 }\n    signals:"

  static let table: [Mistake] = [
    Mistake("unknown key", "host-id: cq-host", "§hostid: cq-host", "unknown key", "\"host-id\""),
    Mistake("no groups", edgeKey, "sparkplug: §{ host-id: x }", "\"groups\" is missing", "groups: [plant]"),
    Mistake("empty groups", "groups: [plant, hall 2]", "groups: §[]", "is empty", "groups: [plant]"),
    Mistake("group with a slash", "groups: [plant, hall 2]", "groups: [plant, hall 2, §a/b]", "an id without", "plant"),
    Mistake("group twice", "groups: [plant, hall 2]", "groups: [plant, hall 2, §plant]", "twice", "Keep one"),
    Mistake("group STATE", "groups: [plant, hall 2]", "groups: [plant, hall 2, §STATE]", "cannot be a group", "Remove"),
    Mistake("timeout", "reorder-timeout: 2 s", "reorder-timeout: §2 h", "length of time", "5 min"),
    Mistake(
      "session", "    host: h\n    sparkplug", "    host: h\n    §session-expiry: 1 d\n    sparkplug", "no session",
      "Remove"),
    Mistake(
      "wrong group", "group: plant, node: edge1, device: meter1 }\n    signals",
      "group: §plnt, node: edge1, device: meter1 }\n    signals",
      "none of those", "\"plant\""),
    Mistake(
      "no node", meterKey, "sparkplug: §{ group: plant, device: meter1 }\n    signals:", "\"node\" is missing",
      "node: edge1"),
    Mistake(
      "asset key", meterKey, "sparkplug: { group: plant, node: edge1, §devise: meter1 }\n    signals:", "unknown key",
      "\"device\""),
    Mistake(
      "topic too", meterKey, "sparkplug: { group: plant, node: edge1, device: meter1 }\n    §topic: a/b\n    signals:",
      "both \"topic\" and \"sparkplug\"", "Remove the topic"),
    Mistake(
      "timestamp", meterKey,
      "sparkplug: { group: plant, node: edge1, device: meter1 }\n    §timestamp: none\n    signals:",
      "own time", "Remove"),
    Mistake("topic of a signal", "{ path: P }", "{ path: P, topic: §x/y }", "has a topic", "Remove the topic"),
    Mistake(
      "broker without", "broker: json, template: rotating-machine, topic: \"t/plain\"",
      "broker: json, template: rotating-machine, §sparkplug: { group: plant, node: n }", "no Sparkplug connection",
      "groups: [plant]"),
    Mistake(
      "asset without", "broker: json, template: rotating-machine, topic: \"t/plain\"",
      "§broker: edge, template: rotating-machine, topic: \"t/plain\"", "takes nothing else", "device: plain"),
    Mistake(
      "the topic of Sparkplug", "topic: \"t/plain\"", "topic: §\"spBv1.0/plant/DDATA/edge1/m\"", "it is Sparkplug B",
      "sparkplug:"),
    Mistake(
      "events", "{ id: cabinet, broker: edge, template: rotating-machine, sparkplug:",
      "{ id: cabinet, broker: edge, template: vision-station, §sparkplug:", "is an event", "inspection: none"),
    Mistake(
      "one host twice", "  - { name: json, host: h, client-id: a }",
      "  - { name: json, host: h, client-id: a }\n  - { name: third, host: h, client-id: c, sparkplug: { host-id: cq-host, groups: [x] } }",
      "is the host \"cq-host\"", "host-id"),
  ]

  @Test("mistakes", arguments: table)
  func mistake(_ mistake: Mistake) throws {
    try #require(Self.base.contains(mistake.old), "the row does not fit the base configuration")
    let text = Self.base.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
    let found = mistakes(text.replacing("§", with: ""))
    #expect(found.count == 1, "\(ConfigurationErrors(found))")
    let error = try #require(found.first)
    #expect(error.message.contains(mistake.message), "\(error)")
    #expect(error.suggestion.contains(mistake.remedy), "\(error)")
    guard let mark = text.firstIndex(of: "§") else { return }
    let before = text[..<mark].split(separator: "\n", omittingEmptySubsequences: false)
    #expect((error.line, error.column) == (before.count, (before.last?.count ?? 0) + 1), "\(error)")
  }
}
