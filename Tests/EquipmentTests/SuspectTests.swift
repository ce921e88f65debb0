import Foundation
import Telemetry
import Templates
import Testing

@testable import Equipment

/// Signals that explain others (surroundings, power) and are wrong themselves are told from faults of the machine.
@Suite struct SuspectTests {
  private static let start = Timestamp(seconds: 1_790_000_400).windowStart(.minutes(10))
  private static let devices = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Devices").path

  private static let profile = MachineProfile(
    asset: "m1", template: "induction-motor",
    signals: [
      .init(name: "winding-temperature", unit: "°C"), .init(name: "bearing-temperature-de", unit: "°C"),
      .init(name: "bearing-temperature-nde", unit: "°C"), .init(name: "current", unit: "A"),
      .init(name: "active-power", unit: "kW"), .init(name: "ambient-temperature", unit: "°C"),
    ])

  /// A motor whose load and hall change over the day.
  private struct Machine {
    var assessor: Assessor
    var frame = 0
    var state: UInt64 = 5
    var troubles: [SensorWatch.Trouble?] = []

    init(_ faults: FaultModel) { assessor = Assessor(profile: SuspectTests.profile, faults: faults) }

    mutating func stray() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) - 0.5
    }

    /// - Parameters:
    ///   - hall: what the sensor of the hall shows too much; nil = it shows nothing.
    ///   - power: what the meter shows, as a share of the truth.
    ///   - fouling: by how much each part is warmer above the hall, as a share.
    /// - Returns: what was first in the list while a fault or a sensor was told, and the highest score.
    mutating func run(
      days: Int, hall: Double? = 0, power: Double = 1, fouling: Double = 0
    ) -> (first: [RankedFault], score: Double) {
      var first: [RankedFault] = []
      var score = 0.0
      for _ in 0..<days * 144 {
        let hour = Double(frame) / 6
        let load = 0.7 + 0.05 * sin(hour / 5 * 2 * .pi) + 0.02 * stray()
        let ambient = 21 + 3 * sin(hour / 24 * 2 * .pi) + sin(hour / 150 * 2 * .pi)
        let rise = (1 + fouling) * (0.3 + 0.7 * load)
        let values: [Double?] = [
          ambient + 55 * rise + stray(), ambient + 22 * rise + stray(), ambient + 16 * rise + stray(),
          40 * load + 0.4 * stray(), 20 * load * power + 0.2 * stray(), hall.map { ambient + $0 + 0.3 * stray() },
        ]
        let time = start + .minutes(Int64(10 * frame))
        frame += 1
        let assessment = assessor.add(
          ConditionFrame(start: time, end: time + .minutes(10), run: .running, values: values))
        troubles = assessment.sensors
        score = max(score, assessment.deviation?.score ?? 0)
        if assessment.isAlarmed, let fault = assessment.faults.first { first.append(fault) }
      }
      return (first, score)
    }
  }

  private func machine() throws -> Machine {
    let faults = try #require(try FaultModelLibrary.load("induction-motor", devices: [Self.devices]))
    var machine = Machine(faults)
    let (first, _) = machine.run(days: 21)
    #expect(first.isEmpty, "nothing is wrong: \(first.map(\.id))")
    return machine
  }

  @Test(arguments: [-12.0, 10]) func aHallThatLeapsIsItsSensor(offset: Double) throws {
    var machine = try machine()
    let (first, score) = machine.run(days: 4, hall: offset)
    #expect(machine.troubles == [nil, nil, nil, nil, nil, .jump])
    #expect(first.allSatisfy { $0.origin == .sensor } && score < 2, "\(Set(first.map(\.id))) \(score)")
    // Back again, and sound.
    #expect(machine.run(days: 2).first.isEmpty && machine.troubles.allSatisfy { $0 == nil })
  }

  @Test func aHallThatIsJudgedItselfIsNotSetAside() throws {
    let alone = Assessor(
      profile: MachineProfile(
        asset: "h1", template: "ambient-sensor", signals: [.init(name: "ambient-temperature", unit: "°C")]),
      faults: FaultModel(name: "none", title: FaultModel.Words("Unknown", "未知"), faults: []))
    #expect(!alone.isUseless(.jump, 0) && alone.isUseless(.stuck, 0))
    let motor = try machine().assessor
    #expect(motor.isUseless(.jump, 5) && !motor.isUseless(.jump, 0))
  }

  @Test func whatIsWarmerByItsLossesIsFouled() throws {
    var machine = try machine()
    let (first, _) = machine.run(days: 4, fouling: 0.25)
    #expect(!first.isEmpty && first.suffix(200).allSatisfy { $0.id == "cooling-fouling" }, "\(Set(first.map(\.id)))")
  }

  @Test(arguments: [0.7, 1.35]) func aMeterThatIsWrongIsNoHeat(share: Double) throws {
    var machine = try machine()
    let (first, score) = machine.run(days: 4, power: share)
    #expect(score > 2)
    #expect(first.allSatisfy { $0.fault == nil }, "\(Set(first.map(\.id)))")
  }

  @Test func whatCameInWhileASensorWasAwayIsNoFaultWhenItIsBack() throws {
    var machine = try machine()
    _ = machine.run(days: 3, hall: nil)
    // A restart just before it comes back.
    var writer = ByteWriter()
    machine.assessor.encode(into: &writer)
    var small = ByteWriter()
    machine.assessor.model.encode(into: &small)
    let rows = machine.assessor.model.takeRows()
    var again = machine.assessor
    again.reset()
    var reader = ByteReader(small.bytes)
    try again.model.restore(from: &reader, rows: rows)
    reader = ByteReader(writer.bytes)
    try again.restore(from: &reader)
    let strayed = again.model.scales.map(\.strayed)
    #expect(strayed == machine.assessor.model.scales.map(\.strayed) && strayed.joined().contains { $0 > 0 })
    machine.assessor = again
    let (first, score) = machine.run(days: 3)
    #expect(first.isEmpty && score < 1, "\(score)")
  }
}
