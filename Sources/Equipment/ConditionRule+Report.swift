import Rules
import Telemetry

extension ConditionRule {
  static func empty(_ evidence: Evidence, _ reason: String?) -> ConditionReport {
    ConditionReport(
      run: MachineState.unknown.word, learning: evidence.state.word, hours: evidence.hours,
      neededHours: evidence.needed, regimes: evidence.regimes, score: nil, health: nil, parts: [], indicators: [],
      zone: nil, zoneReason: reason, trend: [], time: nil)
  }

  /// Nil while nothing is known: not judged, and no zone.
  var health: HealthIndex? {
    let worst = limits.worst
    guard last != nil || worst != nil || efficiency.loss != nil else { return nil }
    return HealthIndex(
      score: last?.score, zone: worst,
      life: outlook?.p10.map { p10 in horizons.place(p10 - (lastMinute?.end ?? p10)) },
      efficiencyLoss: efficiency.limit.flatMap { limit in efficiency.loss.flatMap { $0 >= limit ? $0 : nil } })
  }

  func makeReport() -> ConditionReport {
    let evidence = assessor.model.evidence
    var indicators: [ConditionReport.Indicator] = []
    for (place, signal) in profile.signals.enumerated() {
      guard let values = lastMinute?.values, values.indices.contains(place), let value = values[place] else { continue }
      let entry = last?.contributions.first { $0.signal == place }
      let limit = limits.limits.first { $0.signals == [place] }
      var indicator = ConditionReport.Indicator(
        signal: signal.name, unit: signal.unit, value: value, expected: entry?.expected, z: entry?.z,
        zone: limit?.tracker.zone?.word)
      if let action = limit?.action, let usual = entry?.expected, evidence.state == .watching {
        indicator.alarm = action.alarm(baseline: usual)
        indicator.trip = action.trip
        indicator.hasChanged = action.isSignificant(change: value - usual)
      }
      indicators.append(indicator)
    }
    let health = health
    var report = ConditionReport(
      run: state.word, learning: evidence.state.word, hours: evidence.hours, neededHours: evidence.needed,
      regimes: evidence.regimes, score: last?.score, health: health?.value,
      parts: health?.parts.map { .init(what: $0.what, points: $0.points) } ?? [], indicators: indicators,
      zone: limits.worst?.word, zoneReason: limits.reason, trend: trend, time: lastMinute?.end)
    report.runHours = runHours.hours
    report.starts = runHours.starts
    report.faults = last?.faults ?? []
    report.life = outlook.map {
      .init(
        fault: name(of: $0.fault), p10: $0.p10, p50: $0.p50, p90: $0.p90, refusal: $0.refusal)
    }
    return report
  }

  func described(_ fault: RankedFault, isEarly: Bool) -> ConditionReport.Fault {
    .init(
      id: fault.id, name: fault.name.english, chinese: fault.name.chinese, score: fault.score,
      supporting: signs(fault.supporting, isEarly: isEarly), opposing: signs(fault.opposing, isEarly: isEarly))
  }

  private func name(of fault: String) -> String { faults.faults.first { $0.id == fault }?.name.english ?? fault }

  /// Tells the rules of the site what is known, if it is news, and once a plant-local day.
  mutating func tellFigures(_ time: Timestamp, _ context: RuleContext) {
    let figures = figures(at: time)
    let hash = Self.hash(figures)
    let day = zone.startOfDay(containing: time)
    guard hash != figuresHash || day != figuresDay else { return }
    figuresHash = hash
    figuresDay = day
    context.publish(.condition(figures))
  }

  private func figures(at time: Timestamp) -> ConditionFigures {
    let prognoses = outlook.map { outlook in
      [
        ConditionFigures.Prognosis(
          model: faults.name, fault: outlook.fault, score: outlook.score,
          finding: outlook.p10 == nil ? changeKey : lifePrefix + outlook.fault, p10: outlook.p10, p50: outlook.p50,
          p90: outlook.p90, refusal: outlook.refusal)
      ]
    }
    return ConditionFigures(
      time: time, run: state.word, learning: assessor.model.evidence.state.word,
      health: health.flatMap { ScaledInteger(rounding: $0.value, places: 1) }, runHours: runHours.hours,
      starts: runHours.starts, prognoses: prognoses ?? [])
  }

  /// Of everything but the time and the hours, which change with every minute.
  private static func hash(_ figures: ConditionFigures) -> UInt64 {
    var writer = ByteWriter()
    writer.string(figures.run)
    writer.string(figures.learning)
    writer.string(figures.health?.description ?? "")
    writer.varint(figures.starts)
    for prognosis in figures.prognoses {
      writer.string(prognosis.fault)
      writer.double(prognosis.score)
      for time in [prognosis.p10, prognosis.p50, prognosis.p90] { writer.timestamp(time ?? .distantPast) }
      writer.string(prognosis.refusal ?? "")
    }
    var hasher = Hash64()
    writer.bytes.withUnsafeBytes { hasher.combine($0) }
    return hasher.value
  }
}
