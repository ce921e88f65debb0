import Foundation
import Ingest
import Journal
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// A configuration can be tried without machines, whatever its equipment and in whatever format that sends.
@Suite struct EveryTemplateTests {
  private static let start = Timestamp(rfc3339: "2026-11-02T06:00:00+08:00")!
  private static let names = (try? TemplateLibrary.load(devices: [ReferenceDevices.folder]).entries.map(\.name)) ?? []

  private static func site(_ assets: String) throws -> Site {
    try SiteLoader.load(
      text: "gateway: { id: g }\nzone: Asia/Shanghai\nbroker: { host: h }\nassets:\n\(assets)\n", file: "test.yaml",
      devices: [ReferenceDevices.folder])
  }

  /// What the gateway makes of the simulated messages of some hours.
  private static func decode(_ site: Site, hours: Int64) throws -> Batch {
    let plant = try PlantSimulation(site: site, seed: 3, start: start, faults: Faults())
    let decoder = Decoder(
      site: site, catalog: SeriesCatalog(site: site), connection: ConnectionID(1),
      connectionName: site.connections[0].name)
    var batch = Batch()
    for message in plant.prefix(while: { $0.time < start + .hours(hours) }) {
      Array(message.topic.utf8).withUnsafeBufferPointer { topic in
        message.payload.withUnsafeBufferPointer { payload in
          decoder.decode(topic: topic, payload: payload, received: message.time, into: &batch)
        }
      }
    }
    return batch
  }

  private static func value(_ sample: Sample) -> Double {
    switch sample.value {
    case .double(let number): number
    case .scaled(let number): number.doubleValue
    }
  }

  /// Nothing is set aside, every signal and attribute is there, registers count, and gauges stay within their range.
  private static func check(_ site: Site, hours: Int64 = 3) throws {
    let batch = try decode(site, hours: hours)
    let asset = site.assets[0]
    #expect(batch.counts.received > 0 && batch.counts.decoded == batch.counts.received)
    #expect(batch.quarantined.isEmpty, "\(batch.quarantined.first?.detail ?? "")")
    let bad = batch.samples.filter { $0.quality.isBad }
    #expect(bad.isEmpty, "\(bad.prefix(3))")
    let catalog = SeriesCatalog(site: site)
    let events = batch.entries.compactMap { entry in
      if case .event(let event) = entry { event } else { nil }
    }
    for (index, signal) in asset.signals.enumerated() {
      let values = batch.samples.filter { catalog.place(of: $0.series)?.signal == index }.map(Self.value)
      switch signal.kind {
      case .event:
        let own = events.filter { catalog.place(of: $0.series)?.signal == index }
        let named = Set(own.flatMap(\.attributes).map(\.name))
        let wanted = asset.topics.flatMap(\.fields).filter { $0.signal == index }.compactMap(\.attribute)
        // People look at a few parts only, and may have looked at none yet.
        if signal.name == "review", own.isEmpty { continue }
        #expect(!own.isEmpty && named.isSubset(of: wanted))
        // A good unit has no defect.
        for name in wanted where name != "defect" { #expect(named.contains(name), "\(name)") }
      case .register, .delta:
        #expect(!values.isEmpty, "\(signal.name)")
        if case .register = signal.kind {
          #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }, "\(signal.name)")
        }
      case .gauge, .state: #expect(!values.isEmpty, "\(signal.name)")
      }
    }
  }

  @Test("what is simulated is read by the same template", arguments: names)
  func template(name: String) throws {
    // A battery level comes once a day.
    let hours: Int64 =
      ["vibration-sensor", "ambient-sensor", "zigbee2mqtt-sensor", "order-feed"].contains(name) ? 49 : 3
    try Self.check(
      Self.site("  - { id: a, template: \(name), topic: t/a, rated-power: 100 kW }"), hours: hours)
  }

  @Test(
    "in every payload format",
    arguments: [
      "{ format: json, each: readings }", "{ format: json, each: $ }", "senml",
      "{ format: csv }", "{ format: csv, header: true, separator: tab }",
      "{ format: csv, header: true, separator: \";\", decimal: comma }",
      "{ format: name-value }", "{ format: name-value, each: d.tags, name: id, value: v, unit: u }",
      "{ format: name-value, each: d, readings: r, quality: { path: q, good: [GOOD] } }",
    ])
  func formats(payload: String) throws {
    let isNumbered = payload == "{ format: csv }"
    func path(_ name: String, _ column: Int) -> String { isNumbered ? "\"\(column)\"" : name }
    let timestamp = payload == "senml" ? "none" : "{ path: \(path("time", 1)), format: iso8601 }"
    try Self.check(
      Self.site(
        """
          - id: a
            template: three-phase-meter
            topic: t/a
            rated-power: 100 kW
            payload: \(payload)
            timestamp: \(timestamp)
            signals:
              active-energy: { path: \(path("e", 3)), unit: Wh }
              active-power: { path: \(path("p", 4)), unit: MW }
              voltage-1: { path: \(path("u1", 6)) }
              reactive-energy-lagging: none
              reactive-energy-leading: none
              power-factor: { path: \(path("pf", 2)) }
              voltage-2: none
              voltage-3: none
              current-1: { path: \(path("i1", 5)), unit: mA }
              current-2: none
              current-3: none
        """))
  }

  @Test(
    "waveforms in every encoding, at a fixed rate and at one that the payload says",
    arguments: ["json", "int16-le", "float32-le"], ["25.6 kHz", "{ path: fs }"])
  func waveforms(encoding: String, rate: String) throws {
    try Self.check(
      Self.site(
        """
          - id: a
            template: vibration-waveform
            topic: t/a
            signals:
              vibration: { waveform: { encoding: \(encoding), sample-rate: \(rate) } }
              peak: { waveform: { encoding: \(encoding), sample-rate: \(rate) } }
              crest-factor: { waveform: { encoding: \(encoding), sample-rate: \(rate) } }
              kurtosis: { waveform: { encoding: \(encoding), sample-rate: \(rate) } }
        """))
  }

  @Test("selected elements of lists, and what a text with a decimal comma says")
  func places() throws {
    try Self.check(
      Self.site(
        """
          - id: a
            template: rotating-machine
            topic: t/a
            signals:
              temperature: { path: "values[name=temp].value", unit: °F }
              vibration: { path: "values[name=vib].value" }
              pressure: { path: "readings[1].p", unit: kPa }
              current: { topic: t/a/current, payload: { format: text, decimal: comma } }
              state: { path: "'a.b'.state" }
        """))
  }

  @Test("faults of devices are never figures", arguments: names)
  func faults(name: String) throws {
    let site = try Self.site("  - { id: a, template: \(name), topic: t/a, rated-power: 100 kW }")
    var faults = Faults()
    faults.badJSON = 1
    let plant = try PlantSimulation(site: site, seed: 3, start: Self.start, faults: faults)
    let decoder = Decoder(
      site: site, catalog: SeriesCatalog(site: site), connection: ConnectionID(1),
      connectionName: site.connections[0].name)
    var batch = Batch()
    for message in plant.prefix(20) {
      Array(message.topic.utf8).withUnsafeBufferPointer { topic in
        message.payload.withUnsafeBufferPointer { payload in
          decoder.decode(topic: topic, payload: payload, received: message.time, into: &batch)
        }
      }
    }
    #expect(batch.samples.filter { $0.quality == .good || $0.quality == .uncertainUndated }.isEmpty)
    #expect(batch.counts.received == 20)
  }
}
