import Plant

/// `routes:`, which stations of a line the units of certain products pass.
extension InspectionReader {
  static let routeKeys = ["line", "products", "stations"]

  static func routes(_ units: Section, _ lines: [LineTopology]) -> [UnitSettings.ProductRoute] {
    guard let node = units["routes"], !node.isNothing else { return [] }
    guard let items = node.items else {
      units.report(
        node.position, "\"routes\" must be a list, found \(node.description)",
        remedy: "Write each behind a dash: `- { line: engines, products: [K19-*], stations: [glue, torque] }`.")
      return []
    }
    return items.compactMap { item in
      guard let route = units.section(item, "route", keys: routeKeys) else { return nil }
      let products = (route.list("products", .text) ?? []).map(\.value)
      if products.isEmpty {
        route.missing("products", remedy: "Name the products that pass these stations: `products: [K19-*]`.")
      }
      guard let name = route.require("line", .text, remedy: "Name a line of `lines:`: `line: engines`.") else {
        return nil
      }
      guard let line = lines.first(where: { $0.name == name }) else {
        route.report(
          route["line"]?.position, "no line is named \"\(name)\"",
          remedy: lines.isEmpty
            ? "Describe the line first: `lines: [ { name: \(name), stations: [glue, torque] } ]`."
            : NearestWord.remedy(name, in: lines.map(\.name), noun: "line"))
        return nil
      }
      let known = line.stations.flatMap(\.assets)
      let stations = route.list("stations", .text) ?? []
      if stations.isEmpty {
        route.missing("stations", remedy: "Name the stations that these products pass, ids or patterns.")
      }
      for (station, position) in stations where !known.contains(where: { Wildcard.matches($0, station) }) {
        route.report(
          position, "no station of \(name) matches \"\(station)\"",
          remedy: NearestWord.remedy(station, in: known, noun: "station"))
      }
      guard !products.isEmpty, !stations.isEmpty else { return nil }
      return UnitSettings.ProductRoute(line: name, products: products, stations: stations.map(\.value))
    }
  }
}

extension UnitSettings {
  func writeRoutes(to writer: inout CanonicalWriter) {
    guard !routes.isEmpty else { return }
    writer.list("routes") { writer in
      for route in routes {
        writer.object { writer in
          writer.field("line", route.line)
          writer.list("products", route.products)
          writer.list("stations", route.stations)
        }
      }
    }
  }
}
