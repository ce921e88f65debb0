import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("Guidance") struct GuidanceTests {
  @Test("an alarm answers what, where, since when, why, what if ignored, what to do, with what, who")
  func all() throws {
    let facts = try Called.facts { $0.guides = [Called.guide] }
    let guidance = AlarmGuidance(Called.subject(evidence: Called.bearing), onset: Called.at(1), facts: facts)
    #expect(guidance.what == .init("fault of m1", "m1 外圈磨损"))
    #expect(guidance.place == "m1, cq/hall/l1" && guidance.since == Called.at(1))
    #expect(guidance.evidence.map(\.name) == ["vibration", "p10", "p50", "p90"])
    #expect(guidance.why.map(\.english).first == "The outer race is worn.")
    #expect(
      guidance.why.contains(.init("limit: vibration = 9 mm/s, above 7 mm/s", "限值：vibration = 9 mm/s, above 7 mm/s")))
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
}
