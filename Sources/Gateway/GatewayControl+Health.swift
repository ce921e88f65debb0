import Control
import Equipment
import Plant
import Rules
import Telemetry
import Templates

extension GatewayControl {
  /// Machines, the least healthy first (of equal ones, by id), and what they make of lines, areas and sites.
  ///
  /// - Parameter id: of one asset; nil = all that are learnt.
  func health(of id: String?) async throws -> HealthReport {
    let site = self.site
    if let id, !site.assets.contains(where: { $0.id == id }) { throw Self.unknownAsset(id, in: site) }
    guard let view = board.view else { return HealthReport(groups: [], machines: []) }
    var findings: [String: [String]] = [:]
    for finding in try store.openFindings() { findings[finding.subject, default: []].append(finding.summary) }
    var lines: [HealthLine] = []
    var places: [String: [GroupHealth.Member]] = [:]
    for (asset, seen) in zip(site.assets, view.assets) where id == nil || asset.id == id {
      guard let report = seen.condition else { continue }
      lines.append(line(asset, report, findings: findings[asset.id] ?? []))
      guard id == nil else { continue }
      // Of the site, of the area and of the line.
      let levels = [asset.site, asset.area, asset.line].prefix { !$0.isEmpty }
      for depth in levels.indices {
        places[levels[...depth].joined(separator: "/"), default: []].append(.init(asset, health: report.health))
      }
    }
    if let id, lines.isEmpty {
      throw ControlRefusal(
        .badRequest,
        "\(id) is not watched as a machine: nothing is known of how it fails, it is a meter, has no gauges, or has "
          + "`learning: off`.\n  → Write `learning: on` at the asset.")
    }
    return HealthReport(
      groups: places.sorted { $0.key < $1.key }.map { place, members in
        let group = GroupHealth(members)
        var line = HealthReport.Group(
          place: place, health: group.health, weakest: group.weakest, machines: group.machines, known: group.known)
        line.parts = group.parts.prefix(3).map { .init(what: $0.asset, points: $0.points) }
        return line
      }, machines: lines.sorted { ($0.health ?? 101, $0.asset) < ($1.health ?? 101, $1.asset) },
      history: try id.map { try history(of: $0) } ?? [])
  }

  /// Findings of 90 days about the machine and what people did to it, the newest first.
  private func history(of id: String) throws -> [HealthReport.Event] {
    var events: [(time: Timestamp, event: HealthReport.Event)] = []
    try store.visitBodies(kind: .finding, from: plantNow - .days(90), to: .distantFuture, names: names) { record in
      guard record.asset == id, case .object(let body) = try JSONValue(parsing: record.body),
        let rule = body["rule"]?.stringValue, Self.ofMachines.contains(rule)
      else { return }
      events.append(
        (
          record.start,
          .init(
            time: zone.rfc3339(record.start), kind: "finding", severity: body["severity"]?.stringValue,
            text: body["summary"]?.stringValue ?? record.key, closed: body["closed"]?.stringValue)
        ))
    }
    if let asset = site.assets.first(where: { $0.id == id }) {
      events += Self.work(on: asset, try maintenanceHistory(), zone)
    }
    return events.sorted { $1.time < $0.time }.prefix(40).map(\.event)
  }

  /// What people did to a machine, also while it had another id.
  static func work(
    on asset: Asset, _ history: MaintenanceHistory, _ zone: PlantZone
  ) -> [(time: Timestamp, event: HealthReport.Event)] {
    history.inForce.filter { $0.asset == asset.machineName }.map { record in
      let about = [record.service, record.fault].compactMap(\.self).joined(separator: ", ")
      let found = record.found.map { ", found: \($0.text)" } ?? ""
      let parts = record.parts.isEmpty ? "" : ", parts: \(record.parts.joined(separator: ", "))"
      let note = record.note.isEmpty ? "" : ": \(record.note)"
      let event = HealthReport.Event(
        time: zone.rfc3339(record.time), kind: "maintenance", severity: nil,
        text: "\(record.kind.rawValue) by \(record.person)\(about.isEmpty ? "" : " (\(about))")\(found)\(parts)\(note)",
        closed: nil)
      return (record.time, event)
    }
  }

  private static let ofMachines: Set<String> = [
    "condition-change", "condition-zone", "remaining-life", "sensor-fault", "fault", "efficiency-loss", "service-due",
  ]

  private func line(_ asset: Asset, _ report: ConditionReport, findings: [String]) -> HealthLine {
    var line = HealthLine(
      asset: asset.id, place: asset.place, run: report.run, learning: report.learning, hours: report.hours,
      neededHours: report.neededHours, regimes: report.regimes, score: report.score, health: report.health,
      parts: report.parts.map { .init(what: $0.what, points: $0.points) },
      indicators: report.indicators.map { seen in
        var indicator = HealthLine.Indicator(
          signal: seen.signal, unit: seen.unit, value: seen.value, expected: seen.expected, z: seen.z, zone: seen.zone)
        (indicator.alarm, indicator.trip, indicator.hasChanged) = (seen.alarm, seen.trip, seen.hasChanged)
        return indicator
      }, zone: report.zone, zoneReason: report.zoneReason, trend: report.trend, findings: findings)
    line.runHours = report.runHours
    line.starts = report.starts
    line.faults = report.faults.map {
      .init(
        id: $0.id, name: $0.name, chinese: $0.chinese, score: $0.score, supporting: $0.supporting,
        opposing: $0.opposing)
    }
    line.life = report.life.map { life in
      .init(
        fault: life.fault, p10: life.p10.map { zone.rfc3339($0) }, p50: life.p50.map { zone.rfc3339($0) },
        p90: life.p90.map { zone.rfc3339($0) }, refusal: life.refusal)
    }
    if let life = report.life {
      line.lineEffects = LineEffects(lines: site.lines, zone: zone).texts(
        of: asset.id, failure: LineImpact.Times(p10: life.p10, p50: life.p50, p90: life.p90))
    }
    return line
  }
}
