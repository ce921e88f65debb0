import Equipment
import Plant
import Rules
import Simulation
import Telemetry
import Templates

/// What a planner would have seen of one machine of the fleet.
struct FleetVerdict {
  /// A finding that the machine is not as usual, from its opening to its end.
  struct Warning {
    var time: Timestamp
    /// Level 2 wakes somebody (`warning` or worse), level 1 is shown (`info`).
    var level: Int
    /// What was first in the list of faults when it reached its level: a fault of the machine, `sensor`, `load-change`, or
    /// empty.
    var fault: String
    /// Whether a fault of the machine was predicted.
    var isNamed: Bool
    /// Whether the machine was still being learnt.
    var isEarly: Bool
    /// For who looks into one.
    var summary: String
  }

  var machine: FleetMachine
  var failure: Timestamp?
  /// What was seen of it: frames, and their time.
  var frames = 0
  var years = 0.0
  var warnings: [Warning] = []
  /// Times of findings that a sensor fails.
  var sensorFindings: [Timestamp] = []
  /// Hours from the first warning of level 2, and from the first of any level, to the failure.
  var lead: Double?
  var noticed: Double?
  /// The fault that was predicted most of the time from the warning to the failure; when the warning came.
  var usual: String?
  var first: String?
  /// Of the predictions after the warning, one a day.
  var predictions: [(p10: Double, p50: Double, p90: Double, truth: Double)] = []
  var refused = 0

  init(machine: FleetMachine) { self.machine = machine }

  /// While a sensor fails, and a day after it.
  func isTroubled(_ time: Timestamp) -> Bool {
    guard let trouble = machine.trouble else { return false }
    return time >= trouble.start && time <= trouble.end + .days(1)
  }

  /// While its sensor was failing, or soon after it, a fault of the machine was told.
  var isSensorBlamedOnMachine: Bool { warnings.contains { $0.level == 2 && $0.isNamed && isTroubled($0.time) } }

  /// What should not have been told of a healthy machine: everything, but what is said while its sensor fails. There only
  /// the fault of a machine is wrong.
  func falseAlarms(level: Int) -> [Warning] {
    warnings.filter { $0.level >= level && (!isTroubled($0.time) || $0.level == 2 && $0.isNamed) }
  }
  var falseSensors: Int { sensorFindings.count { !isTroubled($0) } }
}

/// Lets the rule of condition see the machines of a fleet as the gateway does: assets of the shipped templates, loaded from a
/// configuration; the rule as `ConditionRule.factory` makes it; the summary of each interval told to it as the rule of
/// summaries tells it; now and then a restart from its saved state. What counts is what it emits and publishes: findings of
/// both levels, the ranked faults and the remaining life that people are shown.
struct FleetJudge {
  private let site: Site
  private let factory: RuleFactory

  /// - Parameter devices: folder of the templates.
  init(devices: String, fleet: Fleet) throws {
    let templates = try SiteLoader.templates(text: "", file: "none", devices: [devices])
    // What the sensors of the fleet measure beside the shipped signals, as a plant engineer would add them.
    let kinds = FleetKind.allCases.compactMap { kind -> String? in
      guard let machine = fleet.machines.first(where: { $0.kind == kind }) else { return nil }
      let known = Set(templates.first { $0.name == kind.template }?.signals.map(\.name) ?? [])
      let own = machine.signals.filter { !known.contains($0.name) }.map {
        "\($0.name): { kind: gauge, unit: \"\($0.unit)\", path: \($0.name), expected-interval: 10 s }"
      }
      return "  fleet-\(kind.rawValue): { extends: \(kind.template), signals: { \(own.joined(separator: ", ")) } }\n"
    }
    let assets = fleet.machines.map { machine in
      "  - { id: \(machine.id), place: cq/hall, template: fleet-\(machine.kind.rawValue), topic: \"plant/{id}\", "
        + "nameplate: { power: \(machine.ratedPower) kW, speed: \(machine.ratedSpeed) rpm } }\n"
    }
    let text = """
      gateway: { id: fleet, data: data }
      zone: Asia/Shanghai
      broker: { host: localhost }

      """ + "templates:\n" + kinds.joined() + "assets:\n" + assets.joined()
    site = try SiteLoader.load(text: text, file: "fleet.yaml", devices: [devices])
    factory = ConditionRule.factory(zone: try PlantZone(identifier: site.zone))
  }

  func judge(_ machine: FleetMachine) throws -> FleetVerdict {
    guard let asset = site.assets.first(where: { $0.id == machine.id }) else {
      return FleetVerdict(machine: machine)
    }
    var watch = try FleetWatch(machine, asset, site, factory)
    var stream = machine.frames()
    var frame = FleetFrame()
    while stream.next(&frame) { try watch.add(frame) }
    return watch.verdict(failure: stream.failure)
  }
}
