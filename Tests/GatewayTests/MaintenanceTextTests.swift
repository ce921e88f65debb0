import Control
import Testing

@testable import weir

@Suite struct MaintenanceTextTests {
  @Test func saysWhichServiceWasDoneWhyARecordCorrectsAndWhosePredictionsCount() {
    let quality = MaintenanceReport.Quality(
      hits: 1, early: 0, late: 0, falseAlarms: 1, missed: 0, unchecked: 0, precision: 0.5, recall: 1, inTime: 1,
      noticeHours: nil)
    let record = MaintenanceReport.Record(
      id: "r2", asset: "pump-1", kind: "done", time: "2026-11-02T08:00:00+08:00", person: "Li Wei", fault: nil,
      finding: nil, found: nil, failed: nil, service: "oil-change", parts: [], note: "", supersedes: "r1",
      reason: "wrong machine", supersededBy: nil, verdicts: [])
    let page = MaintenanceText.page(MaintenanceReport(records: [record], quality: quality), of: "pump-1")
    #expect(page.contains("done (oil-change)") && page.contains("corrects r1: wrong machine"), "\(page)")
    #expect(page.contains("predictions of pump-1: 2 checked"), "\(page)")
    #expect(MaintenanceText.quality(quality).hasPrefix("predictions: 2 checked"))
  }
}
