import Telemetry

/// A fleet of machines that run until they fail: what a judge of health rules lets them see.
///
/// Everything follows from the seed. The physics, and where its figures come from, are described in `README.md` beside
/// this file. This module knows no rule.
public struct Fleet: Sendable {
  public let machines: [FleetMachine]

  /// - Parameters:
  ///   - seed: the same seed gives the same machines with the same frames.
  ///   - machines: how many; three of ten stay healthy.
  ///   - start: of the first frame of all.
  public init(
    seed: UInt64, machines: Int = 240, start: Timestamp = Timestamp(seconds: 1_767_571_200)  // 2026-01-05, a Monday
  ) {
    let faults = FleetFault.allCases
    let kinds = FleetKind.allCases
    var failing = 0
    self.machines = (0..<machines).map { index in
      if index % 10 < 3 {
        return .draw(index, seed: seed, kind: kinds[(index / 10 + index) % kinds.count], fault: nil, start: start)
      }
      let fault = faults[failing % faults.count]
      let able = kinds.filter { $0.faults.contains(fault) }
      let kind = able[(failing / faults.count) % able.count]
      failing += 1
      return .draw(index, seed: seed, kind: kind, fault: fault, start: start)
    }
  }
}
