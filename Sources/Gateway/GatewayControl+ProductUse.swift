import Carbon
import Control
import Factors
import Plant
import Production
import Store
import Telemetry
import Templates

/// Energy and emissions by what was made.
extension GatewayControl {
  /// Of the days that lie in a period and are over.
  private func productUse(_ period: Range<Timestamp>) throws -> ProductUse {
    let lines = try LineDays(period, in: store, names: names)
    let products = lines.orders.compactMapValues { $0["product"]?.stringValue }
    var use = ProductUse(names: names)
    for day in lines.days { try use.add(day: day, products: products) }
    return use
  }

  private func checkLines() throws {
    guard ProductionLine.lines(of: site).isEmpty else { return }
    throw ControlRefusal(
      .badRequest,
      "No line has an order feed, so it is not known what was made.\n  → Add an asset with the template order-feed at "
        + "the place of the line.")
  }

  private static let productNotes = [
    "of the lines' days that are over: each order's share, divided as in its footprint; what is metered outside of the "
      + "lines is not in it"
  ]

  /// What the orders of the period took, by product.
  func productEnergy(_ period: PlantPeriod) throws -> ReportTable {
    try checkLines()
    let use = try productUse(period.start..<period.end)
    let carriers = use.total.keys.sorted()
    let columns = carriers.enumerated().map { place, carrier in
      ReportTable.Column(carrier.name, title: carrier.name, unit: carrier.quantity.unit, places: 2, hasBar: place == 0)
    }
    let rows = use.products.map { name in
      ReportTable.Row(name: name, figures: carriers.map { use.rows[name]?[$0]?.description })
    }
    return table(
      "Energy by product", "product", period, columns, rows,
      total: ReportTable.Row(name: "all lines", figures: carriers.map { use.total[$0]?.description }),
      notes: Self.productNotes)
  }

  /// What that emitted, by a method of the inventory.
  func productEmissions(
    _ report: EmissionReport, _ period: PlantPeriod, _ method: InventoryMethod
  ) throws -> ReportTable {
    try checkLines()
    let whole = period.start..<period.end
    let parts = try zone.months(touching: whole).map { month in
      let month = month.clamped(to: whole)
      return (month: month, use: try productUse(month))
    }
    let names = Set(parts.flatMap(\.use.products))
    let last = [ProductUse.unknownProduct, ProductUse.noOrder]
    let groups = names.filter { !last.contains($0) }.sorted() + last.filter(names.contains)
    var emitted = EmissionTable(by: "product", groups: groups)
    for part in parts {
      let attribution = try attribution(part.month, method)
      for (place, name) in groups.enumerated() {
        guard let amounts = part.use.rows[name] else { continue }
        let carriers = amounts.sorted { $0.key < $1.key }.map {
          EmissionReport.Amount(quantity: $0.key.quantity, fuel: $0.key.fuel, amount: $0.value)
        }
        try emitted.add(
          report.sums(method, carriers: carriers, period: part.month, attribution: attribution), to: place)
      }
    }
    return table(
      "Emissions by product, \(method.title)", "product", period, [emitted.column], emitted.rows(),
      total: emitted.total(), notes: Self.productNotes + emitted.notes + carbonNotes("product", method))
  }
}
