import Foundation
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// A configuration can be tried without machines, whatever its equipment.
@Suite struct EveryTemplateTests {
  private static let start = Timestamp(rfc3339: "2026-11-02T06:00:00+08:00")!

  private func messages() throws -> (site: Site, messages: [SimulatedMessage]) {
    let names = try TemplateLibrary.load(devices: [ReferenceDevices.folder]).entries.map(\.name)
    let assets = names.map { "  - { id: \($0), template: \($0), topic: t/\($0), rated-power: 100 kW }" }
    let site = try SiteLoader.load(
      text: "gateway: { id: g }\nzone: UTC\nbroker: { host: h }\nassets:\n\(assets.joined(separator: "\n"))\n",
      file: "test.yaml", devices: [ReferenceDevices.folder])
    let plant = try PlantSimulation(site: site, seed: 3, start: Self.start, faults: Faults())
    return (site, Array(plant.prefix { $0.time < Self.start + .hours(1) }))
  }

  @Test func everySignalIsSent() throws {
    let (site, messages) = try messages()
    for asset in site.assets where asset.signals.contains(where: { $0.expectedInterval < .hours(1) }) {
      let topic = try #require(asset.topics.first)
      let own = messages.filter { $0.topic == topic.topic }
      #expect(!own.isEmpty, "\(asset.id)")
      for message in own.prefix(3) {
        let payload = try JSONValue(parsing: message.payload)
        for field in topic.fields {
          let value = field.path.steps.reduce(Optional(payload)) { $0?[$1] }
          #expect(value != nil, "\(asset.id) \(field.path)")
        }
      }
    }
  }

  @Test func registersCountAndGaugesStayWithinTheirRange() throws {
    let (site, messages) = try messages()
    for asset in site.assets {
      guard let topic = asset.topics.first else { continue }
      let payloads = try messages.filter { $0.topic == topic.topic }.map { try JSONValue(parsing: $0.payload) }
      // The simulation has no records of vibration.
      for field in topic.fields where field.waveform == nil {
        let signal = asset.signals[field.signal]
        let values = payloads.compactMap { payload in
          field.path.steps.reduce(Optional(payload)) { $0?[$1] }?.doubleValue.map(field.conversion.apply)
        }
        switch signal.kind {
        case .register: #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }, "\(asset.id) \(signal.name)")
        case .gauge:
          let low = signal.minimum ?? -.infinity
          let high = signal.maximum ?? .infinity
          #expect(values.allSatisfy { low <= $0 && $0 <= high }, "\(asset.id) \(signal.name)")
        case .delta, .state, .event: break
        }
      }
    }
  }
}
