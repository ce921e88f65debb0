import Simulation
import Telemetry
import Testing

@Suite struct FleetTests {
  private func last(_ machine: FleetMachine) -> (frame: FleetFrame, count: Int, failure: Timestamp?) {
    var stream = machine.frames(every: .hours(1))
    var frame = FleetFrame()
    var count = 0
    while stream.next(&frame) { count += 1 }
    return (frame, count, stream.failure)
  }

  @Test func aSeedGivesTheSameFleet() {
    let first = Fleet(seed: 7, machines: 20)
    let second = Fleet(seed: 7, machines: 20)
    #expect(first.machines == second.machines)
    #expect(first.machines != Fleet(seed: 8, machines: 20).machines)
    for (a, b) in zip(first.machines, second.machines) {
      let (one, two) = (last(a), last(b))
      #expect(one.frame == two.frame && one.count == two.count && one.failure == two.failure)
    }
  }

  @Test func everyFaultAndKindIsInTheFleet() {
    let machines = Fleet(seed: 1).machines
    #expect(machines.count == 240)
    #expect(Set(machines.map(\.id)).count == machines.count)
    #expect(machines.filter { $0.fault == nil }.count == 72)
    for fault in FleetFault.allCases { #expect(machines.filter { $0.fault == fault }.count >= 16, "\(fault)") }
    for kind in FleetKind.allCases { #expect(machines.contains { $0.kind == kind && $0.fault == nil }, "\(kind)") }
    for machine in machines {
      if let fault = machine.fault { #expect(machine.kind.faults.contains(fault)) }
    }
    #expect(machines.contains { $0.trouble != nil && $0.fault == nil })
    #expect(machines.contains { $0.newLoad != nil && $0.fault == nil })
  }

  @Test func machinesFailAfterTheirOnsetAndTheOthersNever() throws {
    for machine in Fleet(seed: 3, machines: 60).machines {
      let (frame, count, failure) = last(machine)
      if machine.fault == nil {
        #expect(failure == nil && frame.damage == 0 && frame.end >= machine.end)
      } else {
        let (failure, onset) = (try #require(failure), try #require(machine.onset))
        #expect(failure > onset && failure == frame.end && frame.damage > 0.5)
      }
      #expect(frame.values.count == machine.signals.count && frame.spreads.count == machine.signals.count && count > 24)
    }
  }

  /// How much a signal of running machines grows from undamaged to badly damaged, by machine.
  private func growth(_ fault: FleetFault, _ signal: String, kind: FleetKind) -> [Double] {
    Fleet(seed: 11).machines.compactMap { machine in
      guard machine.fault == fault, machine.kind == kind, machine.trouble == nil, machine.newLoad == nil,
        let index = machine.signals.firstIndex(where: { $0.name == signal })
      else { return nil }
      var sums = [0.0, 0.0]
      var counts = [0.0, 0.0]
      var stream = machine.frames(every: .hours(1))
      var frame = FleetFrame()
      while stream.next(&frame) {
        guard frame.state == .running, let value = frame.values[index], frame.damage == 0 || frame.damage > 0.7 else {
          continue
        }
        sums[frame.damage == 0 ? 0 : 1] += value
        counts[frame.damage == 0 ? 0 : 1] += 1
      }
      return counts[0] > 0 && counts[1] > 0 ? sums[1] / counts[1] / (sums[0] / counts[0]) : nil
    }
  }

  @Test(
    "a fault shows where physics says",
    arguments: [
      (FleetFault.imbalance, "velocity-horizontal", FleetKind.fan, 3.0...9),
      (.misalignment, "velocity-axial", .motor, 4...16),
      (.bearingWear, "envelope", .pump, 5...16), (.lubricationLoss, "bearing-temperature-de", .gearbox, 1.2...2),
      (.cavitation, "suction-pressure", .pump, 0.3...0.95), (.clogging, "filter-differential-pressure", .fan, 1.1...3),
      (.windingOverheating, "winding-temperature", .compressor, 1.3...2),
      (.coolingFouling, "oil-temperature", .gearbox, 1.2...2), (.internalLeakage, "flow", .pump, 0.6...0.95),
      (.looseness, "velocity-vertical", .spindle, 4...16),
    ] as [(FleetFault, String, FleetKind, ClosedRange<Double>)])
  func signatures(fault: FleetFault, signal: String, kind: FleetKind, ratio: ClosedRange<Double>) {
    let ratios = growth(fault, signal, kind: kind).sorted()
    #expect(!ratios.isEmpty)
    if !ratios.isEmpty { #expect(ratio.contains(ratios[ratios.count / 2]), "\(ratios)") }
  }
}
