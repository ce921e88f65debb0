import Foundation
import Simulation

/// Rules of machine health against the run-to-failure fleet.
enum FleetBench {
  /// A table for people goes to standard error; figures for `Deploy/benchmark` to standard output, one a line:
  /// name|value|unit|most or least|limit.
  ///
  /// - Parameters:
  ///   - devices: folder of the templates and fault models.
  ///   - seeds: of the fleets, divided by commas. Those of the report are 31 to 35; everything was tuned on others (101 …).
  static func run(devices: String, seeds: String, machines: Int) throws {
    var all = FleetReport()
    for seed in seeds.split(separator: ",").compactMap({ UInt64($0) }) {
      var one = FleetReport()
      var frames = 0
      let fleet = Fleet(seed: seed, machines: machines)
      let judge = try FleetJudge(devices: devices, fleet: fleet)
      let spent = try CPUClock.measure {
        for machine in fleet.machines {
          let verdict = try judge.judge(machine)
          frames += verdict.frames
          one.add(verdict)
          all.add(verdict)
        }
      }
      say("seed \(seed): \(machines) machines, \(frames) frames, \(spent / max(1, frames)) ns of CPU each")
      say(one.summary())
    }
    say("all seeds")
    say(all.table())
    for line in all.figures() { print(line) }
  }

  private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
