import Foundation
import Telemetry
import Templates
import Testing

@Suite("Meters that name their values by OBIS codes")
struct ObisTests {
  private static let devices =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/Devices"

  /// What the vector calls a value, and the signal that has it.
  private static let signals = [
    "voltage L1": "voltage-1", "voltage L2": "voltage-2", "voltage L3": "voltage-3",
    "voltage average of all phases": "voltage-mean", "active energy import total": "active-energy",
    "active energy export total": "active-energy-export",
  ]

  @Test("obis-phase-voltages", .enabled(if: ReferenceData.exists("rules/vectors/energy.json")))
  func codes() throws {
    let vector = try #require(try ReferenceData.vectors()["obis-phase-voltages"])
    let codes = try #require(vector["inputs"]?["codes"]?.arrayValue).map { try text($0) }
    let meanings = try #require(vector["expected"]?["meaning"]?.arrayValue).map { try text($0) }
    #expect(codes.count == meanings.count && codes.count == 6)
    let site = try SiteLoader.load(
      text: """
        gateway: { id: test, data: unused }
        zone: Asia/Shanghai
        broker: { host: localhost }
        assets:
          - { id: main, place: works, template: obis-meter, topic: plant/main, rated-power: 700 kW }
        """, file: "test.yaml", devices: [Self.devices])
    let asset = try #require(site.assets.first)
    for (code, meaning) in zip(codes, meanings) {
      let fields = asset.topics.flatMap(\.fields).filter { $0.path.steps == [code] }
      #expect(fields.map { asset.signals[$0.signal].name } == [Self.signals[meaning] ?? ""], "\(code)")
    }
    let counted = asset.signals.filter { $0.kind.quantity != nil }.map(\.name)
    #expect(counted.contains("active-energy-export") && counted.count == 4)
  }
}
