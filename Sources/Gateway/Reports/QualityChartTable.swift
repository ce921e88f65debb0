import Control
import Inspection
import Plant
import Telemetry

/// A control chart as a table: a row for each point, with its centre, limits and the rules that it breaks in columns.
struct QualityChartTable {
  let chart: QualityChart
  let zone: PlantZone

  var columns: [ReportTable.Column] {
    let unit = value.unit
    let places = value.places
    var columns: [ReportTable.Column] = [
      .init("inspected", title: isOfValues ? "values" : "parts", unit: "", places: 0)
    ]
    if !isOfValues { columns.append(.init("count", title: "count", unit: "", places: 0)) }
    columns += [
      .init(value.key, title: value.title, unit: unit, places: places, hasBar: true),
      .init("lower", title: "lower", unit: unit, places: places),
      .init("centre", title: "usual", unit: unit, places: places),
      .init("upper", title: "upper", unit: unit, places: places), .init("z", title: "z", unit: "", places: 1),
    ]
    if hasSpread {
      columns += [
        .init("spread", title: chart.kind == .imr ? "moving range" : "s", unit: "", places: places),
        .init("spread_lower", title: "lower", unit: "", places: places, detail: true),
        .init("spread_centre", title: "usual", unit: "", places: places, detail: true),
        .init("spread_upper", title: "upper", unit: "", places: places),
      ]
    }
    return columns + [Self.rules]
  }

  /// Codes of the rules that a point breaks; what they mean stands in the row's note.
  static let rules = ReportTable.Column.words("rules", title: "rules")

  var rows: [ReportTable.Row] {
    chart.points.map { point in
      var figures: [String?] = [String(point.size)]
      if !isOfValues { figures.append(point.count.map(String.init)) }
      figures += [point.value, point.lower, point.centre, point.upper].map { text($0) }
      figures.append(point.z.flatMap { Self.text($0, places: 3) })
      if hasSpread {
        figures += [point.spread?.value, point.spread?.lower, point.spread?.centre, point.spread?.upper].map {
          text($0)
        }
      }
      figures.append(point.signals.isEmpty ? nil : point.signals.map(\.code).joined(separator: " "))
      return ReportTable.Row(
        name: String(zone.rfc3339(point.start).prefix(16)), figures: figures,
        note: point.signals.isEmpty ? nil : point.signals.map(\.text).joined(separator: ", "))
    }
  }

  private var isOfValues: Bool {
    chart.points.contains { $0.count == nil } || chart.kind == .imr || chart.kind == .xbar
  }
  private var hasSpread: Bool { chart.kind == .imr || chart.kind == .xbar }

  /// Of the column with the point itself.
  private var value: (key: String, title: String, unit: String, places: Int, factor: Double) {
    switch chart.kind {
    case .laney, .p: ("share", "share", "%", 2, 100)
    case .np: ("value", "defective", "", 1, 1)
    case .c: ("value", "defects", "", 1, 1)
    case .u: ("value", "defects per part", "", 4, 1)
    case .g: ("value", "good between", "", 0, 1)
    case .t: ("value", "between", "h", 2, 1)
    case .ewma: ("value", "EWMA of z", "", 2, 1)
    case .cusum: ("value", "CUSUM", "", 2, 1)
    case .imr, .xbar: ("value", "mean", "", 3, 1)
    }
  }

  private func text(_ figure: Double?) -> String? { figure.flatMap { Self.text($0 * value.factor, places: 6) } }

  static func text(_ figure: Double, places: Int) -> String? {
    figure.isFinite ? FigureText.text(figure, places: places) : nil
  }
}
