import Templates

/// The stations that a unit passes, in their order: those of a line (`lines:`) that name units.
public struct UnitRoute: Hashable, Sendable {
  public var name: String
  /// Beside each other: one of them.
  public var stations: [[String]]

  public init(name: String, stations: [[String]]) {
    self.name = name
    self.stations = stations
  }

  public static func routes(of site: Site) -> [UnitRoute] {
    let known = Set(
      site.assets.filter { $0.eventSignal(carrying: ["verdict", "unit"]) != nil && $0.criticality != .safety }.map(\.id)
    )
    return site.lines.compactMap { line in
      let stations = line.stations.map { $0.assets.filter(known.contains) }.filter { !$0.isEmpty }
      return stations.isEmpty ? nil : UnitRoute(name: line.name, stations: stations)
    }
  }

  /// The one whose stations saw it most; nil if none did.
  public static func of(_ file: UnitFile, among routes: [UnitRoute], formerly: [String: String] = [:]) -> UnitRoute? {
    let seen = file.stations.map { formerly[$0] ?? $0 }
    var best: (route: UnitRoute, hits: Int)?
    for route in routes {
      let hits = seen.count { route.place(of: $0) != nil }
      if hits > best?.hits ?? 0 { best = (route, hits) }
    }
    return best?.route
  }

  func place(of station: String) -> Int? { stations.firstIndex { $0.contains(station) } }
}
