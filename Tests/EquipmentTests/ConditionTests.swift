import Equipment
import Foundation
import Telemetry
import Templates
import TestSupport
import Testing

/// The shipped limits give the known answers.
@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) struct ConditionTests {
  /// The table that the product ships, as a configuration with a plate gets it.
  static func table() throws -> ConditionTable {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    let text = """
      gateway: { id: test, data: data }
      zone: Asia/Shanghai
      broker: { host: localhost }
      assets:
        - { id: motor-1, template: induction-motor, topic: plant/motor-1, nameplate: { power: 90 kW, support: rigid } }
      """
    let site = try SiteLoader.load(text: text, file: "test.yaml", devices: [root + "/Devices"])
    #expect(site.assets[0].nameplate.power == ScaledInteger(90))
    // What is read back from the canonical text is the same site.
    let again = try SiteLoader.load(text: site.canonicalText, file: "canonical.yaml", devices: [])
    #expect(again == site)
    return try #require(site.condition)
  }

  private static func zones() throws -> VibrationZones {
    let table = try table()
    return VibrationZones(try #require(table.vibration))
  }

  private static func row(_ entry: JSONValue) throws -> VibrationZones.Row {
    let group = Int(try #require(entry["group"]?.integerValue))
    let word = try #require(entry["support"]?.stringValue)
    let support = try #require(Nameplate.Support(rawValue: word))
    let rows = try zones().rows
    return try #require(rows.first { $0.group == group && $0.support == support })
  }

  @Test func zonesOfVelocityAndDisplacement() throws {
    for name in ["zone-boundaries-velocity", "zone-examples"] {
      let vector = try MaintenanceVectors.vector(name)
      let cases = try #require(vector["inputs"]?["cases"]?.arrayValue)
      let expected = try #require(vector["expected"]?["zones"]?.arrayValue)
      for (entry, zone) in zip(cases, expected) {
        let found = try Self.row(entry).zone(
          velocity: entry["velocity"]?.doubleValue, displacement: entry["displacement"]?.doubleValue)
        #expect(found?.word == zone.stringValue, "\(entry)")
      }
    }
  }

  @Test func groupsAndBands() throws {
    let zones = try Self.zones()
    let groups = try MaintenanceVectors.vector("zone-group-selection")
    for (entry, group) in zip(
      try #require(groups["inputs"]?["cases"]?.arrayValue), try #require(groups["expected"]?["groups"]?.arrayValue))
    {
      let found = zones.group(power: entry["power_kw"]?.doubleValue, shaftHeight: entry["shaft_height_mm"]?.doubleValue)
      #expect(found.map(Int64.init) == group.integerValue, "\(entry)")
    }
    let bands = try MaintenanceVectors.vector("zone-frequency-band")
    for (rpm, band) in zip(
      try MaintenanceVectors.numbers(bands["inputs"]?["rpm"]), try #require(bands["expected"]?["band_hz"]?.arrayValue))
    {
      #expect(zones.band(speed: rpm) == band.arrayValue?.compactMap(\.doubleValue), "\(rpm)")
    }
    #expect(zones.group(power: 400, shaftHeight: 100) == nil)
    #expect(throws: VibrationZones.Missing.support) { try zones.row(Nameplate(power: 90)) }
    #expect(throws: VibrationZones.Missing.size) { try zones.row(Nameplate(support: .rigid)) }
  }

  @Test func alarmAndTrip() throws {
    let vector = try MaintenanceVectors.vector("alarm-and-trip")
    let row = try #require(try Self.zones().rows.first { $0.group == 1 && $0.support == .rigid })
    let action = VibrationZones.Action(try #require(Self.table().vibration?.action), row)
    #expect(
      try MaintenanceVectors.numbers(vector["inputs"]?["baselines"]).map { action.alarm(baseline: $0) }
        == MaintenanceVectors.numbers(vector["expected"]?["alarm"]))
    #expect(abs(action.trip - (try MaintenanceVectors.number(vector["expected"]?["trip"]))) < 1e-9)
    let significant = try #require(vector["expected"]?["significant"]?.arrayValue)
    for (change, answer) in zip(try MaintenanceVectors.numbers(vector["inputs"]?["changes"]), significant) {
      #expect(JSONValue.boolean(action.isSignificant(change: change)) == answer, "\(change)")
    }
    let size = VibrationMath.change(from: (3, 40), to: (2.5, 180))
    #expect(
      abs(
        size - (try MaintenanceVectors.number(MaintenanceVectors.vector("vector-change")["expected"]?["vector_change"]))
      )
        < 1e-6)
    #expect(abs(VibrationMath.velocity(acceleration: 1, hertz: 50) - 31.215536) < 1e-5)
  }

  @Test func holdAndHysteresis() throws {
    let vector = try MaintenanceVectors.vector("zone-hold-and-hysteresis")
    let row = try Self.row(try #require(vector["inputs"]))
    var tracker = ZoneTracker()
    var found: [String] = []
    for sample in try #require(vector["inputs"]?["samples"]?.arrayValue) {
      let pair = try MaintenanceVectors.numbers(sample)
      tracker.add(
        pair[1], at: Timestamp(seconds: Int64(pair[0])), boundaries: row.velocity, hold: .seconds(10), hysteresis: 0.2)
      found.append(tracker.zone?.word ?? "")
    }
    #expect(found == vector["expected"]?["zones"]?.arrayValue?.compactMap(\.stringValue))
  }

  @Test func linesOfBearings() throws {
    for name in ["bearing-6205", "bearing-6203", "bearing-er16k", "bearing-13-ball"] {
      let vector = try MaintenanceVectors.vector(name)
      let inputs = try #require(vector["inputs"])
      let bearing = BearingGeometry(
        balls: Int(try #require(inputs["balls"]?.integerValue)),
        ballDiameter: try MaintenanceVectors.number(inputs["ball_diameter"]),
        pitchDiameter: try MaintenanceVectors.number(inputs["pitch_diameter"]))
      for (value, key) in [
        (bearing.ftf, "ftf"), (bearing.bpfo, "bpfo"), (bearing.bpfi, "bpfi"), (bearing.bsf, "bsf"),
        (2 * bearing.bsf, "two_bsf"),
      ] {
        #expect(abs(value - (try MaintenanceVectors.number(vector["expected"]?[key]))) < 1e-5, "\(name) \(key)")
      }
      #expect(abs(bearing.bpfo + bearing.bpfi - Double(bearing.balls)) < 1e-12)
    }
    let shipped = try #require(try Self.table().bearings.first { $0.name == "6205" })
    let hertz = try MaintenanceVectors.vector("bearing-6205-hz")["expected"]
    #expect(abs(BearingGeometry(shipped).bpfo * 1797 / 60 - (try MaintenanceVectors.number(hertz?["bpfo_hz"]))) < 1e-3)
    let other = BearingGeometry(balls: 13, ballDiameter: 3.5, pitchDiameter: 25.6)
    let lines = try MaintenanceVectors.vector("bearing-13-ball-hz")["expected"]
    #expect(abs(other.bsf * 30 - (try MaintenanceVectors.number(lines?["bsf_hz"]))) < 1e-3)
  }

  @Test func lifeOfInsulation() throws {
    let vector = try MaintenanceVectors.vector("insulation-life")
    let halving = try #require(try Self.table().insulation).lifeHalving.doubleValue
    #expect(
      try MaintenanceVectors.numbers(vector["inputs"]?["over_temperature_k"]).map {
        InsulationLife.factor(over: $0, halving: halving)
      } == MaintenanceVectors.numbers(vector["expected"]?["life_factor"]))
  }
}
