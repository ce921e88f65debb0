import Telemetry

/// Who feeds whom, and which meters make a total without counting anything twice.
public struct MeterTopology: Hashable, Sendable {
  /// Positions of the assets that an asset feeds directly, by its position in `Site.assets`, ascending.
  public let fed: [[Int]]
  /// Position of the asset that feeds it, by its position in `Site.assets`.
  public let feeder: [Int?]
  private let roles: [Asset.EnergyRole]
  private let quantities: [Set<Signal.Quantity>]

  public init(_ assets: [Asset]) {
    var places: [String: Int] = [:]
    for (place, asset) in assets.enumerated() { places[asset.id] = place }
    var fed: [[Int]] = assets.map { _ in [] }
    let feeders = assets.map { asset in asset.metering.fedBy.flatMap { places[$0] } }
    for (place, feeder) in feeders.enumerated() { if let feeder { fed[feeder].append(place) } }
    feeder = feeders
    self.fed = fed
    roles = assets.map(\.metering.role)
    quantities = assets.map { Set($0.signals.compactMap { $0.kind.quantity }) }
  }

  /// The nearest meters of a quantity below an asset: its sub-meters. Those that do not count the quantity are looked
  /// through.
  public func subMeters(of place: Int, quantity: Signal.Quantity) -> [Int] {
    var found: [Int] = []
    for child in fed[place] {
      if quantities[child].contains(quantity) {
        found.append(child)
      } else {
        found += subMeters(of: child, quantity: quantity)
      }
    }
    return found.sorted()
  }

  /// The assets whose counts of a quantity add up to a total: of those that are included and have one of the roles, the
  /// ones that no included meter of these roles above them counts already.
  ///
  /// - Parameters:
  ///   - roles: nil = all but export, generation and storage, which are no consumption.
  ///   - included: the assets of the total: of an area, a line, the site.
  public func counted(
    _ quantity: Signal.Quantity, roles wanted: Set<Asset.EnergyRole>? = nil,
    among included: (Int) -> Bool = { _ in true }
  ) -> [Int] {
    let wanted = wanted ?? Self.consumption
    return feeder.indices.filter { isTop($0, quantity, wanted, included) }
  }

  /// The same of a group, in time that its size decides and not the site's.
  public func counted(
    _ quantity: Signal.Quantity, roles wanted: Set<Asset.EnergyRole>? = nil, in group: Set<Int>
  ) -> [Int] {
    let wanted = wanted ?? Self.consumption
    return group.filter { isTop($0, quantity, wanted, group.contains) }.sorted()
  }

  private static let consumption: Set<Asset.EnergyRole> = [.gridImport, .distribution, .consumption]

  private func isTop(
    _ place: Int, _ quantity: Signal.Quantity, _ wanted: Set<Asset.EnergyRole>, _ included: (Int) -> Bool
  ) -> Bool {
    guard included(place), counts(place, quantity, roles: wanted) else { return false }
    var next = feeder[place]
    // A configuration has no circles; one that was put together by hand must still end.
    for _ in feeder.indices {
      guard let above = next else { return true }
      if included(above), counts(above, quantity, roles: wanted) { return false }
      next = feeder[above]
    }
    return true
  }

  private func counts(_ place: Int, _ quantity: Signal.Quantity, roles wanted: Set<Asset.EnergyRole>) -> Bool {
    quantities[place].contains(quantity) && wanted.contains(roles[place])
  }
}
