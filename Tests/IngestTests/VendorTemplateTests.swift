import Foundation
import Journal
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Ingest

@Suite("Templates of vendors' messages")
struct VendorTemplateTests {
  static let names = [
    "shelly-em-gen2", "shelly-plug-gen2", "shelly-em-gen1", "tasmota-energy", "zigbee2mqtt-plug", "zigbee2mqtt-sensor",
    "home-assistant-statestream", "sitewise-property-batch", "opc-publisher", "kepware-iot-gateway", "senml-climate",
    "csv-energy-logger", "vibration-waveform",
  ]

  private static func examples(_ name: String) throws -> DeviceExamples {
    try #require(try DeviceExamples(template: name, folder: FormatBench.root + "/Devices", topic: "plant/m1"))
  }

  @Test("every example in the head of a template is decoded, and tells something of every signal", arguments: names)
  func examples(_ name: String) throws {
    let examples = try Self.examples(name)
    #expect(!examples.messages.isEmpty)
    let bench = try FormatBench(
      text: """
        gateway: { id: g }
        zone: Asia/Shanghai
        broker: { host: h }
        assets:
          - { id: m1, template: \(name), topic: "\(examples.topic)" }
        """)
    let catalog = SeriesCatalog(site: bench.site)
    var told = Set<String>()
    for message in examples.messages {
      let batch = bench.decode(message.payload, topic: message.topic)
      #expect(batch.quarantined.map { "\($0.topic): \($0.detail)" } == [])
      for sample in batch.samples {
        #expect(sample.quality != .badOutOfRange, "\(message.topic)")
        if case .double(let value) = sample.value { #expect(value.isFinite) }
        if let place = catalog.place(of: sample.series) { told.insert(bench.site.assets[0].signals[place.signal].name) }
      }
    }
    #expect(told == Set(bench.site.assets[0].signals.map(\.name)))
  }

  private func lines(_ name: String) throws -> [String] {
    let examples = try Self.examples(name)
    let bench = try FormatBench(
      text: """
        gateway: { id: g }
        zone: Asia/Shanghai
        broker: { host: h }
        assets:
          - { id: m1, template: \(name), topic: "\(examples.topic)" }
        """)
    return examples.messages.flatMap { bench.lines($0.payload, topic: $0.topic) }
  }

  @Test("their values, units, times and qualities")
  func values() throws {
    // 2025-11-21T04:40:00Z is the time of receipt, the examples are of 2026-11-21T00:15:00Z.
    let early = 1_795_220_100 - 1_763_700_000
    #expect(
      try lines("sitewise-property-batch") == [
        "temperature=61.5@\(early).5", "temperature=61.7@\(early + 10).0", "vibration=2.3@\(early).0 uncertainDevice",
      ])
    #expect(
      try lines("tasmota-energy").prefix(3) == [
        "active-energy=3185.127@\(early).0", "active-power=0.212@\(early).0", "apparent-power=0.22@\(early).0",
      ])
    #expect(
      try lines("kepware-iot-gateway") == [
        "active-energy=126238.29@\(early).25", "active-power=212.4@\(early).25",
        "power-factor=0.0@\(early).25 badDevice",
      ])
    #expect(
      try lines("shelly-em-gen1") == [
        "active-energy=126238.2905@0.0 uncertainUndated", "active-power=0.95124@0.0 uncertainUndated",
        "reactive-power=-0.0122@0.0 uncertainUndated", "voltage=236.1@0.0 uncertainUndated",
        "relay=1.0@0.0 uncertainUndated",
      ])
    #expect(
      try lines("csv-energy-logger").suffix(3) == [
        "active-energy=126241.83@\(early + 60).0", "active-power=211.9@\(early + 60).0",
        "power-factor=0.93@\(early + 60).0",
      ])
  }

  @Test("devices that are off or not reachable say nothing, in their words", arguments: ["unavailable", "unknown"])
  func unavailable(_ word: String) throws {
    let bench = try FormatBench(
      text: """
        gateway: { id: g }
        zone: UTC
        broker: { host: h }
        assets:
          - { id: m1, template: home-assistant-statestream, topic: homeassistant }
        """)
    #expect(bench.lines(word, topic: "homeassistant/sensor/m1_power/state") == ["active-power=nan@0.0 badDevice"])
  }
}
