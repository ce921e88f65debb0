import Rules
import Telemetry

extension ConditionRule {
  static func empty(_ evidence: Evidence, _ reason: String?) -> ConditionReport {
    ConditionReport(
      run: MachineState.unknown.word, learning: evidence.state.word, hours: evidence.hours,
      neededHours: evidence.needed, regimes: evidence.regimes, score: nil, health: nil, parts: [], indicators: [],
      zone: nil, zoneReason: reason, trend: [], time: nil)
  }

  func makeReport() -> ConditionReport {
    let evidence = model.evidence
    let worst = limits.worst
    let health = HealthIndex(score: last?.score, zone: worst)
    var indicators: [ConditionReport.Indicator] = []
    for (place, signal) in model.profile.signals.enumerated() {
      guard let value = lastFrame?.values[place] else { continue }
      let entry = last?.contributions.first { $0.signal == place }
      let zone = limits.limits.first { $0.signals == [place] }?.tracker.zone?.word
      indicators.append(
        .init(signal: signal.name, unit: signal.unit, value: value, expected: entry?.expected, z: entry?.z, zone: zone))
    }
    return ConditionReport(
      run: state.word, learning: evidence.state.word, hours: evidence.hours, neededHours: evidence.needed,
      regimes: evidence.regimes, score: last?.score, health: last == nil && worst == nil ? nil : health.value,
      parts: health.parts.map { .init(what: $0.what, points: $0.points) }, indicators: indicators, zone: worst?.word,
      zoneReason: limits.reason, trend: trend, time: lastFrame?.end)
  }
}
