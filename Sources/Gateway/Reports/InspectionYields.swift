import Control
import Inspection
import Plant
import Telemetry
import Templates

/// Figures of stations as rows of a table, and the rolled yield of those that parts pass one after the other.
struct InspectionYields {
  /// What people are shown; the intervals behind it are for programs.
  static let columns: [ReportTable.Column] = shown + details
  private static let shown: [ReportTable.Column] = [
    .init("inspected", title: "parts", unit: "", places: 0, hasBar: true),
    .init("rejected", title: "rejected", unit: "%", places: 2),
    .init("first_pass_yield", title: "first pass", unit: "%", places: 2),
    .init("defects_per_million", title: "defects/million", unit: "", places: 0),
    .init("unsure", title: "unsure", unit: "%", places: 2),
    .init("rework", title: "rework", unit: "%", places: 2),
    .init("reviews", title: "reviews", unit: "", places: 0),
    .init("accuracy", title: "accuracy", unit: "%", places: 2),
    .init("accuracy_from", title: "from", unit: "%", places: 2),
    .init("accuracy_to", title: "to", unit: "%", places: 2),
    .init("false_calls", title: "false calls", unit: "%", places: 2),
    .init("escapes", title: "escapes", unit: "%", places: 2),
    .init("detection", title: "detection", unit: "%", places: 2),
  ]
  private static let details: [ReportTable.Column] =
    ends("detection") + ends("false_calls") + ends("escapes") + ends("unsure") + others
  private static let others: [ReportTable.Column] = [
    .init("units", title: "units", unit: "", places: 0, detail: true),
    .init("scrap", title: "scrap", unit: "%", places: 2, detail: true),
    .init("decided", title: "decided by a person", unit: "", places: 0, detail: true),
    .init("unmatched", title: "reviews without result", unit: "", places: 0, detail: true),
  ]

  private static func ends(_ name: String) -> [ReportTable.Column] {
    [
      .init("\(name)_from", title: "from", unit: "%", places: 2, detail: true),
      .init("\(name)_to", title: "to", unit: "%", places: 2, detail: true),
    ]
  }

  /// Those that a group of parts has as well.
  static let groupKeys: Set<String> = [
    "inspected", "rejected", "reviews", "accuracy", "accuracy_from", "accuracy_to", "false_calls", "escapes",
    "detection", "detection_from", "detection_to", "false_calls_from", "false_calls_to", "escapes_from", "escapes_to",
  ]

  /// In the order of `columns`.
  static func figures(_ sums: StationFigures) throws -> [String?] {
    let recognition = sums.recognition
    let estimate = sums.estimate
    let manual = Proportion(sums.unsure, of: sums.inspected)
    func percent(_ share: Proportion) throws -> String? {
      try StationFigures.percent(share.count, of: share.total)?.description
    }
    func text(_ share: Double?) -> String? { share.map { FigureText.text(100 * $0, places: 4) } }
    func ends(_ interval: ClosedRange<Double>?) -> [String?] {
      [text(interval?.lowerBound), text(interval?.upperBound)]
    }
    var figures = [
      String(sums.inspected), try percent(Proportion(sums.rejected, of: sums.inspected)),
      try StationFigures.percent(sums.firstGoodUnits, of: sums.firstUnits)?.description,
      try sums.defectsPerMillion?.description, try percent(manual),
      try percent(Proportion(sums.reworked, of: sums.inspected)), String(recognition.reviews),
      try percent(recognition.accuracy),
    ]
    figures += ends(recognition.accuracy.interval())
    figures += [text(estimate.falseCalls), text(estimate.escapes), text(estimate.detection)]
    figures += ends(estimate.detectionInterval) + ends(estimate.falseCallInterval) + ends(estimate.escapeInterval)
    figures += ends(manual.interval())
    figures += [
      String(sums.firstUnits), try percent(Proportion(sums.scrapped, of: sums.inspected)), String(sums.decided),
      String(sums.unmatched),
    ]
    return figures
  }

  /// The product of the stations' first-pass yields, %; stations beside each other (`lines:`), of which a part passes one,
  /// count as one station.
  ///
  /// - Parameter stations: by id.
  static func rolled(_ stations: [String: StationFigures], lines: [LineTopology]) throws -> ExactDecimal? {
    var steps: [String: StationFigures] = [:]
    for (id, figures) in stations { steps[place(of: id, lines), default: StationFigures()].add(figures) }
    let yields = try steps.sorted { $0.key < $1.key }.compactMap { try $0.value.firstPassYield }
    return try yields.isEmpty ? nil : QualityLevel.rolledYield(yields) * ExactDecimal(100)
  }

  private static func place(of id: String, _ lines: [LineTopology]) -> String {
    for line in lines {
      for (number, station) in line.stations.enumerated() where station.assets.contains(id) {
        // An id has no line break.
        return "\(line.name)\n\(number)"
      }
    }
    return id
  }
}
