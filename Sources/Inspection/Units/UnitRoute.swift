import Templates

/// The stations that a unit passes, in their order: those of a line (`lines:`) that name units, or those of them that the
/// unit's product passes (`inspection: { units: { routes: … } }`).
public struct UnitRoute: Hashable, Sendable {
  /// What other products than most pass.
  public struct Variant: Hashable, Sendable {
    /// Names or patterns.
    public var products: [String]
    public var stations: [[String]]

    public init(products: [String], stations: [[String]]) {
      self.products = products
      self.stations = stations
    }
  }

  public var name: String
  /// Beside each other: one of them.
  public var stations: [[String]]
  /// The first one that has the product counts; without one the unit passes all stations.
  public var variants: [Variant]

  public init(name: String, stations: [[String]], variants: [Variant] = []) {
    self.name = name
    self.stations = stations
    self.variants = variants
  }

  public static func routes(of site: Site) -> [UnitRoute] {
    let known = Set(
      site.assets.filter { $0.eventSignal(carrying: ["verdict", "unit"]) != nil && $0.criticality != .safety }.map(\.id)
    )
    let routes = site.inspection.units?.routes ?? []
    return site.lines.compactMap { line in
      let stations = line.stations.map { $0.assets.filter(known.contains) }.filter { !$0.isEmpty }
      guard !stations.isEmpty else { return nil }
      let variants = routes.filter { $0.line == line.name }.map { route in
        Variant(
          products: route.products,
          stations: stations.map { beside in
            beside.filter { id in route.stations.contains { Wildcard.matches(id, $0) } }
          }.filter { !$0.isEmpty })
      }
      return UnitRoute(name: line.name, stations: stations, variants: variants)
    }
  }

  /// The one whose stations saw it most, with what the unit's product passes of it; nil if none did.
  public static func of(_ file: UnitFile, among routes: [UnitRoute], formerly: [String: String] = [:]) -> UnitRoute? {
    let seen = file.stations.map { formerly[$0] ?? $0 }
    var best: (route: UnitRoute, hits: Int)?
    for route in routes {
      let hits = seen.count { route.place(of: $0) != nil }
      if hits > best?.hits ?? 0 { best = (route, hits) }
    }
    return best?.route.of(product: file.product)
  }

  /// - Parameter product: nil = nobody has said it.
  func of(product: String?) -> UnitRoute {
    guard let product,
      let variant = variants.first(where: { $0.products.contains { Wildcard.matches(product, $0) } })
    else { return self }
    return UnitRoute(name: name, stations: variant.stations)
  }

  /// Where a unit may be complete, of whatever product it is.
  var lastStations: [String] { (stations.last ?? []) + variants.flatMap { $0.stations.last ?? [] } }

  func place(of station: String) -> Int? { stations.firstIndex { $0.contains(station) } }
}
