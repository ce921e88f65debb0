import Control
import Telemetry

/// Footprints of products, from the records of their orders: what was made, what it used, what that emitted.
struct ProductReport {
  /// The orders of a product or batch, or the composition of one order.
  static func table(
    _ bodies: [JSONValue], name: String?, start: String, end: String
  ) throws -> ReportTable {
    guard let name else { return try orders(bodies, title: "Footprints of all orders", start: start, end: end) }
    if let order = bodies.last(where: { $0["order"]?.stringValue == name }) {
      return try composition(order, start: start, end: end)
    }
    let own = bodies.filter { $0["product"]?.stringValue == name || $0["batch"]?.stringValue == name }
    guard !own.isEmpty else {
      throw unknown(name, bodies, start: start, end: end)
    }
    return try orders(own, title: "Footprint of \(name)", start: start, end: end)
  }

  /// - Parameter bodies: all footprints of the period.
  static func unknown(_ name: String, _ bodies: [JSONValue], start: String, end: String) -> ControlRefusal {
    let known = Set(bodies.flatMap { [$0["product"], $0["order"]].compactMap { $0?.stringValue } }).sorted()
    let near = NearestFirst.plausible(known, for: name).map { "Did you mean \"\($0)\"?" }
    let shown = known.prefix(8).joined(separator: ", ")
    return ControlRefusal(
      .notFound,
      "There is no footprint of a product, batch or order \"\(name)\" from \(start) to \(end).\n  → "
        + (near ?? (known.isEmpty ? "No order has ended in this time: choose another --period." : "Known: \(shown).")))
  }

  private static let columns = [
    ReportTable.Column("good", title: "good", unit: "pcs", places: 0),
    ReportTable.Column("scrap", title: "scrap", unit: "pcs", places: 0),
    ReportTable.Column("electricity", title: "electricity", unit: "kWh", places: 2),
    ReportTable.Column("kgco2e", title: "gate to gate", unit: "kgCO2e", places: 3, hasBar: true),
    ReportTable.Column("upstream", title: "materials", unit: "kgCO2e", places: 3),
    ReportTable.Column("kgco2e_by_unit", title: "by unit", unit: "kgCO2e", places: 4),
    ReportTable.Column("upstream_by_unit", title: "materials by unit", unit: "kgCO2e", places: 4),
  ]

  private static func orders(_ bodies: [JSONValue], title: String, start: String, end: String) throws -> ReportTable {
    var rows: [ReportTable.Row] = []
    var notes: Set<String> = []
    // Good, scrap, kWh, kgCO2e, upstream, declared units; nil as soon as one is missing.
    var sums: [ExactDecimal?] = Array(repeating: .zero, count: 6)
    for body in bodies {
      let parts = figures(body)
      for place in sums.indices {
        sums[place] = try sums[place].flatMap { sum in try parts[place].map { try sum + $0 } }
      }
      rows.append(
        ReportTable.Row(
          name: body["order"]?.stringValue ?? "", figures: try texts(parts),
          note: [body["product"]?.stringValue, body["batch"]?.stringValue, body["status"]?.stringValue]
            .compactMap(\.self).joined(separator: ", ")))
      for carrier in body["energy"]?.arrayValue ?? [] {
        if let problem = carrier["problem"]?.stringValue { notes.insert("\(name(carrier)): \(problem)") }
        for warning in carrier["warnings"]?.arrayValue ?? [] { notes.insert(warning.stringValue ?? "") }
      }
    }
    let units = Set(bodies.compactMap { $0["declared_unit"]?.stringValue })
    if units.count > 1 { sums[5] = nil }
    notes.insert("by unit: \(units.sorted().joined(separator: ", ")) of good output; scrap's burden is included")
    return ReportTable(
      title: title, by: "order", start: start, end: end, columns: columns, rows: rows,
      total: ReportTable.Row(name: "total", figures: try texts(sums)), notes: notes.sorted())
  }

  private static func figures(_ body: JSONValue) -> [ExactDecimal?] {
    let electricity = (body["energy"]?.arrayValue ?? []).first { $0["carrier"] == "active-energy-import" }
    return [
      decimal(body["good"]), decimal(body["scrap"]), electricity.map { decimal($0["amount"]) } ?? .zero,
      decimal(body["kgco2e"]), decimal(body["kgco2e_upstream"]), decimal(body["declared_units"]),
    ]
  }

  private static func texts(_ parts: [ExactDecimal?]) throws -> [String?] {
    let units = parts[5].flatMap { ExactDecimal.zero < $0 ? $0 : nil }
    let quotients = try [parts[3], parts[4]].map { part in
      try part.flatMap { part in try units.map { try part / $0 } }
    }
    return (parts.prefix(5) + quotients).map { $0?.description }
  }

  /// One order: each carrier and material with its share.
  private static func composition(_ body: JSONValue, start: String, end: String) throws -> ReportTable {
    var rows: [ReportTable.Row] = []
    for carrier in body["energy"]?.arrayValue ?? [] {
      var notes: [String] = []
      if case .object(let bases)? = carrier["by_basis"] {
        notes += bases.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.stringValue ?? "")" }
      }
      if let factor = carrier["factor"]?.stringValue { notes.append("factor \(factor)") }
      if let problem = carrier["problem"]?.stringValue { notes.append(problem) }
      rows.append(
        ReportTable.Row(
          name: name(carrier), figures: [carrier["amount"]?.stringValue, carrier["kgco2e"]?.stringValue],
          note: notes.joined(separator: "; ")))
    }
    for material in body["materials"]?.arrayValue ?? [] {
      rows.append(
        ReportTable.Row(
          name: "\(material["name"]?.stringValue ?? "") (\(material["unit"]?.stringValue ?? ""))",
          figures: [material["amount"]?.stringValue, material["kgco2e"]?.stringValue],
          note: note(of: material)))
    }
    func text(_ member: String) -> String { body[member]?.stringValue ?? "unknown" }
    let product = body["product_name"]?.stringValue ?? body["product"]?.stringValue ?? "unknown product"
    var notes = [
      "\(text("good")) good and \(text("scrap")) scrapped pieces (counted by: \(text("pieces_source"))), "
        + "\(text("running_seconds")) s running of \(text("order_seconds")) s",
      "gate to gate \(text("kgco2e_by_unit")) and materials \(text("kgco2e_upstream_by_unit")) kgCO2e by "
        + text("declared_unit"), "primary data: \(text("primary_data_share")) %",
    ]
    notes += (body["allocation"]?.arrayValue ?? []).compactMap(\.stringValue)
    return ReportTable(
      title: "Order \(text("order")), \(product), \(text("status"))", by: "part",
      start: body["start"]?.stringValue ?? start, end: body["end"]?.stringValue ?? end,
      columns: [
        ReportTable.Column("amount", title: "amount", unit: "", places: 3),
        ReportTable.Column("kgco2e", title: "emissions", unit: "kgCO2e", places: 3, hasBar: true),
      ], rows: rows,
      total: ReportTable.Row(
        name: "gate to gate",
        figures: [nil, body["kgco2e"]?.stringValue]), notes: notes)
  }

  private static func note(of material: JSONValue) -> String {
    if let problem = material["problem"]?.stringValue { return problem }
    let share = material["primary_data_share"]?.stringValue.map { "primary data \($0) %" }
    let kind = share ?? (material["primary"] == true ? "primary" : "secondary")
    let warnings = (material["warnings"]?.arrayValue ?? []).compactMap(\.stringValue)
    return (["\(kind): \(material["source"]?.stringValue ?? "")"] + warnings).joined(separator: "; ")
  }

  private static func name(_ carrier: JSONValue) -> String {
    "\(carrier["carrier"]?.stringValue ?? "") (\(carrier["unit"]?.stringValue ?? ""))"
  }

  private static func decimal(_ value: JSONValue?) -> ExactDecimal? { value?.stringValue.flatMap { ExactDecimal($0) } }
}
