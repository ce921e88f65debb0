import Alarms
import Control
import Plant
import Store
import Telemetry
import Templates

/// Alarms and incidents, as people ask for them.
extension GatewayControl {
  /// As the engine had them a moment ago.
  func alarmState() throws -> AlarmState {
    guard let settings = site.alarms else {
      throw ControlRefusal(
        .badRequest,
        "This gateway makes no alarms of its findings.\n  → Add `alarms: on` to its configuration, and `weir reload`; "
          + "`weir status` shows the findings.")
    }
    guard let bytes = board.view?.shared[AlarmRule.stateKey] else { return AlarmState(site: site, settings: settings) }
    return try AlarmState(site: site, settings: settings, bytes: bytes)
  }

  func alarms() async throws -> AlarmReport {
    let state = try alarmState()
    return AlarmReport(
      now: text(plantNow), alarms: state.book.list.map { line($0, state) },
      incidents: state.correlator.list.map { incident in
        var short = line(incident)
        short.members = []
        short.steps = []
        return short
      }, isFlood: state.correlator.isFlood)
  }

  func incident(_ number: Int) async throws -> IncidentLine {
    let state = try alarmState()
    if let open = state.correlator.incidents[number] { return line(open) }
    // It is over: its last record says all.
    let key = "\(site.gateway.id)/\(number)"
    var found: JSONValue?
    try store.visitBodies(kind: .incident, from: .distantPast, to: .distantFuture, names: names) { stored in
      if stored.key == key { found = try JSONValue(parsing: stored.body) }
    }
    guard let found, let past = IncidentRecord.line(found) else {
      throw ControlRefusal(
        .notFound,
        "There is no incident \(number).\n  → `weir incidents` lists the open ones; records of old ones may have been "
          + "evicted.")
    }
    return past
  }

  // MARK: Lines

  private func text(_ time: Timestamp?) -> String? { time.map { text($0) } }

  private func line(_ entry: AlarmBook.Entry, _ state: AlarmState) -> AlarmLine {
    let (subject, machine) = (entry.subject, entry.machine)
    var line = AlarmLine(
      occurrence: machine.occurrence, alarm: subject.key, state: machine.isHeld ? "latched" : machine.state.word,
      priority: subject.priority.word, priorityReason: subject.priorityReason, subject: subject.subject,
      place: subject.place, summary: subject.summary, advice: subject.advice,
      evidence: subject.evidence.map { AlarmLine.Named(name: $0.name, value: $0.value) })
    line.since = text(machine.onset)
    line.raised = text(machine.raised)
    line.acknowledged = text(machine.acknowledged)
    line.acknowledgedBy = machine.acknowledgedBy?.person
    line.returned = text(machine.returned)
    line.noDataSince = text(machine.blindSince)
    line.incident = state.correlator.incident(of: subject.key)
    if let shelf = machine.shelf {
      line.shelvedUntil = text(shelf.until)
      line.silenced =
        "shelved until \(text(shelf.until)) by \(shelf.signature.person): \(shelf.signature.reason)"
    } else if let out = machine.outOfService {
      line.silenced =
        "out of service since \(text(out.since)) by \(out.signature.person): \(out.signature.reason)"
    } else if let suppression = machine.suppression {
      line.silenced = "suppressed since \(text(suppression.since)): \(suppression.signature.reason)"
    }
    return line
  }

  private func line(_ incident: Incident) -> IncidentLine {
    let words = IncidentText(incident)
    var line = IncidentLine(
      number: incident.number, kind: incident.kind.rawValue, state: incident.state.rawValue,
      priority: incident.priority.word, cause: incident.cause, summary: words.summary, advice: words.advice,
      onset: text(incident.onset), detected: text(incident.detected),
      secondsToDetect: max(0, (incident.detected - incident.onset).seconds))
    line.diagnosed = text(incident.diagnosed)
    line.announced = text(incident.announced)
    line.acknowledged = text(incident.acknowledged)
    line.recovered = text(incident.recovered)
    line.secondsToAcknowledge = incident.acknowledged.map {
      max(0, ($0 - (incident.announced ?? incident.detected)).seconds)
    }
    line.secondsToResolve = incident.recovered.map { max(0, ($0 - incident.detected).seconds) }
    line.recurrences = incident.recurrences
    line.active = incident.active
    line.alarms = incident.members.count
    line.waiting = incident.waiting
    line.isSilenced = incident.isMuted
    line.members = incident.members.map { member in
      IncidentLine.Member(
        alarm: member.key, occurrence: member.occurrence, subject: member.subject, role: member.role.rawValue,
        priority: member.priority.word, summary: member.summary, raised: text(member.raised),
        acknowledged: text(member.acknowledged), returned: text(member.returned))
    }
    line.steps = incident.steps.map { IncidentLine.Step(time: text($0.time), text: $0.text) }
    return line
  }

  // MARK: Performance

  /// How well the alarm system serves people, from the records of its occurrences.
  func alarmPerformance(_ period: PlantPeriod) throws -> ReportTable {
    let settings = try alarmState().book.settings
    let end = min(period.end, plantNow)
    var occurrences: [String: AlarmPerformance.Occurrence] = [:]
    // What is still active may have been raised long before.
    let from = period.start - settings.staleAfter - settings.staleAfter
    try store.visitBodies(kind: .alarm, from: from, to: end, names: names) { stored in
      if let occurrence = IncidentRecord.occurrence(try JSONValue(parsing: stored.body)) {
        occurrences[stored.key] = occurrence
      }
    }
    let all = occurrences.sorted { $0.key < $1.key }.map(\.value)
    let performance = AlarmPerformance(all, from: period.start, to: max(end, period.start), settings: settings)
    return AlarmPerformanceTable(performance, settings: settings).table(
      start: text(period.start), end: text(end), days: (end - period.start).seconds / 86_400)
  }
}
