import Foundation
import Telemetry
import Testing

@testable import Templates

@Suite("Loading a configuration")
struct SiteTests {
  @Test("what is written arrives in the site")
  func written() throws {
    let site = try load(baseConfiguration)
    #expect(site.gateway.id == "test")
    #expect(site.zone == "Asia/Shanghai")
    #expect(site.connections.count == 1)
    #expect(site.connections[0].password == .environment("SECRET"))
    #expect(site.connections[0].clientID == "weir-test")
    #expect(site.assets.map(\.id) == ["meter-1", "press-1", "press-2", "press-3", "vision-1"])
    let meter = site.assets[0]
    #expect(meter.topics.map(\.topic) == ["plant/hall-1/meter-1"])
    #expect(meter.criticality == .high)
    #expect(meter.ratedPower == ScaledInteger(630))
    #expect(meter.signals[0].modulus == ScaledInteger(1_000_000_000, exponent: -3))
    #expect(meter.signals[0].resolution == -3)
    #expect(meter.topics[0].fields[0].path.steps == ["e", "import"])
    #expect(meter.topics[0].fields[0].conversion.denominator == 1000)
    #expect(site.assets[2].place == "cq/hall-1/press/2")
    #expect(site.destinations[1].kinds == Set(RecordKind.allCases))
  }

  @Test("defaults are the documented ones")
  func defaults() throws {
    let site = try load(
      """
      gateway: { id: g }
      zone: UTC
      broker: { embedded: true }
      assets: [{ id: m, template: three-phase-meter, topic: m }]
      """)
    let connection = site.connections[0]
    #expect(connection.host == "127.0.0.1" && connection.port == 1883)
    #expect(connection.commitInterval == .milliseconds(20))
    #expect(connection.keepAlive == .seconds(30))
    #expect(connection.sessionExpiry == .days(7))
    #expect(
      connection.embedded
        == EmbeddedBrokerSettings(
          maximumInflight: 1000, maximumQueuedBytes: 256_000_000, maximumPacketSize: 256_000,
          autosaveInterval: .seconds(60), passwordFile: nil, tls: nil, requireCertificate: false))
    #expect(site.horizons[.energyInterval] == Horizon(lateness: .seconds(60), revision: .days(45)))
    #expect(site.horizons[.energyMonth] == site.horizons[.energyInterval])
    #expect(site.horizons[.signalSummary] == Horizon(lateness: .seconds(10), revision: .hours(24)))
    #expect(site.horizons[.inspectionCount] == Horizon(lateness: .seconds(60), revision: .days(45)))
    #expect(site.energy == EnergySettings(window: .minutes(15), plausibilityFactor: ScaledInteger(12, exponent: -1)))
    #expect(
      site.storage
        == StorageSettings(
          journalBytes: 4_000_000_000, journalAge: .days(30), storeBytes: 4_000_000_000, freeSpaceFloor: 256_000_000,
          reserveBytes: 16_000_000))
    #expect(site.control.metricsPort == nil)
    #expect(site.gateway.dataDirectory == "data")
  }

  @Test("a signal can have a topic of its own, and be absent")
  func ownTopics() throws {
    let site = try load(
      """
      gateway: { id: g }
      zone: UTC
      broker: { host: h }
      assets:
        - id: p
          place: s/a
          template: rotating-machine
          topic: "{place}/{id}"
          timestamp: none
          signals:
            current: none
            state: { topic: "old/{id}/state", path: s, states: { running: ["7"] } }
            temperature: { topic: "old/{id}/t", unit: °F, path: t }
      """)
    let asset = site.assets[0]
    #expect(asset.signals.map(\.name) == ["temperature", "vibration", "pressure", "state"])
    #expect(asset.topics.map(\.topic) == ["s/a/p", "old/p/t", "old/p/state"])
    #expect(asset.topics.map { $0.fields.map(\.signal) } == [[1, 2], [0], [3]])
    #expect(asset.topics.allSatisfy { $0.timestamp == nil })
    #expect(asset.signals[3].stateWords["7"] == 2)
    #expect(asset.signals[3].stateWords["run"] == nil)
    #expect(asset.signals[3].stateWords["running"] == 2)
    #expect(asset.signals[3].stateWords["off"] == 0)
  }

  @Test("2,350 assets are a few lines")
  func groups() throws {
    let site = try load(
      """
      gateway: { id: g }
      zone: UTC
      broker: { host: h }
      assets:
        - { id: "meter-{n:04}", count: 900, first: 0, template: three-phase-meter, topic: "m/{id}" }
        - { id: "machine-{n}", count: 1400, template: rotating-machine, topic: "m/{id}" }
        - { id: "vision-{n}", count: 50, template: vision-station, topic: "m/{id}" }
      """)
    #expect(site.assets.count == 2350)
    #expect(site.assets[0].id == "meter-0000" && site.assets[899].topics[0].topic == "m/meter-0899")
    #expect(site.assets[2349].id == "vision-50")
  }

  @Test("anchors and merge keys work as elsewhere")
  func anchors() throws {
    let site = try load(
      """
      gateway: { id: g }
      zone: UTC
      broker: { host: h }
      assets:
        - &meter { id: m1, place: s/a, template: three-phase-meter, topic: "x/{id}", criticality: high }
        - { <<: *meter, id: m2, criticality: low }
      """)
    #expect(site.assets.map(\.id) == ["m1", "m2"])
    #expect(site.assets.map(\.criticality) == [.high, .low])
    #expect(site.assets[1].topics[0].topic == "x/m2")
  }

  @Test("the shipped configurations load", arguments: ["weir.yaml", "demo.yaml", "engine-line.yaml"])
  func shipped(name: String) throws {
    let site = try SiteLoader.load(path: packageRoot + "/Config/" + name, devices: [shippedTemplates])
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test("the demo plant is what the simulator expects")
  func demo() throws {
    let site = try SiteLoader.load(path: packageRoot + "/Config/demo.yaml", devices: [shippedTemplates])
    #expect(site.assets.count { $0.template == "three-phase-meter" } == 7)
    #expect(site.assets.count { $0.template == "rotating-machine" } == 8)
    #expect(site.assets.count { $0.template == "vision-station" } == 3)
    #expect(site.assets.allSatisfy { $0.topics.map(\.topic) == ["plant/\($0.area)/\($0.id)"] })
    #expect(site.connections[0].embedded != nil && site.connections[0].port == 18830)
    #expect(site.gateway.dataDirectory == "data/demo")
    let paths = Set(site.assets.flatMap { $0.topics.flatMap { $0.fields.map(\.path.description) } })
    #expect(
      paths == [
        "kwh", "kvarh_lag", "kvarh_lead", "kw", "pf", "v1", "v2", "v3", "i1", "i2", "i3", "temperature", "vibration",
        "pressure", "current", "state", "unit", "step", "attempt", "verdict", "defects", "confidence", "model",
        "event", "order", "product", "operation", "batch", "planned", "produced", "good", "bad", "cycle",
      ])
    #expect(
      site.assets.allSatisfy {
        $0.topics[0].timestamp == TimestampMapping(path: FieldPath(["ts"]), format: .epochMilliseconds)
      })
  }

  @Test("the summary names what would run")
  func summary() throws {
    let text = try load(baseConfiguration).summaryLines.joined(separator: "\n")
    #expect(text.contains("5 assets, 27 signals, 5 subscriptions"))
    #expect(text.contains("20 messages per minute"))
    #expect(text.contains("template rotating-machine: 3 assets"))
    #expect(text.contains("destination archive: file data/records.jsonl, records of 1 asset: energy-interval, finding"))
    #expect(!text.contains("SECRET"))
    let undated = baseConfiguration.replacing(
      "template: vision-station",
      with: "template: vision-station\n    timestamp: none\n    message-id: none\n    signals: {}")
    #expect(try !load(undated).summaryLines.joined().contains("without id and time"))
  }
}
