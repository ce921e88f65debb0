import Telemetry
import Templates

/// Which meters have a baseline, and which counters of pieces explain their energy.
///
/// A meter's production is what is counted where it stands: by the asset itself, else on its line, else in its area,
/// else on its site; the nearest place that has a counter. A counter of good pieces and one of all pieces on the same
/// asset are one.
struct PerformancePlan: Hashable, Sendable {
  struct Meter: Hashable, Sendable {
    var asset: Int
    var quantity: Signal.Quantity
    /// Positions of the assets that count its pieces.
    var counters: [Int]
  }

  let meters: [Meter]

  init(_ assets: [Asset]) {
    let counted = assets.map { Set($0.signals.compactMap { $0.kind.quantity }) }
    let counters = assets.indices.filter {
      counted[$0].contains(.goodCount) || counted[$0].contains(.productionCount)
    }
    // By place of the counter and every place above it.
    var below: [String: [Int]] = [:]
    for place in counters { for name in Self.places(assets[place]) { below[name, default: []].append(place) } }
    var meters: [Meter] = []
    for (place, asset) in assets.enumerated() {
      switch asset.metering.role {
      case .gridExport, .generation, .storage: continue
      case .gridImport, .distribution, .consumption: break
      }
      let own = counters.contains(place) ? [place] : Self.places(asset).lazy.compactMap { below[$0] }.first ?? []
      for quantity in BalancePlan.carriers where counted[place].contains(quantity) {
        if let normal = BalancePlan.normal(quantity), counted[place].contains(normal) { continue }
        meters.append(Meter(asset: place, quantity: quantity, counters: own))
      }
    }
    self.meters = meters
  }

  /// Its place and those above it, the nearest first.
  private static func places(_ asset: Asset) -> [String] {
    let levels = [asset.site, asset.area, asset.line, asset.cell].filter { !$0.isEmpty }
    return levels.indices.reversed().map { levels[...$0].joined(separator: "/") }
  }
}
