import Alarms
import Control
import Telemetry
import Templates

/// Reads records of alarms and incidents back.
enum IncidentRecord {
  /// Nil for a body that is none.
  static func line(_ body: JSONValue) -> IncidentLine? {
    func text(_ name: String) -> String? { body[name]?.stringValue }
    func count(_ name: String) -> Int { body[name]?.integerValue.map { Int($0) } ?? 0 }
    guard let kind = text("kind"), let state = text("state"), let priority = text("priority"),
      let cause = text("cause"), let onset = text("onset"), let detected = text("detected")
    else { return nil }
    var line = IncidentLine(
      number: count("incident"), kind: kind, state: state, priority: priority, cause: cause,
      summary: text("summary") ?? "", advice: text("advice") ?? "", onset: onset, detected: detected,
      secondsToDetect: body["seconds_to_detect"]?.doubleValue ?? 0)
    line.diagnosed = text("diagnosed")
    line.announced = text("announced")
    line.acknowledged = text("acknowledged")
    line.recovered = text("recovered")
    line.closed = text("closed")
    line.mergedInto = body["merged_into"]?.integerValue.map { Int($0) }
    line.recurrences = count("recurrences")
    line.active = count("active")
    line.alarms = count("alarms")
    line.secondsToAcknowledge = body["seconds_to_acknowledge"]?.doubleValue
    line.secondsToResolve = body["seconds_to_resolve"]?.doubleValue
    line.members = (body["members"]?.arrayValue ?? []).compactMap(member)
    line.steps = (body["steps"]?.arrayValue ?? []).map {
      IncidentLine.Step(time: $0["time"]?.stringValue ?? "", text: $0["text"]?.stringValue ?? "")
    }
    return line
  }

  private static func member(_ body: JSONValue) -> IncidentLine.Member? {
    guard let alarm = body["alarm"]?.stringValue, let raised = body["raised"]?.stringValue else { return nil }
    return IncidentLine.Member(
      alarm: alarm, occurrence: Int(body["occurrence"]?.integerValue ?? 0), subject: body["subject"]?.stringValue ?? "",
      role: body["role"]?.stringValue ?? "", priority: body["priority"]?.stringValue ?? "",
      summary: body["summary"]?.stringValue ?? "", raised: raised, acknowledged: body["acknowledged"]?.stringValue,
      returned: body["returned"]?.stringValue)
  }

  /// An occurrence as a revision of its record tells it.
  static func occurrence(_ body: JSONValue) -> AlarmPerformance.Occurrence? {
    func time(_ name: String) -> Timestamp? { body[name]?.stringValue.flatMap(Timestamp.init(rfc3339:)) }
    guard let alarm = body["alarm"]?.stringValue, let raised = time("raised"),
      let priority = body["priority"]?.stringValue.flatMap(AlarmSettings.Priority.init(word:))
    else { return nil }
    return AlarmPerformance.Occurrence(
      alarm: alarm, priority: priority, raised: raised, isAnnounced: body["announced"] == true,
      acknowledged: time("acknowledged"), returned: time("returned"))
  }
}
