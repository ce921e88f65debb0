import Foundation
import Rules
import Telemetry
import Templates
import Testing

@testable import Equipment

/// A machine whose sensor of speed or current fails is judged by its other signals.
@Suite struct LostSignalTests {
  private static let start = Timestamp(seconds: 1_790_000_400).windowStart(.minutes(10))

  private struct Machine {
    var model = MachineModel(
      profile: MachineProfile(
        asset: "p1", template: "pump",
        signals: [
          .init(name: "vibration", unit: "mm/s"), .init(name: "bearing-temperature", unit: "°C"),
          .init(name: "speed", unit: "rpm"),
        ]))
    var frame = 0
    var state: UInt64 = 11
    var scores: [Double] = []

    mutating func stray() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) - 0.5
    }

    /// - Parameter swing: of the speed over the day, as a share.
    mutating func run(hours: Int, swing: Double, hasSpeed: Bool, factor: Double = 1) {
      scores = []
      for _ in 0..<hours * 6 {
        let hour = Double(frame) / 6
        let speed = 1450 * (1 + swing * sin(hour / 24 * 2 * .pi)) + 8 * stray()
        let vibration = 2 * pow(speed / 1450, 2) * (1 + 0.1 * stray()) * factor
        let values: [Double?] = [vibration, 40 + 20 * speed / 1450 + stray(), hasSpeed ? speed : nil]
        let time = start + .minutes(Int64(10 * frame))
        frame += 1
        if let deviation = model.add(
          ConditionFrame(start: time, end: time + .minutes(10), run: .running, values: values))
        {
          scores.append(deviation.score)
        }
      }
    }
  }

  @Test(arguments: [0.0, 0.15])
  func isJudgedWithoutItsSpeed(swing: Double) throws {
    var machine = Machine()
    machine.run(hours: 240, swing: swing, hasSpeed: true)
    machine.run(hours: 96, swing: swing, hasSpeed: false)
    #expect(machine.scores.count > 90 * 6, "judged")
    #expect(machine.scores.max() ?? 9 < 1, "nothing has changed: \(machine.scores.max() ?? 9)")
    // A restart in between.
    var writer = ByteWriter()
    machine.model.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    var again = Machine().model
    let rows = machine.model.takeRows()
    try again.restore(from: &reader, rows: rows)
    #expect(again.demand.isSubstituting && again.burden.isSubstituting)
    machine.run(hours: 48, swing: swing, hasSpeed: false, factor: 3)
    #expect(machine.scores.suffix(60).min() ?? 0 > 1, "three times the vibration is seen")
    machine.run(hours: 360, swing: swing, hasSpeed: true)
    #expect(!machine.model.demand.isSubstituting)
    #expect(machine.scores.suffix(60).max() ?? 9 < 1, "as before")
  }

  @Test func theRunStateComesFromWhatIsLeft() {
    let profile = MachineProfile(
      asset: "p1", template: "pump",
      signals: [
        .init(name: "vibration", unit: "mm/s"), .init(name: "speed", unit: "rpm"), .init(name: "current", unit: "A"),
      ])
    var watch = RunWatch(profile: profile, gauges: [0, 1, 2])
    func figures(_ values: [Double?]) -> SummaryFigures {
      SummaryFigures(
        start: Self.start, end: Self.start + .minutes(1),
        gauges: values.enumerated().compactMap { place, value in
          value.map {
            .init(signal: place, count: 6, good: 6, mean: $0, minimum: $0, maximum: $0, standardDeviation: 0)
          }
        })
    }
    func expect(_ values: [Double?], _ wanted: MachineState) {
      let state = watch.read(figures(values)).state
      #expect(state == wanted)
    }
    expect([nil, nil, nil], .unknown)
    expect([2, 1450, 40], .running)
    expect([0.1, 3, 0.5], .stopped)
    expect([2, nil, 40], .running)
    expect([0.1, nil, 0.5], .stopped)
    expect([2, nil, nil], .running)
    expect([0.1, nil, nil], .stopped)
  }
}
