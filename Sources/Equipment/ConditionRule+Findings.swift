import Rules
import Telemetry
import Templates

extension ConditionRule {
  // MARK: Deviation

  mutating func tell(_ deviation: Deviation, at time: Timestamp, _ context: inout RuleContext) {
    guard opened != nil else {
      guard deviation.score >= 1 else { return }
      opened = time
      quietSince = nil
      severity = rank(deviation)
      context.emit(finding(deviation, closed: nil))
      return
    }
    if deviation.score < Self.recovered {
      let since = quietSince ?? time
      quietSince = since
      guard time - since >= Self.recovery else { return }
      context.emit(finding(deviation, closed: time))
      opened = nil
      quietSince = nil
      return
    }
    quietSince = nil
    let now = rank(deviation)
    guard now > severity else { return }
    severity = now
    context.emit(finding(deviation, closed: nil))
  }

  /// A machine that is still being learnt is told of, but does not wake anybody.
  private func rank(_ deviation: Deviation) -> Finding.Severity {
    if deviation.evidence.state == .learning { return .info }
    let isVital = asset.criticality == .high || asset.criticality == .safety
    return deviation.score >= (isVital ? 1.5 : 2) ? .critical : .warning
  }

  private func finding(_ deviation: Deviation, closed: Timestamp?) -> Finding {
    let profile = model.profile
    let shown = deviation.contributions.prefix(5)
    let first = shown.first.map { text($0, profile) } ?? "its signals taken together"
    let evidence = deviation.evidence
    let learnt =
      evidence.state == .learning
      ? " It is still being learnt: \(Self.number(evidence.hours)) of \(Self.number(evidence.needed)) h." : ""
    var attributes = [
      Event.Attribute("score", Self.number(deviation.score)), Event.Attribute("joint", Self.number(deviation.joint)),
      Event.Attribute("learning", evidence.state.word), Event.Attribute("hours_learnt", Self.number(evidence.hours)),
      Event.Attribute("regimes", "\(evidence.regimes)"),
    ]
    for entry in shown {
      attributes.append(Event.Attribute(profile.signals[entry.signal].name, text(entry, profile)))
    }
    return Finding(
      key: "condition-change/\(asset.id)", rule: "condition-change", subject: asset.id, severity: severity,
      opened: opened ?? deviation.time, closed: closed,
      summary: closed == nil
        ? "\(asset.id) at \(asset.place) is not as usual at this operating point: \(first).\(learnt)"
        : "\(asset.id) at \(asset.place) is as usual again.",
      advice:
        "Look at the signals in the order of the evidence; `weir health \(asset.id)` shows them. If the sensor is "
        + "sound, inspect the machine before its next planned stop.",
      evidence: attributes)
  }

  private func text(_ entry: Deviation.Contribution, _ profile: MachineProfile) -> String {
    let signal = profile.signals[entry.signal]
    return "\(signal.name) \(Self.number(entry.value)) \(signal.unit), expected \(Self.number(entry.expected)), "
      + "\(Self.number(abs(entry.z))) σ \(entry.z > 0 ? "above" : "below")"
  }

  // MARK: Limits

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

  private func finding(
    _ limit: LimitWatch.Limit, _ zone: VibrationZones.Zone, _ value: Double, _ severity: Finding.Severity,
    opened: Timestamp, closed: Timestamp?
  ) -> Finding {
    let name =
      limit.signals.count == 1 ? model.profile.signals[limit.signals[0]].name : limit.what.replacing(" ", with: "-")
    let bounds = limit.boundaries.filter(\.isFinite).map(Self.number).joined(separator: " / ")
    return Finding(
      key: "condition-zone/\(asset.id)/\(name)", rule: "condition-zone", subject: asset.id, severity: severity,
      opened: opened, closed: closed,
      summary: closed == nil
        ? "\(limit.what) of \(asset.id) at \(asset.place) is in zone \(zone.word): \(name) \(Self.number(value)) "
          + "\(limit.unit), limits \(bounds)."
        : "\(limit.what) of \(asset.id) at \(asset.place) is in zone \(zone.word) again: \(Self.number(value)) \(limit.unit).",
      advice: zone == .d
        ? "Damage is possible: reduce the load or stop the machine, and find the cause before it runs on."
        : "Fit for restricted operation only: plan the repair for the next opportunity.",
      evidence: [
        Event.Attribute("zone", zone.word), Event.Attribute("value", "\(Self.number(value)) \(limit.unit)"),
        Event.Attribute("limits", bounds), Event.Attribute("source", limit.source),
      ])
  }

  /// Three significant digits are what a person reads.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "unknown" }
    let size = abs(value)
    let places: Int8 = size >= 100 ? 0 : size >= 10 ? 1 : 2
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    guard size < 1e12 else { return "\(value)" }
    return ScaledInteger(Int64((value * scale).rounded()), exponent: -places).description
  }
}
