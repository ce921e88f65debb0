import Foundation
import Telemetry

/// When a machine runs, how fast and under which load: shares of the rated speed and torque.
struct FleetDuty {
  private let duty: FleetMachine.Duty
  private let newLoad: Timestamp?
  private let start: Timestamp
  private var random: SeededGenerator
  /// Recipes; the first is the usual one.
  private var recipes: [(speed: Double, load: Double)]
  private let changed: Double
  private var recipe = 0
  /// Until when it runs or stands, for duties that choose as they go.
  private var until: Timestamp
  private var stands = false
  /// Slow wandering of the load and of the speed.
  private var wander = 0.0
  private var drift = 0.0

  init(_ machine: FleetMachine) {
    duty = machine.duty
    newLoad = machine.newLoad
    start = machine.start
    random = SeededGenerator(seed: machine.seed, name: "duty")
    let fixed = machine.duty == .continuous || machine.duty == .shifts
    recipes = []
    for _ in 0..<(fixed ? 1 : 3) {
      let speed = machine.kind == .spindle || machine.duty == .variable ? 0.55 + 0.45 * random.uniform() : 0.99
      recipes.append((speed, 0.55 + 0.4 * random.uniform()))
    }
    changed = random.chance(0.5) ? 0.82 : 1.15
    until = machine.start
  }

  /// Speed and load from `time` on; nil = it stands.
  mutating func next(_ time: Timestamp, _ interval: Span64) -> (speed: Double, load: Double)? {
    let hours = interval.seconds / 3600
    let decay = exp(-hours / 6)
    wander = wander * decay + 0.05 * (1 - decay * decay).squareRoot() * random.normal()
    drift = drift * decay + 0.03 * (1 - decay * decay).squareRoot() * random.normal()
    let hour = Double((time - start).nanoseconds / 60_000_000_000) / 60
    if isStanding(time, hour) { return nil }
    var (speed, load) = recipes[recipe]
    if duty == .variable {
      let day = sin((hour.truncatingRemainder(dividingBy: 24) - 9) / 24 * 2 * .pi)
      speed = min(1.02, max(0.45, 0.75 + 0.18 * day + drift))
    }
    if let newLoad, time >= newLoad { load *= changed }
    return (speed, min(1.1, max(0.3, load + wander)))
  }

  private mutating func isStanding(_ time: Timestamp, _ hour: Double) -> Bool {
    if duty == .shifts {
      let day = Int(hour / 24) % 7
      let clock = hour.truncatingRemainder(dividingBy: 24)
      return day >= 5 || clock < 6 || clock >= 22
    }
    if time >= until {
      // A pause follows a run; the very first run begins at once.
      stands = until > start && !stands
      let length: Double
      switch (duty, stands) {
      case (.batches, false): length = 3 + 5 * random.uniform()
      case (.batches, true): length = 0.5 + 1.5 * random.uniform()
      case (_, false): length = 24 * (15 + 15 * random.uniform())
      case (_, true): length = 4 + 6 * random.uniform()
      }
      if !stands { recipe = Int(random.next() % UInt64(recipes.count)) }
      until = time + Span64(nanoseconds: Int64(length * 3.6e12))
    }
    return stands
  }
}
