import Rules
import Telemetry
import Templates

extension ConditionRule {
  mutating func tellLimits(_ frame: ConditionFrame, _ context: inout RuleContext) {
    for place in limits.limits.indices {
      let limit = limits.limits[place]
      let zone = limit.tracker.zone
      // A machine that stops keeps what was found until it runs again and shows that it is better.
      guard let zone, let value = limit.value else { continue }
      let now: Finding.Severity? = zone == .d ? .critical : zone == .c ? .warning : nil
      guard let now else {
        if let opened = limit.opened {
          context.emit(finding(limit, zone, value, .warning, opened: opened, closed: frame.end))
          limits.setOpen(place, since: nil, severity: 0)
        }
        continue
      }
      guard limit.opened == nil || limit.severity != now.rawValue else { continue }
      let opened = limit.opened ?? frame.end
      context.emit(finding(limit, zone, value, now, opened: opened, closed: nil))
      limits.setOpen(place, since: opened, severity: now.rawValue)
    }
  }

  private var zonePrefix: String { "condition-zone/\(asset.id)/" }

  /// What was open and has no limit any more.
  mutating func tellLeft(_ left: [LimitWatch.Left], at time: Timestamp, _ context: inout RuleContext) {
    for limit in left {
      context.emit(
        Finding(
          key: zonePrefix + limit.name, rule: "condition-zone", subject: asset.id,
          severity: Finding.Severity(rawValue: limit.severity) ?? .warning, opened: limit.opened,
          closed: max(limit.opened, time),
          summary: "\(limit.name) of \(called) has no limit any more: its plate or the table of limits was changed.",
          advice: "Nothing is to be done if the change was meant."))
    }
  }

  private func finding(
    _ limit: LimitWatch.Limit, _ zone: VibrationZones.Zone, _ value: Double, _ severity: Finding.Severity,
    opened: Timestamp, closed: Timestamp?
  ) -> Finding {
    let name = limit.name
    let bounds = limit.boundaries.filter(\.isFinite).map(Self.number).joined(separator: " / ")
    return Finding(
      key: zonePrefix + name, rule: "condition-zone", subject: asset.id, severity: severity,
      opened: opened, closed: closed,
      summary: closed == nil
        ? "\(limit.what) of \(called) is in zone \(zone.word): \(name) \(Self.number(value)) \(limit.unit), limits "
          + "\(bounds)."
        : "\(limit.what) of \(called) is in zone \(zone.word) again: \(Self.number(value)) \(limit.unit).",
      advice: zone == .d
        ? "Damage is possible: reduce the load or stop the machine, and find the cause before it runs on."
        : "Fit for restricted operation only: plan the repair for the next opportunity.",
      evidence: [
        Event.Attribute("zone", zone.word), Event.Attribute("value", "\(Self.number(value)) \(limit.unit)"),
        Event.Attribute("limits", bounds), Event.Attribute("source", limit.source),
      ] + settings(limit, value))
  }

  /// Against what is usual of the machine.
  private func settings(_ limit: LimitWatch.Limit, _ value: Double) -> [Event.Attribute] {
    guard let action = limit.action, assessor.model.evidence.state == .watching, limit.signals.count == 1,
      let usual = last?.contributions.first(where: { $0.signal == limit.signals[0] })?.expected
    else { return [] }
    let change = value - usual
    return [
      Event.Attribute("usual", "\(Self.number(usual)) \(limit.unit)"),
      Event.Attribute(
        "change",
        "\(Self.number(change)) \(limit.unit), \(action.isSignificant(change: change) ? "" : "not ")significant: beyond "
          + Self.number(action.significantChange)),
      Event.Attribute("alarm_setting", "\(Self.number(action.alarm(baseline: usual))) \(limit.unit)"),
      Event.Attribute("trip_setting", "at most \(Self.number(action.trip)) \(limit.unit)"),
    ]
  }

  /// `pump-1 at plant/hall`
  var called: String { asset.site.isEmpty ? asset.id : "\(asset.id) at \(asset.place)" }

  /// Three significant digits are what a person reads.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "unknown" }
    let size = abs(value)
    guard size < 1e12 else { return "\(value)" }
    return FigureText.text(value, places: size >= 100 ? 0 : size >= 10 ? 1 : 2)
  }
}
