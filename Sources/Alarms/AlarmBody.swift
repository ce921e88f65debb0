import Plant
import Telemetry
import Templates

/// The records of alarms and incidents.
struct AlarmBody {
  let zone: PlantZone
  let gateway: String
  let language: Language

  /// Members of an incident that its record lists.
  static let listed = 200

  private func time(_ time: Timestamp?) -> JSONValue { time.map { .string(zone.rfc3339($0)) } ?? .null }

  private func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  private func seconds(_ from: Timestamp?, _ to: Timestamp?) -> JSONValue {
    guard let from, let to else { return .null }
    return .number(max(0, (to - from).seconds))
  }

  /// Nil for what happens to an alarm that never occurred: only its occurrences have records.
  func alarm(_ change: AlarmBook.Change) -> RecordDraft? {
    let (subject, machine, transition) = (change.subject, change.machine, change.transition)
    guard transition.occurrence > 0, transition.what != .acknowledgeRejected else { return nil }
    let isNow = transition.occurrence == machine.occurrence
    let body: JSONValue = [
      "alarm": .string(subject.key), "occurrence": .integer(Int64(transition.occurrence)),
      "rule": .string(subject.rule), "subject": .string(subject.subject), "place": .string(subject.place),
      "category": .string(subject.category.rawValue), "severity": .string(subject.severity.word),
      "priority": .string(subject.priority.word), "priority_reason": .string(subject.priorityReason),
      "state": .string(isNow && machine.isHeld ? "latched" : transition.state.word),
      "transition": .string(transition.what.rawValue), "time": time(transition.time),
      "announced": .boolean(change.wasAnnounced), "muted": .boolean(transition.isMuted),
      "onset": isNow ? time(machine.onset) : .null,
      "raised": isNow ? time(machine.raised) : .null, "acknowledged": isNow ? time(machine.acknowledged) : .null,
      "acknowledged_by": isNow ? text(machine.acknowledgedBy?.person) : .null,
      "returned": isNow ? time(machine.returned) : .null, "shelved_until": time(machine.shelf?.until),
      "out_of_service_since": time(machine.outOfService?.since),
      "suppressed_since": time(machine.suppression?.since), "no_data_since": time(machine.blindSince),
      "person": text(transition.signature?.person), "reason": text(transition.signature?.reason),
      "summary": .string(subject.summary), "advice": .string(subject.advice),
      "evidence": .array(subject.evidence.map { ["name": .string($0.name), "value": .string($0.value)] }),
    ]
    let start = machine.raised ?? transition.time
    return RecordDraft(
      kind: .alarm, key: "\(subject.key)/\(transition.occurrence)", revision: change.revision, asset: subject.subject,
      start: start, end: max(start, machine.returned ?? start), body: body.canonicalBytes())
  }

  /// - Parameter asset: whose allow-list entry lets it leave the plant.
  func incident(_ incident: Incident, asset: String) -> RecordDraft {
    let words = IncidentText(incident)
    let body: JSONValue = [
      "incident": .integer(Int64(incident.number)), "kind": .string(incident.kind.rawValue),
      "state": .string(incident.state.rawValue), "cause": .string(incident.cause),
      "priority": .string(incident.priority.word), "summary": .string(words.summary), "advice": .string(words.advice),
      "onset": time(incident.onset), "detected": time(incident.detected), "diagnosed": time(incident.diagnosed),
      "announced": time(incident.announced), "acknowledged": time(incident.acknowledged),
      "recovered": time(incident.recovered), "closed": time(incident.closed),
      "merged_into": incident.mergedInto.map { .integer(Int64($0)) } ?? .null,
      "recurrences": .integer(Int64(incident.recurrences)), "active": .integer(Int64(incident.active)),
      "alarms": .integer(Int64(incident.members.count)),
      "seconds_to_detect": .number(max(0, (incident.detected - incident.onset).seconds)),
      "seconds_to_acknowledge": seconds(incident.announced ?? incident.detected, incident.acknowledged),
      "seconds_to_resolve": seconds(incident.detected, incident.recovered),
      "members": .array(incident.members.prefix(Self.listed).map(member)),
      "steps": .array(incident.steps.map { ["time": time($0.time), "text": .string($0.text)] }),
      "steps_left_out": .integer(Int64(incident.stepsLeftOut)),
    ]
    return RecordDraft(
      kind: .incident, key: "\(gateway)/\(incident.number)", revision: incident.revision - 1, asset: asset,
      start: incident.opened, end: max(incident.opened, incident.closed ?? incident.opened),
      body: body.canonicalBytes())
  }

  private func member(_ member: Incident.Member) -> JSONValue {
    [
      "alarm": .string(member.key), "occurrence": .integer(Int64(member.occurrence)),
      "subject": .string(member.subject), "role": .string(member.role.rawValue),
      "category": .string(member.category.rawValue), "priority": .string(member.priority.word),
      "summary": .string(member.summary), "onset": time(member.onset), "raised": time(member.raised),
      "acknowledged": time(member.acknowledged), "returned": time(member.returned),
    ]
  }
}

extension AlarmMachine.State {
  public var word: String {
    switch self {
    case .normal: "normal"
    case .unacknowledged: "unacknowledged"
    case .acknowledged: "acknowledged"
    case .returned: "returned"
    }
  }
}
