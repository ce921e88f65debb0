import Control
import Plant
import Telemetry

extension GatewayControl {
  func products(name: String?, period text: String) async throws -> ReportTable {
    let period = try plantPeriod(text)
    var bodies: [JSONValue] = []
    try store.visitBodies(kind: .productFootprint, from: period.start, to: period.end, names: names) {
      bodies.append(try JSONValue(parsing: $0.body))
    }
    return try ProductReport.table(
      bodies, name: name, start: zone.rfc3339(period.start), end: zone.rfc3339(period.end))
  }
}
