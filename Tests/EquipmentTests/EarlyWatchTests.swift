import Foundation
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Equipment

/// A machine that is new: what is told of it within its first shift.
@Suite struct EarlyWatchTests {
  private static let start = Timestamp(seconds: 1_790_000_400).windowStart(.minutes(10))
  private static let profile = MachineProfile(
    asset: "p1", template: "pump",
    signals: [
      .init(name: "vibration", unit: "mm/s"), .init(name: "bearing-temperature", unit: "°C"),
      .init(name: "current", unit: "A"), .init(name: "pressure", unit: "bar"),
    ])

  /// What a frame of ten minutes shows; hours since the first one.
  private struct Machine {
    var assessor = Assessor(
      profile: profile, faults: FaultModel(name: "none", title: .init("-", "-"), faults: []))
    var noise = Seeded(7)
    var frame = 0
    var told: [Double] = []

    mutating func run(hours: Double, stopped: Bool = false, _ change: (Double, inout [Double?]) -> Void) {
      for _ in 0..<Int(hours * 6) {
        let hour = Double(frame) / 6
        let time = start + .minutes(Int64(10 * frame))
        frame += 1
        func stray(_ size: Double) -> Double { size * (noise.unit() - 0.5) }
        let warm = 55 - 25 * exp(-hour / 0.8)
        var values: [Double?] = [2 + stray(0.4), warm + stray(1), 40 + stray(6), 5.2 + stray(0.4)]
        change(hour, &values)
        let result = assessor.add(
          ConditionFrame(start: time, end: time + .minutes(10), run: stopped ? .stopped : .running, values: values))
        if result.isEarly { told.append(hour) }
      }
    }
  }

  private struct Seeded {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func unit() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24)
    }
  }

  @Test func aGrossFaultAfterSixHoursIsToldWithinTheShift() throws {
    var machine = Machine()
    machine.run(hours: 6) { _, _ in }
    #expect(machine.told.isEmpty)
    machine.run(hours: 2) { _, values in values[0] = (values[0] ?? 0) * 3 }
    let first = try #require(machine.told.first)
    #expect(first < 7, "half an hour counts")
    #expect(machine.assessor.model.evidence.state == .learning)
    // Told as long as it lasts, over a restart, and beyond the time of learning.
    var writer = ByteWriter()
    machine.assessor.encode(into: &writer)
    var again = Machine()
    again.assessor.model = machine.assessor.model
    var reader = ByteReader(writer.bytes)
    try again.assessor.restore(from: &reader)
    #expect(again.assessor.early == machine.assessor.early)
    machine.run(hours: 80) { _, values in values[0] = (values[0] ?? 0) * 3 }
    #expect(machine.assessor.early.isBeyond)
    machine.run(hours: 2) { _, _ in }
    #expect(!machine.assessor.early.isBeyond)
  }

  /// Test rigs wear bearings out in hours: what grows on and on is not taken for usual.
  @Test(arguments: [2.0, 5, 11])
  func vibrationThatGrowsWithinTheFirstDayIsTold(after hours: Double) throws {
    var machine = Machine()
    machine.run(hours: hours) { _, _ in }
    #expect(machine.told.isEmpty)
    machine.run(hours: 3) { hour, values in values[0] = (values[0] ?? 0) * exp((hour - hours) / 3 * 2.3) }
    let first = try #require(machine.told.first)
    #expect(first < hours + 2.5, "before it is ten times as much")
  }

  /// What an electrician would not want to be called for.
  @Test(arguments: [
    "warmer by 8 K", "half more vibration", "twice the load", "a spike", "before half a shift", "cold again",
  ])
  func whatIsNotGrossIsNotTold(_ what: String) {
    var machine = Machine()
    machine.run(hours: what == "before half a shift" ? 3 : 6) { _, _ in }
    if what == "cold again" { machine.run(hours: 10, stopped: true) { _, values in values[1] = 20 } }
    machine.run(hours: what == "before half a shift" ? 0.9 : 3) { hour, values in
      switch what {
      case "warmer by 8 K": values[1] = (values[1] ?? 0) + 8
      case "half more vibration": values[0] = (values[0] ?? 0) * 1.5
      // A new product: everything follows, as it should.
      case "twice the load":
        values[2] = 80
        values[1] = 75
        values[0] = 4.5
      case "a spike": if Int(hour * 6) % 6 == 0 { values[0] = 40 }
      case "before half a shift": values[1] = 90
      default: break
      }
    }
    #expect(machine.told.isEmpty, "\(machine.told)")
  }

  @Test func ofASensorAloneOnlyHeatAndVibrationCount() {
    let lone = MachineProfile(
      asset: "t", template: "x", signals: [.init(name: "pressure", unit: "bar"), .init(name: "flow", unit: "m³/h")])
    var watch = EarlyWatch(profile: lone)
    for frame in 0..<200 {
      let time = Self.start + .minutes(Int64(10 * frame))
      let value = frame < 100 ? 5.0 : 50
      let deviation = watch.add(
        ConditionFrame(start: time, end: time + .minutes(10), run: .unknown, values: [value, value]), isYoung: true,
        evidence: Evidence(state: .learning, hours: 10, needed: 72, regimes: 1))
      #expect(deviation == nil)
    }
  }
}
