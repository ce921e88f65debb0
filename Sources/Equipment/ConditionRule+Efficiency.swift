import Rules
import Telemetry
import Templates

/// What a machine takes for what it makes.
extension ConditionRule {
  static let efficiencyKey = "condition/efficiency"
  var efficiencyFinding: String { "efficiency-loss/\(asset.id)" }

  mutating func hear(_ meter: MeterFigures, _ context: inout RuleContext) throws {
    guard meter.period == .day else { return }
    try read(&context)
    guard efficiency.add(meter) else { return }
    if learntSince == nil { learntSince = meter.start }
    context.save(Self.efficiencyKey, efficiency.bytes)
    hasEfficiency = true
    tellEfficiency(at: meter.end, &context)
    report = makeReport()
  }

  private mutating func tellEfficiency(at time: Timestamp, _ context: inout RuleContext) {
    guard let loss = efficiency.loss, let limit = efficiency.limit, let quantity = efficiency.quantity,
      let specific = efficiency.specific
    else { return }
    let percent = Self.number(100 * loss)
    guard loss >= limit else {
      if loss < limit / 2, let was = told.end(efficiencyFinding) {
        context.emit(
          Finding(
            key: efficiencyFinding, rule: "efficiency-loss", subject: asset.id, severity: was.severity,
            opened: was.opened, closed: time, summary: "\(called) takes as much energy as it usually did.",
            advice: "Nothing is to be done."))
      }
      return
    }
    guard let opened = told.tell(efficiencyFinding, .warning, mark: "", at: time) else { return }
    context.emit(
      Finding(
        key: efficiencyFinding, rule: "efficiency-loss", subject: asset.id, severity: .warning, opened: opened,
        summary: "\(called) takes \(percent) % more energy for what it makes than when it was learnt.",
        advice:
          "Look for wear, leaks, fouling and clogged filters; after the work, `weir maintenance record \(asset.id) "
          + "--done` begins a new baseline.",
        evidence: [
          Event.Attribute("specific_then", "\(Self.number(specific.then)) kWh/\(quantity.unit)"),
          Event.Attribute("specific_now", "\(Self.number(specific.now)) kWh/\(quantity.unit)"),
          Event.Attribute("quantity", quantity.rawValue), Event.Attribute("limit", "\(Self.number(100 * limit)) %"),
        ]))
  }
}
