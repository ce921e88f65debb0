import Control
import Plant
import Telemetry
import Templates

/// The suppliers' footprints, from the records of their imports.
struct SupplierReport {
  static func table(_ bodies: [JSONValue], products: [Product], zone: PlantZone) -> ReportTable {
    func text(_ body: JSONValue, _ name: String) -> String { body[name]?.stringValue ?? "" }
    var rows: [ReportTable.Row] = []
    for body in bodies.sorted(by: {
      (text($0, "product"), text($0, "start")) < (text($1, "product"), text($1, "start"))
    }) {
      let urns = (body["product_ids"]?.arrayValue ?? []).compactMap(\.stringValue)
      let uses = products.flatMap { product in
        product.materials.filter { $0.supplierProduct.map(urns.contains) ?? false }.map {
          "\($0.name) of \(product.id)"
        }
      }
      var notes = [
        "by \(text(body, "declared_unit"))", text(body, "company"), urns.joined(separator: " "),
        "valid until \(text(body, "valid_to").prefix(10))",
        body["superseded_by"]?.stringValue.map { "superseded by \($0)" } ?? text(body, "status"),
        uses.isEmpty ? "used by nothing" : "for \(uses.joined(separator: ", "))",
      ]
      notes.append(
        body["issuer"]?["name"]?.stringValue.map { "signed by \($0)" } ?? "unsigned")
      notes.append("\(text(body["document"] ?? .null, "name")), entered by \(text(body, "person"))")
      rows.append(
        ReportTable.Row(
          name: text(body, "product"),
          figures: [body["kgco2e_by_unit"]?.stringValue, body["primary_data_share"]?.stringValue],
          note: notes.joined(separator: ", ")))
    }
    return ReportTable(
      title: "Suppliers' footprints", by: "product",
      start: bodies.map { text($0, "start") }.min() ?? "-", end: bodies.map { text($0, "end") }.max() ?? "-",
      columns: [
        ReportTable.Column("kgco2e_by_unit", title: "footprint", unit: "kgCO2e", places: 4),
        ReportTable.Column("primary_data_share", title: "primary data", unit: "%", places: 1),
      ], rows: rows, total: nil,
      notes: bodies.isEmpty ? ["none was imported: `weir product import FILE --by NAME`"] : [])
  }
}
