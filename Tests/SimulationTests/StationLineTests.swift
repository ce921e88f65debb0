import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// The units of a simulated line pass its stations in their order.
@Suite struct StationLineTests {
  private struct Visit {
    var station: String
    var time: Timestamp
    var verdict: String
    var step: String
  }

  @Test("one unit a minute, at each station a minute later; sixty joints; what is rejected is repaired")
  func engineLine() throws {
    let site = try SiteLoader.load(
      text: """
        gateway: { id: g }
        zone: Asia/Shanghai
        broker: { host: h }
        assets:
          - { id: "vs-{n}", count: 50, place: "cq/engines/k19/{n}", template: ai-vision-station, topic: "m/{id}",
              expected-interval: 60 s }
          - { id: head, place: cq/engines/k19/51, template: torque-tool, topic: m/head, expected-interval: 1 s }
        """, file: "test.yaml", devices: [ReferenceDevices.folder])
    let start = try #require(Timestamp(rfc3339: "2026-11-02T06:00:00+08:00"))
    let plant = try PlantSimulation(site: site, seed: 5, start: start, faults: Faults())
    var units: [String: [Visit]] = [:]
    for message in plant.prefix(while: { $0.time < start + .hours(4) }) where !message.topic.hasSuffix("/review") {
      let payload = try JSONValue(parsing: message.payload)
      let unit = try #require(payload["unit"]?.stringValue)
      if message.topic == "m/head" {
        #expect(payload["torque"]?.doubleValue.map { (100..<124).contains($0) } == true)
      }
      units[unit, default: []].append(
        Visit(
          station: String(message.topic.dropFirst(2)), time: message.time,
          verdict: try #require(payload["verdict"]?.stringValue), step: try #require(payload["step"]?.stringValue)))
    }
    // Those that entered and left while it was watched.
    let whole = units.filter { Set($0.value.map(\.station)).count == 51 }
    #expect((180...192).contains(whole.count), "\(whole.count)")
    var rejected = 0
    for (unit, visits) in whole {
      let cameras = visits.filter { $0.station != "head" }
      #expect(cameras.map(\.station) == (1...50).map { "vs-\($0)" }, "\(unit)")
      #expect(Set(visits.filter { $0.station == "head" }.map(\.step)).count == 60, "\(unit)")
      guard let place = cameras.firstIndex(where: { $0.verdict == "NG" }) else { continue }
      rejected += 1
      #expect(place == cameras.endIndex - 1 || cameras[place + 1].verdict == "rework")
    }
    #expect((0...10).contains(rejected))
  }
}
