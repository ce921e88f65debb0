import Control
import Telemetry
import Templates

/// How a report divides the assets: the rows that they belong to.
enum ReportGroups {
  /// The ways to divide, for people.
  static let words = ["asset", "area", "line", "site", "cost-centre", "product-line"]

  /// Name of the row that an asset belongs to; nil for none.
  static func row(_ asset: Asset, by word: String) -> String? {
    switch word {
    case "asset": asset.id
    case "site": asset.site.isEmpty ? nil : asset.site
    case "area": asset.area.isEmpty ? nil : [asset.site, asset.area].joined(separator: "/")
    case "line": asset.line.isEmpty ? nil : [asset.site, asset.area, asset.line].joined(separator: "/")
    case "cost-centre": asset.metering.costCentre
    case "product-line": asset.metering.productLine
    default: nil
    }
  }

  /// Rows by name, each with the positions of its assets.
  static func rows(_ assets: [Asset], by word: String) -> [(name: String, assets: Set<Int>)] {
    var rows: [String: Set<Int>] = [:]
    for (place, asset) in assets.enumerated() {
      if let name = row(asset, by: word) { rows[name, default: []].insert(place) }
    }
    return rows.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  static func unknown(_ word: String, known: [String]) -> ControlRefusal {
    ControlRefusal(
      .badRequest,
      "There is no report by \"\(word)\".\n  → There are: \(NearestFirst.sorted(known, to: word).joined(separator: ", "))."
    )
  }
}
