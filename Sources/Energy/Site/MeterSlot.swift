import Telemetry
import Templates

/// What one asset counts of one quantity, as rules of the site keep it: a column of their tables.
struct MeterSlot: Hashable, Sendable {
  /// Position in `Site.assets`.
  var asset: Int
  var quantity: Signal.Quantity
  /// The same in every configuration of the site; an asset keeps it under another id.
  var key: UInt64

  init(asset: Int, quantity: Signal.Quantity, site: Site) {
    self.asset = asset
    self.quantity = quantity
    var hash = Hash64()
    hash.combine(site.assets[asset].formerly ?? site.assets[asset].id)
    hash.combine("/" + quantity.rawValue)
    key = hash.value
  }
}

/// The slots of a rule, by asset.
struct MeterSlots: Hashable, Sendable {
  private(set) var all: [MeterSlot] = []
  private var places: [Int: [Int]] = [:]

  init() {}

  /// The place of a slot, which is added if it is not there.
  mutating func place(_ asset: Int, _ quantity: Signal.Quantity, site: Site) -> Int {
    if let place = place(asset, quantity) { return place }
    all.append(MeterSlot(asset: asset, quantity: quantity, site: site))
    places[asset, default: []].append(all.count - 1)
    return all.count - 1
  }

  func place(_ asset: Int, _ quantity: Signal.Quantity) -> Int? {
    places[asset]?.first { all[$0].quantity == quantity }
  }

  /// Those of an asset.
  func of(_ asset: Int) -> [Int] { places[asset] ?? [] }
}
