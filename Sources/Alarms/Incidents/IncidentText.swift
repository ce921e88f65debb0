import Telemetry
import Templates

/// What people are told of an incident: what and where, and what to do first, in English and Chinese.
public struct IncidentText {
  public typealias Words = FaultModel.Words

  public let what: Words
  public let toDo: Words
  public var summary: String { what.english }
  public var advice: String { toDo.english }

  /// - Parameter first: what the alarm that stands first says, where more is known than its record has.
  public init(_ incident: Incident, head first: Words? = nil) {
    let head = incident.head
    let said = head?.summary ?? incident.cause
    let summary = first ?? Words(said, said)
    let advice = Words(head?.advice ?? "", head?.advice ?? "")
    let count = incident.members.count
    let symptoms = incident.members.count { $0.role == .symptom }
    let subjects = Set(incident.members.map(\.subject)).count
    switch incident.kind {
    case .alarm, .safety:
      what = summary
      toDo = advice
    case .machine:
      what = Words(
        "\(count) alarms of \(incident.cause), first of all: \(summary.english)",
        "\(incident.cause) 共 \(count) 条告警，首要：\(summary.chinese)")
      toDo = advice
    case .segment:
      what = Words(
        "\(subjects) devices of \(incident.cause) are silent at once: one fault of the segment, not \(subjects) of "
          + "devices.", "\(incident.cause) 的 \(subjects) 台设备同时无数据：是一处网络故障，而不是 \(subjects) 台设备故障。")
      toDo = Words(
        "Look for what they share: the switch or radio cell, its power supply, the cable. Reset that before any device.",
        "查找它们的共用部分：交换机或无线基站、其电源和线缆。先复位共用设备，再处理单台设备。")
    case .supply:
      what = Words(
        "\(incident.cause) failed and explains \(symptoms) more alarm\(symptoms == 1 ? "" : "s"): \(summary.english)",
        "\(incident.cause) 故障，另有 \(symptoms) 条告警由此引起：\(summary.chinese)")
      toDo = advice
    case .flood:
      what = Words(
        "\(count) alarms of \(subjects) subjects in a flood: more than a person can see to; the urgent ones stand apart.",
        "告警泛滥：\(subjects) 个对象共 \(count) 条告警，超出人员处理能力；紧急告警单独列出。")
      toDo = Words(
        "See to safety and to what is urgent first, then look here for what they have in common (weir incident "
          + "\(incident.number)).",
        "先处理安全和紧急告警，再在此查找共同原因（weir incident \(incident.number)）。")
    }
  }
}
