import Telemetry
import Templates

/// The records of work orders and notifications.
extension AlarmBody {
  private func texts(_ words: [FaultModel.Words], _ language: Language) -> JSONValue {
    .array(words.map { .string($0.in(language)) })
  }

  private func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  /// - Parameter asset: whose allow-list entry lets it leave the plant.
  func workOrder(_ order: WorkOrder, asset: String) -> RecordDraft {
    var due: Timestamp?
    var (reason, chinese) = ("", "")
    switch order.reason {
    case .predicted(let time):
      due = time
      (reason, chinese) = (
        "predicted: it fails with 10 % before \(zone.rfc3339(time))", "预测：10 % 概率在 \(zone.rfc3339(time)) 之前失效"
      )
    case .incident(let number):
      (reason, chinese) = ("incident \(number)", "事件 \(number)")
    }
    let body: JSONValue = [
      "number": .integer(Int64(order.number)), "state": .string(order.state.rawValue), "cause": .string(order.cause),
      "asset": .string(order.asset), "place": .string(order.place), "fault": optional(order.fault),
      "category": .string(order.category.rawValue), "title": .string(order.title.english),
      "title_zh": .string(order.title.chinese), "reason": .string(reason), "reason_zh": .string(chinese),
      "priority": .string(order.priority.word), "skill": optional(order.skill?.english),
      "skill_zh": optional(order.skill?.chinese), "steps": texts(order.steps, .english),
      "steps_zh": texts(order.steps, .chinese), "parts": texts(order.parts, .english),
      "parts_zh": texts(order.parts, .chinese), "lead_time": optional(order.leadTime),
      "proposed": .string(zone.rfc3339(order.proposed)), "stop": optional(order.stop),
      "due": due.map { .string(zone.rfc3339($0)) } ?? .null, "opened": .string(zone.rfc3339(order.opened)),
      "changed": .string(zone.rfc3339(order.changed)), "person": .string(order.person), "note": .string(order.note),
      "reference": optional(order.reference), "maintenance_record": optional(order.record),
      "findings": .array(order.findings.map { .string($0) }),
      "incidents": .array(order.incidents.map { .integer(Int64($0)) }), "language": .string(language.rawValue),
    ]
    return RecordDraft(
      kind: .workOrder, key: "\(gateway)/\(order.number)", revision: order.revision - 1, asset: asset,
      start: order.opened, end: max(order.opened, order.changed), body: body.canonicalBytes())
  }

  /// It goes to its addressee alone.
  func notice(_ notice: Notice) -> RecordDraft {
    var body: [String: JSONValue] = [
      "number": .integer(Int64(notice.number)), "to": .string(notice.to), "route": .string(notice.route),
      "what": .string(notice.what.rawValue), "incident": notice.incident.map { .integer(Int64($0)) } ?? .null,
      "priority": .string(notice.priority.word), "language": .string(notice.language.rawValue),
      "title": .string(notice.title), "text": .string(notice.text), "time": .string(zone.rfc3339(notice.time)),
    ]
    if !notice.evidence.isEmpty {
      body["evidence"] = .array(notice.evidence.map { ["name": .string($0.name), "value": .string($0.value)] })
    }
    if let lamp = notice.lamp {
      body["lamp"] = [
        "colour": .string(lamp.colour.rawValue), "flashing": .boolean(lamp.isFlashing),
        "sound": .boolean(lamp.hasSound),
      ]
    }
    return RecordDraft(
      kind: .notification, key: "\(gateway)/\(notice.number)", revision: 0, asset: Destination.addressee(notice.to),
      start: notice.time, end: notice.time, body: JSONValue.object(body).canonicalBytes())
  }
}
