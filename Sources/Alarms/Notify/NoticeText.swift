import Telemetry
import Templates

/// The words of notices.
struct NoticeText {
  let language: Language
  let facts: PlantFacts

  private var isChinese: Bool { language == .chinese }

  private func priority(_ priority: AlarmSettings.Priority) -> String {
    isChinese ? "【\(AlarmWords.priority(priority))】" : "[\(priority.word.uppercased())] "
  }

  private func word(_ what: Notice.What) -> String {
    switch what {
    case .opened, .summary, .light: ""
    case .escalated: isChinese ? "升级：无人确认 " : "not acknowledged: "
    case .worse: isChinese ? "加重：" : "more urgent: "
    case .again: isChinese ? "再次提醒：" : "still not acknowledged: "
    case .recovered: isChinese ? "已恢复：" : "recovered: "
    case .test: isChinese ? "测试：" : "test: "
    }
  }

  func title(_ what: Notice.What, _ incident: Incident, _ guidance: AlarmGuidance?) -> String {
    let text = IncidentText(incident, head: guidance?.what)
    return priority(incident.priority) + word(what) + text.what.in(language)
  }

  func text(_ incident: Incident, _ guidance: AlarmGuidance?) -> String {
    let toDo = IncidentText(incident, head: guidance?.what).toDo.in(language)
    var lines = guidance.map { self.lines($0, shortly: true) } ?? []
    if incident.kind == .segment || incident.kind == .flood || guidance == nil { lines.append(toDo) }
    lines.append("weir incident \(incident.number)")
    return lines.joined(separator: "\n")
  }

  /// Readings on a small screen.
  private static let fewReadings = 4

  /// - Parameter shortly: with few readings, for a small screen.
  func lines(_ guidance: AlarmGuidance, shortly: Bool) -> [String] {
    func line(_ heading: AlarmWords.Heading, _ texts: [String]) -> [String] {
      guard !texts.isEmpty else { return [] }
      return ["\(heading.text(language))\(isChinese ? "：" : ": ")\(texts.joined(separator: isChinese ? "；" : "; "))"]
    }
    var lines = line(.place, [guidance.place])
    lines += line(.since, guidance.since.map { [facts.short($0)] } ?? [])
    let readings = guidance.readings(language).prefix(shortly ? Self.fewReadings : .max)
    lines += line(.evidence, readings.map { "\($0.name) \($0.value)" })
    lines += line(.why, guidance.why.map { $0.in(language) })
    lines += line(.ignored, guidance.ignored.map { $0.in(language) })
    let steps = guidance.steps.enumerated().map { "\($0.offset + 1). \($0.element.in(language))" }
    lines += line(.steps, steps)
    lines += line(.parts, guidance.parts.map { $0.in(language) })
    lines += line(.skill, [guidance.skill?.in(language)].compactMap(\.self))
    return lines
  }

  func summary(_ incidents: [Incident], guide: Notifier.Guide) -> (title: String, text: String) {
    let shown = incidents.prefix(10).map { incident in
      "\(incident.number) " + priority(incident.priority)
        + IncidentText(incident, head: guide(incident)?.what).what.in(language)
    }
    let more = incidents.count - shown.count
    let title = isChinese ? "另有 \(incidents.count) 起事件" : "\(incidents.count) further incidents"
    let rest = more > 0 ? [isChinese ? "……还有 \(more) 起" : "… and \(more) more"] : []
    return (title, (shown + rest + ["weir incidents"]).joined(separator: "\n"))
  }

  func test(by person: String, gateway: String) -> (title: String, text: String) {
    isChinese
      ? ("测试：\(gateway)", "这是 \(person) 发起的测试通知，无需处理。")
      : ("test of \(gateway)", "A test by \(person); nothing is to be done.")
  }

  func lamp(_ lamp: Notice.Lamp) -> (title: String, text: String) {
    let colours: [Notice.Colour: String] = [.green: "绿", .yellow: "黄", .red: "红"]
    let colour = isChinese ? colours[lamp.colour] ?? "" : lamp.colour.rawValue
    let flashing = lamp.isFlashing ? (isChinese ? "闪烁" : ", flashing") : ""
    let sound = lamp.hasSound ? (isChinese ? "，蜂鸣" : ", with sound") : ""
    return (isChinese ? "\(colour)灯\(flashing)\(sound)" : "\(colour)\(flashing)\(sound)", "")
  }
}
