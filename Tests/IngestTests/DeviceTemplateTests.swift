import Foundation
import Journal
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Ingest

/// Every template of the repository reads the payload that it shows.
@Suite struct DeviceTemplateTests {
  static let files = ((try? FileManager.default.contentsOfDirectory(atPath: ReferenceDevices.folder)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  @Test func thereIsOneForEveryKindOfEquipment() {
    #expect(Self.files.count >= 35)
  }

  /// Those for the messages of a vendor have several topics, or no times, and a test of their own.
  static let equipment = files.filter { !VendorTemplateTests.names.contains(String($0.dropLast(5))) }

  @Test(arguments: equipment)
  func theExampleIsRead(file: String) throws {
    let text = try String(contentsOfFile: "\(ReferenceDevices.folder)/\(file)", encoding: .utf8)
    let name = String(file.dropLast(5))
    #expect(text.contains("\ntemplate: \(name)\n"), "the file is named for its template")
    let payload = try #require(TemplateExample.payload(in: text))
    let site = try SiteLoader.load(
      text: """
        gateway: { id: g }
        zone: UTC
        broker: { host: h }
        assets:
          - { id: a, template: \(name), topic: t }
        """, file: "test.yaml", devices: [ReferenceDevices.folder])
    let asset = try #require(site.assets.first)
    var batch = Batch()
    Bench.decoder(site).decode("t", payload, into: &batch)
    for (subtopic, payload) in TemplateExample.below(in: text) {
      Bench.decoder(site).decode("t/\(subtopic)", payload, into: &batch)
    }
    #expect(batch.quarantined.isEmpty, "\(batch.quarantined.map(\.detail))")

    // Every signal has a good value and every attribute is there.
    let catalog = SeriesCatalog(site: site)
    let read = Set(batch.samples.filter { $0.quality == .good }.compactMap { catalog.place(of: $0.series)?.signal })
    var attributes: Set<String> = []
    for case .event(let event) in batch.entries { attributes.formUnion(event.attributes.map(\.name)) }
    for (index, signal) in asset.signals.enumerated() {
      guard signal.kind == .event else {
        #expect(read.contains(index), "\(signal.name)")
        continue
      }
      let mapped = asset.topics.flatMap(\.fields).filter { $0.signal == index }.compactMap(\.attribute)
      for attribute in mapped { #expect(attributes.contains(attribute), "\(attribute)") }
    }
    for sample in batch.samples { #expect(sample.time.rfc3339UTC.hasPrefix("2026-11-2")) }
  }

  @Test(arguments: files)
  func itSaysWhatIsPhysicallyPossible(file: String) throws {
    let name = String(file.dropLast(5))
    let site = try SiteLoader.load(
      text: "{ gateway: { id: g }, zone: UTC, broker: { host: h }, assets: [{ id: a, template: \(name), topic: t }] }",
      file: "test.yaml", devices: [ReferenceDevices.folder])
    let asset = try #require(site.assets.first)
    #expect(asset.faultModel != nil)
    for signal in asset.signals {
      switch signal.kind {
      case .gauge: #expect(signal.minimum != nil && signal.maximum != nil, "\(signal.name)")
      case .register, .delta: #expect(signal.minimum == 0 && signal.maximum != nil, "\(signal.name)")
      case .state(let names): #expect(names.count > 1)
      case .event: break
      }
    }
    // The configuration in the journal stands on its own, whatever becomes of the template files.
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }
}
