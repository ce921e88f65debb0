import Rules
import Telemetry

/// The record of a plant-local day. It is issued when a later day is heard of, or at the second time mark behind the day
/// (what was issued at the first has been heard by then), and never again: what comes later still changes nothing that
/// was learnt.
extension ConditionRule {
  public var deadline: Timestamp? {
    // Soon after a start, so that people see what is known of a machine that is silent.
    if unread != nil { return .distantPast }
    guard let day else { return nil }
    return isDayOver ? .distantPast : end(of: day) + lateness
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    try read(&context)
    guard let day, now >= end(of: day) + lateness else { return }
    guard isDayOver else {
      isDayOver = true
      return
    }
    endDay(&context)
  }

  private func end(of day: DayHealth) -> Timestamp { zone.nextDay(after: day.start) }

  /// Before a minute is looked at.
  mutating func beginDay(of minute: ConditionFrame, _ context: inout RuleContext) {
    let start = zone.startOfDay(containing: minute.start)
    if let day, start > day.start { endDay(&context) }
    guard day == nil, lastDay.map({ start > $0 }) ?? true else { return }
    day = DayHealth(start: start, hours: runHours)
  }

  mutating func addToDay(_ minute: ConditionFrame) {
    guard let start = day?.start, start <= minute.start else { return }
    let now = health?.value
    let score = last?.score
    let zone = limits.worst
    day?.add(minute.run, health: now, score: score, zone: zone)
  }

  private mutating func endDay(_ context: inout RuleContext) {
    guard let day else { return }
    self.day = nil
    isDayOver = false
    lastDay = day.start
    let end = end(of: day)
    context.emit(
      RecordDraft(
        kind: .equipmentHealth, key: "\(asset.id)/\(day.start.rfc3339UTC)", revision: 0, asset: asset.id,
        start: day.start, end: end, body: JSONValue.object(body(day, end)).canonicalBytes()))
  }

  private func body(_ day: DayHealth, _ end: Timestamp) -> [String: JSONValue] {
    func decimal(_ value: Double?, places: Int = 1) -> JSONValue {
      guard let value, abs(value) < 1e9, let rounded = ScaledInteger(rounding: value, places: places) else {
        return .null
      }
      return .string(rounded.description)
    }
    var states: [String: JSONValue] = [:]
    for state in MachineState.allCases where day.minutes[Int(state.rawValue)] > 0 {
      states[state.word] = .integer(Int64(day.minutes[Int(state.rawValue)]))
    }
    let evidence = assessor.model.evidence
    func time(_ time: Timestamp?) -> JSONValue { time.map { .string(zone.rfc3339($0)) } ?? .null }
    let faults: [JSONValue] = (last?.faults ?? []).map { fault in
      ["fault": .string(fault.id), "score": decimal(fault.score, places: 2), "name": .string(fault.name)]
    }
    return [
      "asset": .string(asset.id), "place": .string(asset.place), "start": .string(zone.rfc3339(day.start)),
      "end": .string(zone.rfc3339(end)), "learning": .string(evidence.state.word),
      "hours_learnt": decimal(evidence.hours), "health": decimal(health?.value), "health_lowest": decimal(day.lowest),
      "score_highest": decimal(day.highest, places: 2), "zone_worst": day.worst.map { .string($0.word) } ?? .null,
      "minutes": .object(states), "run_hours": decimal(runHours.hours - day.runHours, places: 2),
      "run_hours_total": decimal(runHours.hours, places: 2), "starts": .integer(Int64(runHours.starts - day.starts)),
      "efficiency_loss": decimal(efficiency.loss.map { 100 * $0 }), "faults": .array(faults),
      "prognosis": outlook.map { outlook in
        [
          "fault": .string(outlook.fault), "score": decimal(outlook.score, places: 2), "p10": time(outlook.p10),
          "p50": time(outlook.p50), "p90": time(outlook.p90),
          "refusal": outlook.refusal.map { .string($0) } ?? .null,
        ]
      } ?? .null,
    ]
  }
}
