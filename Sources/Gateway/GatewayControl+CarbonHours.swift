import Control
import Factors
import Plant
import Telemetry
import Templates

/// Electricity and its emissions by the hour, from the records of windows.
extension GatewayControl {
  private static let longestHours = Span64.days(32)

  /// - Parameter id: of an asset; nil = what is counted for the site.
  func carbonHours(_ period: PlantPeriod, _ method: InventoryMethod, asset id: String?) throws -> ReportTable {
    guard period.end - period.start <= Self.longestHours else {
      throw ControlRefusal(
        .badRequest,
        "A report by the hour is of a month at most.\n  → Choose a shorter --period, for example 2026-10-05.")
    }
    if let id, !site.assets.contains(where: { $0.id == id }) { throw Self.unknownAsset(id, in: site) }
    let places = MeteredAmounts.places(site.assets)
    let wanted = id.flatMap { places[$0] }
    var sums: [Timestamp: HourFigures] = [:]
    try store.visitBodies(kind: .carbonInterval, from: period.start, to: period.end, names: names) { record in
      guard record.end <= period.end, let place = places[record.asset], wanted.map({ $0 == place }) ?? true else {
        return
      }
      try sums[record.start.windowStart(.hours(1)), default: HourFigures()].add(
        try JSONValue(parsing: record.body), method, countedOnly: id == nil)
    }
    let hours = sums.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
    var total = HourFigures()
    for (_, hour) in hours { try total.add(hour) }
    func figures(_ hour: HourFigures) throws -> [String?] {
      let mean = try hour.kilograms.flatMap { kilograms in
        try hour.energy.isZero ? nil : kilograms / hour.energy
      }
      return [hour.energy.description, mean?.description, hour.kilograms?.description]
    }
    let rows = try hours.map { start, hour in
      ReportTable.Row(
        name: String(zone.rfc3339(start).prefix(16)).replacing("T", with: " "), figures: try figures(hour),
        note: hour.words.isEmpty ? nil : hour.words.sorted().joined(separator: "; "))
    }
    let words = Set(hours.flatMap(\.value.words)).sorted()
    return table(
      "Electricity\(id.map { " of \($0)" } ?? "") by the hour, \(method.title)", "hour", period,
      [
        .init("energy_kwh", title: "electricity", unit: "kWh", places: 2),
        .init("factor", title: "factor", unit: "kg/kWh", places: 4),
        .init("kg", title: "emissions", unit: "kg", places: 3, hasBar: true),
      ], rows, total: rows.isEmpty ? nil : .init(name: "sum", figures: try figures(total)),
      notes: Array(words.prefix(4)) + ["hours from the records of windows (carbon-interval), without certificates"])
  }
}

/// Bought electricity of one hour by one method.
private struct HourFigures {
  var energy = ExactDecimal.zero
  /// Nil where a part has no figure.
  var kilograms: ExactDecimal? = .zero
  /// What must stand beside them.
  var words: Set<String> = []
  var isEmpty = true

  mutating func add(_ body: JSONValue, _ method: InventoryMethod, countedOnly: Bool) throws {
    guard
      let activity = body["activities"]?.arrayValue?.first(where: {
        $0["quantity"]?.stringValue == Signal.Quantity.activeEnergyImport.rawValue
      }), !countedOnly || activity["counted"] == true,
      let amount = activity["amount"]?.stringValue.flatMap({ ExactDecimal($0) })
    else { return }
    isEmpty = false
    energy = try energy + amount
    let own = body["methods"]?[method.rawValue]
    for problem in own?["problems"]?.arrayValue ?? [] { words.insert(problem.stringValue ?? "") }
    var sum: ExactDecimal? = own?["total_kg"]?.stringValue == nil ? nil : .zero
    for line in own?["lines"]?.arrayValue ?? [] {
      guard line["category"]?.stringValue == EmissionLine.Category.electricity.rawValue, line["memo"] != true else {
        continue
      }
      for warning in line["warnings"]?.arrayValue ?? [] { words.insert(warning.stringValue ?? "") }
      let part = line["kg"]?.stringValue.flatMap { ExactDecimal($0) }
      sum = try sum.flatMap { sum in try part.map { try sum + $0 } }
    }
    kilograms = try kilograms.flatMap { all in try sum.map { try all + $0 } }
  }

  mutating func add(_ other: HourFigures) throws {
    energy = try energy + other.energy
    kilograms = try kilograms.flatMap { all in try other.kilograms.map { try all + $0 } }
  }
}
