import Telemetry
import Templates

/// Which meters have a demand to keep, and which assets below them may be switched off for it.
struct ShedPlan: Hashable, Sendable {
  /// Positions of all such assets, ascending.
  private(set) var sheddable: [Int] = []
  /// Positions of the meters that have one below them.
  private(set) var meters: Set<Int> = []

  init(_ site: Site) {
    guard site.tariff?.demandLimit ?? site.tariff?.contractDemand != nil,
      site.assets.contains(where: \.metering.isSheddable)
    else { return }
    let topology = MeterTopology(site.assets)
    var found: Set<Int> = []
    for (place, asset) in site.assets.enumerated() where asset.metering.role == .gridImport {
      // Every power is possible: what is below a load counts as well while its own power is not known.
      let some = ShedList(
        meter: place, required: .infinity, assets: site.assets, topology: topology, power: { _ in 1 })
      guard !some.entries.isEmpty else { continue }
      meters.insert(place)
      func add(_ place: Int) {
        found.insert(place)
        for child in topology.fed[place] { add(child) }
      }
      for entry in some.entries { add(entry.asset) }
    }
    sheddable = found.sorted()
  }
}
