import Plant
import Telemetry
import Templates

@testable import Alarms

/// Facts and incidents for tests of guidance, work orders and notifications.
enum Called {
  static let start = Timestamp(seconds: 1_780_000_000)

  static func at(_ minutes: Double) -> Timestamp {
    Timestamp(nanoseconds: start.nanoseconds + Int64(minutes * 60e9))
  }

  static func site(_ change: (inout AlarmSettings) -> Void = { _ in }) -> Site {
    var site = AlarmBench.site(assets: 3, change: change)
    site.assets[0].criticality = .high
    site.lines = [
      LineTopology(
        name: "l1", cycle: .seconds(30),
        stations: [.init(assets: ["m1"]), .init(assets: ["m2"], buffer: .pieces(20))])
    ]
    site.maintenance.planning.costs = [
      .init(
        assets: ["m*"], place: nil, hourly: ExactDecimal("12000") ?? .zero, currency: "CNY", stop: .hours(6),
        source: "controlling")
    ]
    return site
  }

  static func facts(_ change: (inout AlarmSettings) -> Void = { _ in }) throws -> PlantFacts {
    let site = site(change)
    return PlantFacts(
      site: site, settings: site.alarms ?? AlarmPlant.settings, zone: try PlantZone(identifier: "Asia/Shanghai"))
  }

  static func member(
    _ rule: String, _ asset: String, _ occurrence: Int, priority: AlarmSettings.Priority = .high, at minutes: Double
  ) -> Incident.Member {
    Incident.Member(
      key: "\(rule)/\(asset)", occurrence: occurrence, rule: rule, subject: asset,
      category: priority == .safety ? .safety : .equipment, priority: priority, role: .cause,
      summary: "\(rule) of \(asset)", advice: "look", onset: at(minutes), raised: at(minutes))
  }

  static func incident(
    _ number: Int, _ rule: String = "fault", _ asset: String = "m1", priority: AlarmSettings.Priority = .high,
    at minutes: Double
  ) -> Incident {
    var incident = Incident(
      number: number, kind: priority == .safety ? .safety : .alarm, cause: asset, onset: at(minutes),
      detected: at(minutes))
    incident.members = [member(rule, asset, number, priority: priority, at: minutes)]
    incident.announced = at(minutes)
    incident.state = .diagnosed
    return incident
  }

  static func subject(
    _ rule: String = "fault", _ asset: String = "m1", fault: String = "bearing",
    priority: AlarmSettings.Priority = .high,
    evidence: [Event.Attribute] = []
  ) -> AlarmSubject {
    AlarmSubject(
      key: "\(rule)/\(asset)/\(fault)", rule: rule, subject: asset, place: "cq/hall/l1", category: .equipment,
      severity: .critical, priority: priority, priorityReason: "critical at high criticality",
      summary: "\(rule) of \(asset)", advice: "look", evidence: evidence)
  }

  static let bearing = [
    Event.Attribute("limit", "vibration = 9 mm/s, above 7 mm/s"), Event.Attribute("vibration", "9 mm/s"),
    Event.Attribute("cause", "The outer race is worn."), Event.Attribute("name_zh", "外圈磨损"),
    Event.Attribute("cause_zh", "轴承外圈磨损。"), Event.Attribute("check_1", "Listen to it"),
    Event.Attribute("check_1_zh", "听诊"), Event.Attribute("part", "Bearing 6308"),
    Event.Attribute("part_zh", "轴承6308"), Event.Attribute("lead_time", "3 d"),
    Event.Attribute("p10", "2026-06-01T08:00:00+08:00"), Event.Attribute("p50", "2026-06-02T08:00:00+08:00"),
    Event.Attribute("p90", "2026-06-04T08:00:00+08:00"),
  ]

  static let guide = AlarmSettings.Guide(
    rules: ["fault"], title: .init("A fault", "故障"), ignored: .init("It breaks.", "会损坏。"),
    steps: [.init("Stop it", "停机")], skill: .init("mechanic", "机修工"))
}
