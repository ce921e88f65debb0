import Control
import Plant
import Production
import Store
import Telemetry

/// Effectiveness of a period, from the records of its days and shifts, and of those under way.
extension GatewayControl {
  func oeeReport(by word: String, _ period: PlantPeriod) throws -> ReportTable {
    guard OEEReport.words.contains(word) else { throw ReportGroups.unknown(word, known: OEEReport.words) }
    var report = OEEReport(
      site: site, zone: zone, period: period, sums: try effectiveness(period, byShift: word == "shift"))
    if word == "group" { report.amounts = try metered(period) }
    return try report.table(by: word)
  }

  /// For the page on a period; nil where no machine is judged.
  func effectiveness(_ period: PlantPeriod) throws -> PlantReport.Section? {
    try OEEReport(site: site, zone: zone, period: period, sums: try effectiveness(period, byShift: false)).section()
  }

  private func effectiveness(_ period: PlantPeriod, byShift: Bool) throws -> OEESums {
    var sums = OEESums(assets: site.assets, zone: zone, period: period, byShift: byShift)
    try store.visitBodies(kind: .oee, from: period.start, to: period.end, names: names) { try sums.add($0) }
    if let bytes = board.view?.shared[OEERunning.stateKey] { try sums.add(running: OEERunning(bytes)) }
    return sums
  }
}
