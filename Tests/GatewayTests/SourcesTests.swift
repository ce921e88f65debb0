import Control
import Quality
import RuleBench
import Rules
import Telemetry
import Templates
import Testing

@testable import Gateway
@testable import weir

/// What is known of sources, as the ranking of `weir sources`.
@Suite struct SourcesTests {
  private static func ranking() -> SourceRanking {
    var site = Sites.one([Sites.gauge("a"), Sites.gauge("b")])
    var second = site.assets[0]
    second.id = "m2"
    site.assets.append(second)
    var ranking = SourceRanking(site: site)
    ranking.add(
      SourceReport(
        counts: [
          SourceReport.Count(signal: 0, fault: .finding(.spike), count: 2),
          SourceReport.Count(signal: 0, fault: .setAside(.outOfRange), count: 700),
          SourceReport.Count(signal: 1, fault: .duplicate, count: 3),
        ],
        missing: [
          SourceReport.Missing(signal: 1, nanoseconds: 250, observed: 1000),
          SourceReport.Missing(signal: 0, nanoseconds: 1, observed: 100_000),
        ],
        clock: DeviceClock(ahead: .minutes(2), delay: .seconds(1), messages: 100)), of: site.assets[0])
    ranking.add(
      SourceReport(
        counts: [], missing: [], clock: DeviceClock(ahead: .seconds(-2), delay: .zero, messages: 100)),
      of: site.assets[1])
    ranking.add(
      Finding(
        key: "stuck-value/m2/b", rule: "stuck-value", subject: "m2", severity: .warning,
        opened: Timestamp(seconds: 0), summary: "", advice: "Look at the sensor.",
        evidence: [Event.Attribute("signal", "b")]))
    ranking.add(
      Finding(
        key: "disk-full", rule: "disk-full", subject: "gateway", severity: .critical, opened: Timestamp(seconds: 0),
        summary: "", advice: ""))
    return ranking
  }

  @Test func openFindingsFirstThenByWhatWasCounted() throws {
    let lines = Self.ranking().lines(limit: 10)
    #expect(lines.map { "\($0.asset) \($0.signal ?? "-")" } == ["m2 b", "m1 b", "m1 a", "m1 -"])
    #expect(lines[0].open == ["stuck-value"])
    #expect(lines[0].remedy == "Look at the sensor.")
    #expect(lines[1].missingShare == 0.25)
    #expect(lines[1].samples == ["duplicate": 3])
    #expect(lines[2].missingShare == nil)
    #expect(lines[2].remedy.contains("`range`"))
    #expect(lines[3].clockAheadSeconds == 120)
    #expect(Self.ranking().lines(limit: 2).count == 2)
  }

  @Test func theReasonOfASilenceGoesBeforeTheSilence() {
    var ranking = SourceRanking(site: Sites.one([Sites.gauge("a")]))
    for (rule, advice) in [("no-data", "Check the power."), ("clock-reset", "Set the clock.")] {
      ranking.add(
        Finding(
          key: "\(rule)/m1", rule: rule, subject: "m1", severity: .warning, opened: Timestamp(seconds: 0), summary: "",
          advice: advice))
    }
    let lines = ranking.lines(limit: 10)
    #expect(lines.map(\.open) == [["clock-reset", "no-data"]])
    #expect(lines.map(\.remedy) == ["Set the clock."])
  }

  @Test func asText() {
    let page = SourcesText.page(Self.ranking().lines(limit: 10), limit: 10)
    let rows = page.split(separator: "\n")
    #expect(rows.count == 9)
    #expect(rows[1].contains("m2") && rows[1].contains("stuck-value"))
    #expect(rows[2] == "      → Look at the sensor.")
    #expect(rows[5].contains("findings: spike 2; samples: out-of-range 700"))
    #expect(rows[7].contains("2 min ahead"))
    #expect(SourcesText.page([], limit: 10) == "no source has sent bad data")
  }

  @Test(
    arguments: QuarantineReason.allCases.map(SourceFault.setAside) + QualityReason.allCases.map(SourceFault.finding))
  func everyFaultHasARemedyAndACode(fault: SourceFault) {
    #expect(SourceFault(code: fault.code) == fault)
    #expect(!SourceRemedy.text(fault).isEmpty)
  }
}
