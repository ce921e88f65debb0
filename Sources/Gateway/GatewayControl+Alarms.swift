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

  /// What people are told, in the language that was asked for.
  struct Voice {
    var language: Language
    var facts: PlantFacts
  }

  func voice(_ word: String?) throws -> Voice {
    let settings = try alarmState().book.settings
    guard let word else { return Voice(language: settings.language, facts: facts(settings)) }
    guard let language = Language(rawValue: word) else {
      throw ControlRefusal(.badRequest, "There is no language \"\(word)\".\n  → There are en and zh.")
    }
    return Voice(language: language, facts: facts(settings))
  }

  private func facts(_ settings: AlarmSettings) -> PlantFacts { PlantFacts(site: site, settings: settings, zone: zone) }

  func alarms(language: String?) async throws -> AlarmReport {
    let state = try alarmState()
    let voice = try self.voice(language)
    return AlarmReport(
      now: text(plantNow), alarms: state.book.list.map { line($0, state, voice) },
      incidents: state.correlator.list.map { incident in
        var short = line(incident, state, voice)
        short.members = []
        short.steps = []
        return short
      }, isFlood: state.correlator.isFlood)
  }

  func incident(_ number: Int, language: String?) async throws -> IncidentLine {
    let state = try alarmState()
    let told = try await notifications(limit: 1000).filter { $0.incident == number }
    if let open = state.correlator.incidents[number] {
      let voice = try self.voice(language)
      var line = line(open, state, voice)
      line.told = told
      if let waiting = try await waiting(open, voice) {
        let heading = AlarmWords.Heading.ignored.text(voice.language)
        if let place = line.guidance.firstIndex(where: { $0.heading == heading }) {
          line.guidance[place].texts.append(waiting)
        } else {
          line.guidance.append(GuidanceLine(heading: heading, texts: [waiting]))
        }
      }
      return line
    }
    // It is over: its last record says all.
    let key = "\(site.gateway.id)/\(number)"
    var found: JSONValue?
    try store.visitBodies(kind: .incident, from: .distantPast, to: .distantFuture, names: names) { stored in
      if stored.key == key { found = try JSONValue(parsing: stored.body) }
    }
    guard let found, var past = IncidentRecord.line(found) else {
      throw ControlRefusal(
        .notFound,
        "There is no incident \(number).\n  → `weir incidents` lists the open ones; records of old ones may have been "
          + "evicted.")
    }
    past.told = told
    return past
  }

  /// What the maintenance plan says of waiting for the stop after the proposed one; nil = it plans no such work.
  private func waiting(_ incident: Incident, _ voice: Voice) async throws -> String? {
    guard let subject = incident.head?.subject, site.assets.contains(where: { $0.id == subject }) else { return nil }
    let keys = Set(incident.members.map(\.key))
    let jobs = try await maintenancePlan().visits.flatMap(\.jobs)
    guard
      let job = jobs.first(where: { $0.asset == subject && $0.finding.map(keys.contains) ?? false })
        ?? jobs.first(where: { $0.asset == subject && $0.waitingCost != nil }),
      let next = job.nextStop, let risk = job.nextRisk
    else { return nil }
    let percent = Int((risk * 100).rounded())
    let stop = next.prefix(16).replacing("T", with: " ")
    let cost = job.waitingCost.map { "\(Int($0.rounded())) \(job.costUnit ?? "")" }
    return voice.language == .chinese
      ? "若推迟到 \(stop) 的停机，届时之前失效的概率为 \(percent) %" + (cost.map { "，预期损失 \($0)" } ?? "")
      : "waiting for the stop of \(stop): it fails before with \(percent) %"
        + (cost.map { ", expected cost \($0)" } ?? "")
  }

  // MARK: Lines

  private func text(_ time: Timestamp?) -> String? { time.map { text($0) } }

  private func line(_ entry: AlarmBook.Entry, _ state: AlarmState, _ voice: Voice) -> AlarmLine {
    let (subject, machine) = (entry.subject, entry.machine)
    let guidance = state.book.guidance(of: subject, onset: machine.onset, facts: voice.facts)
    var line = AlarmLine(
      occurrence: machine.occurrence, alarm: subject.key, state: machine.isHeld ? "latched" : machine.state.word,
      priority: subject.priority.word, priorityReason: subject.priorityReason, subject: subject.subject,
      place: subject.place, summary: guidance.what.in(voice.language),
      advice: guidance.steps.first?.in(voice.language) ?? subject.advice,
      evidence: guidance.readings(voice.language).map { AlarmLine.Named(name: $0.name, value: $0.value) })
    line.guidance = Self.lines(guidance, voice)
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

  static func lines(_ guidance: AlarmGuidance, _ voice: Voice) -> [GuidanceLine] {
    let language = voice.language
    func texts(_ heading: AlarmWords.Heading) -> [String] {
      switch heading {
      case .what: [guidance.what.in(language)]
      case .place: [guidance.place]
      case .since: guidance.since.map { [voice.facts.short($0)] } ?? []
      case .evidence: guidance.readings(language).map { "\($0.name): \($0.value)" }
      case .why: guidance.why.map { $0.in(language) }
      case .ignored: guidance.ignored.map { $0.in(language) }
      case .steps: guidance.steps.enumerated().map { "\($0.offset + 1). \($0.element.in(language))" }
      case .parts:
        guidance.parts.map { $0.in(language) } + (guidance.leadTime.map { ["\($0)"] } ?? [])
      case .skill: [guidance.skill?.in(language)].compactMap(\.self)
      }
    }
    return AlarmWords.Heading.allCases.compactMap { heading in
      let found = texts(heading)
      return found.isEmpty ? nil : GuidanceLine(heading: heading.text(language), texts: found)
    }
  }

  private func line(_ incident: Incident, _ state: AlarmState, _ voice: Voice) -> IncidentLine {
    let guidance = state.book.guidance(of: incident, facts: voice.facts)
    let words = IncidentText(incident, head: guidance?.what)
    var line = IncidentLine(
      number: incident.number, kind: incident.kind.rawValue, state: incident.state.rawValue,
      priority: incident.priority.word, cause: incident.cause, summary: words.what.in(voice.language),
      advice: words.toDo.in(voice.language),
      onset: text(incident.onset), detected: text(incident.detected),
      secondsToDetect: max(0, (incident.detected - incident.onset).seconds))
    line.guidance = guidance.map { Self.lines($0, voice) } ?? []
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
