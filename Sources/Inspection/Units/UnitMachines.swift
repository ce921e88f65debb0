import Templates

/// What stands in the same cells as the stations that saw a unit.
public struct UnitMachines: Sendable {
  /// Ids by that of a station.
  private let beside: [String: [String]]

  public init(_ site: Site) {
    var beside: [String: [String]] = [:]
    for place in site.assets.indices where site.assets[place].eventSignal(carrying: ["verdict", "unit"]) != nil {
      beside[site.assets[place].id] = site.assets(beside: place).map { site.assets[$0].id }
    }
    self.beside = beside
  }

  /// - Parameter stations: ids of today.
  /// - Returns: ids in alphabetical order, without the stations themselves.
  public func names(at stations: [String]) -> [String] {
    var found: Set<String> = []
    for station in stations { found.formUnion(beside[station] ?? []) }
    return found.subtracting(stations).sorted()
  }
}
