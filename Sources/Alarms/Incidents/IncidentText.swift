import Telemetry

/// What people are told of an incident: what and where, and what to do first.
public struct IncidentText {
  public let summary: String
  public let advice: String

  public init(_ incident: Incident) {
    let head = incident.head
    let count = incident.members.count
    let symptoms = incident.members.count { $0.role == .symptom }
    let subjects = Set(incident.members.map(\.subject)).count
    switch incident.kind {
    case .alarm, .safety:
      summary = head?.summary ?? incident.cause
      advice = head?.advice ?? ""
    case .machine:
      summary = "\(count) alarms of \(incident.cause), first of all: \(head?.summary ?? "")"
      advice = head?.advice ?? ""
    case .segment:
      summary =
        "\(subjects) devices of \(incident.cause) are silent at once: one fault of the segment, not \(subjects) of "
        + "devices."
      advice =
        "Look for what they share: the switch or radio cell, its power supply, the cable. Reset that before any device."
    case .supply:
      summary =
        "\(incident.cause) failed and explains \(symptoms) more alarm\(symptoms == 1 ? "" : "s"): \(head?.summary ?? "")"
      advice = head?.advice ?? ""
    case .flood:
      summary =
        "\(count) alarms of \(subjects) subjects in a flood: more than a person can see to; the urgent ones stand apart."
      advice =
        "See to safety and to what is urgent first, then look here for what they have in common (weir incident "
        + "\(incident.number))."
    }
  }
}
