import Ingest
import Journal
import Sparkplug
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Discovery

/// Edge nodes of Sparkplug B: from their births to a configuration that takes their values.
@Suite struct SparkplugTests {
  private static let start = Timestamp(seconds: 1_795_226_100)

  private static func milliseconds(_ round: Int) -> UInt64 {
    UInt64(start.nanoseconds / 1_000_000) + UInt64(round) * 5000
  }

  /// Two meters with aliases, and a press with names only, behind one edge node.
  private static func messages(births: Bool = true) -> [ObservedMessage] {
    var messages: [ObservedMessage] = []
    var seq: UInt64 = 0
    func send(_ kind: String, _ device: String?, _ round: Int, _ metrics: [EdgeMetric]) {
      let topic = "spBv1.0/cq1/\(kind)/edge-1" + (device.map { "/\($0)" } ?? "")
      messages.append(
        ObservedMessage(
          topic: topic, payload: EdgePayload(timestamp: milliseconds(round), seq: seq, metrics: metrics).bytes,
          received: start + .seconds(Int64(round) * 5) + .milliseconds(Int64(seq))))
      seq = (seq + 1) % 256
    }
    if births {
      send(
        "NBIRTH", nil, 0,
        [
          EdgeMetric("bdSeq", 8, .long(3), at: milliseconds(0)),
          EdgeMetric("Node Control/Rebirth", 11, .boolean(false), at: milliseconds(0)),
        ])
      for meter in 1...2 {
        let base = UInt64(meter * 10)
        send(
          "DBIRTH", "meter-\(meter)", 0,
          [
            EdgeMetric("Energy/Import [Wh]", alias: base, 8, .long(1_262_382_900), at: milliseconds(0)),
            EdgeMetric("Power_kW", alias: base + 1, 9, .float(212.5), at: milliseconds(0)),
            EdgeMetric("PF", alias: base + 2, 10, .double(0.93), at: milliseconds(0)),
            EdgeMetric("Odd", alias: base + 3, 12, .string("?"), at: milliseconds(0)),
          ]
            + ["Ua", "Ub", "Uc"].enumerated().map { place, name in
              EdgeMetric(name, alias: base * 100 + UInt64(place), 9, .float(230.1), at: milliseconds(0))
            }
            + ["Ia", "Ib", "Ic"].map { EdgeMetric($0, 9, .float(310.5), at: milliseconds(0)) })
      }
      // A name with a dot and brackets, and nothing that any template has.
      send("DBIRTH", "oven-1", 0, [EdgeMetric("Zone.Temp [°C]", 9, .float(512.5), at: milliseconds(0))])
      send(
        "DBIRTH", "press-9", 0,
        [
          EdgeMetric("temperature", 9, .float(61.5), at: milliseconds(0)),
          EdgeMetric("vibration", 9, .float(2.5), at: milliseconds(0)),
          EdgeMetric("current", 3, .int(41), at: milliseconds(0)),
          EdgeMetric("state", 12, .string("running"), at: milliseconds(0)),
        ])
    }
    for round in 1..<8 {
      for meter in 1...2 {
        let base = UInt64(meter * 10)
        send(
          "DDATA", "meter-\(meter)", round,
          [
            EdgeMetric(alias: base, nil, .long(1_262_382_900 + UInt64(round) * 290), at: milliseconds(round)),
            EdgeMetric(alias: base + 1, nil, .float(200 + Float(round)), at: milliseconds(round)),
          ])
      }
      send(
        "DDATA", "press-9", round,
        [
          EdgeMetric("temperature", nil, .float(61 + Float(round)), at: milliseconds(round)),
          EdgeMetric("vibration", nil, .float(2.5 + 0.1 * Float(round)), at: milliseconds(round)),
        ])
    }
    return messages
  }

  private static func report(_ messages: [ObservedMessage], known: Discovery.Known = .init()) throws -> DiscoveryReport
  {
    var observations = Observations()
    for message in messages { observations.add(message) }
    let templates = try FixedTemplates()
    return Discovery(
      vocabulary: try Vocabulary.load(path: Reference.vocabulary),
      templates: try SiteLoader.templates(text: "", file: "-", devices: [templates.folder]), known: known
    ).report(observations)
  }

  @Test("births become assets of a host application, with their units, and every value comes through")
  func births() throws {
    let messages = Self.messages()
    let report = try Self.report(messages)
    let writer = FragmentWriter(report, threshold: 0.7, broker: "plant", sparkplugBroker: "sparkplug")
    let text = Reference.newSite.text(writer)
    let templates = try FixedTemplates()
    let site = try SiteLoader.load(text: text, file: "found.yaml", devices: [templates.folder])
    #expect(site.assets.map(\.id) == ["meter-1", "meter-2", "oven-1", "press-9"], "\(text)")
    #expect(site.connections.map { $0.sparkplug?.groups ?? [] } == [[], ["cq1"]])
    #expect(text.contains("device: \"meter-{n}\"") && text.contains("count: 2"))
    let meter = site.assets[0]
    #expect(meter.sparkplug == SparkplugSource(group: "cq1", node: "edge-1", device: "meter-1"))
    #expect(meter.template == "three-phase-meter")
    let units = Dictionary(
      uniqueKeysWithValues: meter.topics.flatMap(\.fields).map { ($0.path.joined, $0.payloadUnit) })
    #expect(
      units == [
        "Energy/Import [Wh]": "Wh", "Power_kW": "kW", "PF": "1", "Ua": "V", "Ub": "V", "Uc": "V", "Ia": "A", "Ib": "A",
        "Ic": "A",
      ])
    #expect(site.assets[2].template == "found-oven")
    #expect(site.assets[2].topics[0].fields.map(\.path.joined) == ["Zone.Temp [°C]"])
    #expect(site.assets[3].template == "rotating-machine")

    let catalog = SeriesCatalog(site: site)
    let plan = MetricPlan(site: site, catalog: catalog, connectionName: "sparkplug")
    var host = SparkplugHost(wishes: plan.wishes)
    var output = SparkplugOutput()
    let first = SparkplugTime(wall: Self.start, steady: Self.start)
    host.connected(now: first, into: &output)
    for message in messages {
      let now = SparkplugTime(wall: message.received, steady: message.received)
      host.receive(topic: Array(message.topic.utf8).span, payload: message.payload.span, now: now, into: &output)
    }
    #expect(output.setAside.isEmpty)
    var samples: [Sample] = []
    for value in output.values { plan.append(value, to: &samples) }
    #expect(samples.allSatisfy { $0.quality == .good })
    // Of each meter nine at its birth and two a round, of the press four and two, of the oven one.
    #expect(samples.count == 2 * (9 + 7 * 2) + 4 + 7 * 2 + 1)
    let energy = samples.filter { catalog.place(of: $0.series) == .init(asset: 0, signal: 0) }
    #expect(
      energy.last?.value
        == .scaled(ScaledInteger(126_238_493, exponent: -2).rescaled(to: meter.signals[0].resolution) ?? .zero))
  }

  @Test("without a host application among the brokers the entries are shown, with what is missing")
  func noBroker() throws {
    let writer = FragmentWriter(try Self.report(Self.messages()), threshold: 0.7)
    #expect(!writer.isUsable)
    let text = writer.text()
    #expect(text.contains("# UNSURE: remove the # to use it.") && text.contains("sparkplug: { groups: [cq1] }"))
    #expect(!text.split(separator: "\n").contains { $0.hasPrefix("  - id") })
  }

  @Test("what has no birth, or is configured, is not proposed")
  func unknown() throws {
    let report = try Self.report(Self.messages(births: false))
    #expect(report.assets.isEmpty)
    #expect(report.notes.count == 3 && report.notes.allSatisfy { $0.reason.contains("no birth was heard") })
    var known = Discovery.Known()
    known.topics = ["spBv1.0/cq1/DDATA/edge-1/meter-1", "spBv1.0/cq1/DDATA/edge-1/meter-2"]
    let rest = try Self.report(Self.messages(), known: known)
    #expect(rest.assets.map(\.id) == ["oven-1", "press-9"] && rest.knownTopics == 4)
  }
}
