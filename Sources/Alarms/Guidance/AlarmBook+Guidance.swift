import Telemetry

extension AlarmBook {
  /// What a person needs to act on an alarm.
  public func guidance(of subject: AlarmSubject, onset: Timestamp?, facts: PlantFacts) -> AlarmGuidance {
    let life = entries.values.filter { $0.subject.rule == "remaining-life" && $0.subject.subject == subject.subject }
      .min { $0.subject.key < $1.subject.key }
    return AlarmGuidance(subject, onset: onset, facts: facts, life: life?.subject.evidence ?? [])
  }

  /// Of the alarm that stands first in an incident; nil if it is over and forgotten.
  public func guidance(of incident: Incident, facts: PlantFacts) -> AlarmGuidance? {
    guard let head = incident.head, let entry = entries[head.key] else { return nil }
    return guidance(of: entry.subject, onset: head.onset, facts: facts)
  }
}
