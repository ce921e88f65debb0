import Control
import Plant
import Production
import Store
import Telemetry

/// Effectiveness of a period, from the records of its days and shifts, and of those under way.
extension GatewayControl {
  func oeeReport(by word: String, _ period: PlantPeriod) throws -> ReportTable {
    guard OEEReport.words.contains(word) else { throw ReportGroups.unknown(word, known: OEEReport.words) }
    var sums = OEESums(assets: site.assets, zone: zone, period: period, byShift: word == "shift")
    try store.visitBodies(kind: .oee, from: period.start, to: period.end) { try sums.add($0) }
    if let bytes = board.view?.shared[OEERunning.stateKey] { try sums.add(running: OEERunning(bytes)) }
    var report = OEEReport(site: site, zone: zone, period: period, sums: sums)
    if word == "group" { report.amounts = try metered(period) }
    return try report.table(by: word)
  }
}
