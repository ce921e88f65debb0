import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("Guidance") struct GuidanceTests {
  @Test("an alarm answers what, where, since when, why, what if ignored, what to do, with what, who")
  func all() throws {
    let facts = try Called.facts { $0.guides = [Called.guide] }
    let guidance = AlarmGuidance(Called.subject(evidence: Called.bearing), onset: Called.at(1), facts: facts)
    #expect(
      guidance.what
        == .init("fault of m1", "m1（cq/hall/l1）出现故障“外圈磨损”：vibration = 9 mm/s，高于 7 mm/s。"))
    #expect(guidance.place == "m1, cq/hall/l1" && guidance.since == Called.at(1))
    #expect(guidance.evidence.map(\.name) == ["vibration", "p10", "p50", "p90"])
    #expect(guidance.why.map(\.english).first == "The outer race is worn.")
    #expect(
      guidance.why.contains(.init("limit: vibration = 9 mm/s, above 7 mm/s", "限值：vibration = 9 mm/s，高于 7 mm/s")))
    #expect(guidance.why.last?.chinese == "优先级高：严重，设备重要度高")
    let ignored = guidance.ignored.map(\.english)
    #expect(ignored.first == "It breaks.")
    #expect(
      ignored.contains(
        "it may fail from 2026-06-01 08:00 on, most likely about 2026-06-02 08:00, at the latest about 2026-06-04 08:00"
      ))
    #expect(ignored.contains("l1 stops 10 min after the failure, about 2026-06-02 08:10"))
    #expect(ignored.contains("an unplanned stop costs 12000 CNY an hour, usually for 6 h"))
    #expect(guidance.ignored.allSatisfy { !$0.chinese.isEmpty && $0.chinese != $0.english })
    // The fault's own checks before those of the guide.
    #expect(guidance.steps == [.init("Listen to it", "听诊"), .init("Stop it", "停机")])
    #expect(guidance.parts == [.init("Bearing 6308", "轴承6308")] && guidance.leadTime == "3 d")
    #expect(guidance.skill?.chinese == "机修工")
    let text = NoticeText(language: .chinese, facts: facts).lines(guidance, shortly: false).joined(separator: "\n")
    for word in ["位置：m1, cq/hall/l1", "不处理的后果：会损坏。", "处理步骤：1. 听诊；2. 停机", "备件：轴承6308", "证据：vibration 9 mm/s"] {
      #expect(text.contains(word), "\(word) in \(text)")
    }
  }

  @Test("without a guide and without a fault the finding's own advice stands")
  func plain() throws {
    let facts = try Called.facts()
    let guidance = AlarmGuidance(Called.subject("limit", "m3"), onset: nil, facts: facts)
    #expect(guidance.steps == [.init("look", "look")] && guidance.what.chinese == "limit of m3")
    #expect(guidance.ignored.map(\.english) == ["an unplanned stop costs 12000 CNY an hour, usually for 6 h"])
    #expect(guidance.parts.isEmpty && guidance.skill == nil)
    // What is told of a machine is no failure yet, and what is told of its parts never one.
    let limit = AlarmGuidance(Called.subject("limit", "m1"), onset: nil, facts: facts).ignored
    #expect(limit.contains(.init("if it fails, l1 stops 10 min after the failure", "若设备失效：产线 l1 将在失效后 10 min 停线")))
    var product = Called.subject("defect-rate", "m1")
    product.category = .quality
    let parts = AlarmGuidance(product, onset: nil, facts: facts).ignored
    #expect(!parts.contains { $0.english.contains("l1 stops") })
  }

  @Test("the remaining life of a machine stands at its other alarms")
  func life() throws {
    let facts = try Called.facts()
    var book = AlarmBook(settings: AlarmPlant.settings, topology: AlarmTopology(Called.site(), AlarmPlant.settings))
    for (rule, evidence) in [("remaining-life", Called.bearing), ("limit", [])] {
      let finding = Finding(
        key: "\(rule)/m1", rule: rule, subject: "m1", severity: .critical, opened: Called.at(0), summary: rule,
        advice: "look", evidence: evidence)
      _ = book.hear(finding, now: Called.at(0))
    }
    let entry = try #require(book.entries["limit/m1"])
    let guidance = book.guidance(of: entry.subject, onset: nil, facts: facts)
    #expect(guidance.ignored.first?.english.hasPrefix("it may fail from 2026-06-01") ?? false)
  }

  @Test(
    "every kind of finding has a Chinese sentence with its numbers",
    arguments: [
      ("no-data", ["last_reading": "none"], "m1（cq/hall/l1）没有可用数据，最后读数：无。"),
      (
        "leak-suspected",
        ["flow_per_hour": "12", "unit": "m³", "per_day": "288", "nights": "3", "since": "2026-05-01"],
        "m1（cq/hall/l1）疑似泄漏：每小时 12 m³，每天 288 m³，自 2026-05-01 起已 3 夜。"
      ),
      (
        "spike", ["signal": "t", "value": "99 °C", "since": "08:00", "count": "2"],
        "m1（cq/hall/l1）的 t 出现尖峰 99 °C，自 08:00 起共 2 次。"
      ),
      (
        "spike", ["signal": "t", "value": "99 °C", "usual": "40 °C", "since": "08:00", "count": "2"],
        "m1（cq/hall/l1）的 t 出现尖峰 99 °C，通常 40 °C，自 08:00 起共 2 次。"
      ),
      (
        "destination-held", ["address": "http://a", "reason": "http-401"], "目的地 m1（cq/hall/l1）暂停投递（http-401）：http://a。"
      ),
      (
        "budget-exceeded", ["used": "9 kWh", "limit": "8 kWh"], "m1（cq/hall/l1）的预算已用 9 kWh，限额 8 kWh。"
      ),
      // What a template needs is missing: the title with the readings.
      ("leak-suspected", ["per_day": "288"], "m1 轴承：每天 288"),
      ("something-new", ["value": "above 3"], "m1 轴承：数值 高于 3"),
    ])
  func sentences(_ rule: String, _ evidence: [String: String], _ wanted: String) {
    let attributes = evidence.sorted { $0.key < $1.key }.map { Event.Attribute($0.key, $0.value) }
    let subject = Called.subject(rule, evidence: attributes)
    let sentence = FindingSentence(subject, AlarmGuidance.Evidence(attributes), title: "轴承").chinese
    #expect(sentence == wanted)
  }

  @Test("a limit names its signal; without a title and a template the English sentence stands")
  func limitSentence() {
    let evidence = [Event.Attribute("temperature", "85 °C"), Event.Attribute("limit", "high 80 °C")]
    let limit = Called.subject("limit-temperature", evidence: evidence)
    #expect(
      FindingSentence(limit, AlarmGuidance.Evidence(evidence), title: nil).chinese
        == "m1（cq/hall/l1）的 temperature 85 °C，超出限值：上限 80 °C。")
    #expect(FindingSentence(Called.subject("x"), AlarmGuidance.Evidence([]), title: nil).chinese == nil)
  }

  @Test("what is used for nothing is told in energy, and in emissions only with a factor")
  func excess() throws {
    let facts = try Called.facts()
    let evidence = [
      Event.Attribute("unit", "kWh"), Event.Attribute("actual", "120.5"), Event.Attribute("expected", "100"),
    ]
    let told = AlarmGuidance(Called.subject("energy-abnormal", evidence: evidence), onset: Called.at(0), facts: facts)
    #expect(told.ignored.contains(.init("it uses 20.5 kWh a day for nothing", "每天多耗电 20.5 kWh")))
    #expect(!told.ignored.contains { $0.english.contains("emits") })
    let less = [Event.Attribute("unit", "kWh"), Event.Attribute("actual", "90"), Event.Attribute("expected", "100")]
    let none = AlarmGuidance(Called.subject("energy-abnormal", evidence: less), onset: Called.at(0), facts: facts)
    #expect(!none.ignored.contains { $0.english.contains("for nothing") })
  }
}
