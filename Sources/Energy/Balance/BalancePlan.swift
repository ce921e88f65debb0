import Telemetry
import Templates

/// Which meters of a site are balanced against which: every meter that feeds others of its carrier.
///
/// What goes in is what the meter counts, less what it gives back to the grid. What comes out is what the nearest
/// meters below it count. Of electricity, generators and storage among them count with the sign of their flow, so that
/// roof panels are no unexplained gain.
public struct BalancePlan: Hashable, Sendable {
  /// A count that takes part, with its sign.
  public struct Term: Hashable, Sendable {
    /// Position in `Site.assets`.
    public var asset: Int
    public var quantity: Signal.Quantity
    public var isNegative: Bool
  }

  /// One balance.
  public struct Parent: Hashable, Sendable {
    public var asset: Int
    public var quantity: Signal.Quantity
    /// The meter itself.
    public var main: [Term]
    /// Below it, in the order of the configuration.
    public var below: [Term]
  }

  public let parents: [Parent]

  /// Carriers that are balanced; where a meter counts a gas at both conditions, only the normal one.
  static let carriers: [Signal.Quantity] = [
    .activeEnergyImport, .gasVolumeNormal, .gasVolume, .waterVolume, .steamMass, .heatEnergy, .coolingEnergy,
    .compressedAirVolumeNormal, .compressedAirVolume, .nitrogenVolumeNormal, .nitrogenVolume,
  ]

  public init(_ assets: [Asset], topology: MeterTopology? = nil) {
    let topology = topology ?? MeterTopology(assets)
    let counts = assets.map { Set($0.signals.compactMap { $0.kind.quantity }) }
    var parents: [Parent] = []
    for place in assets.indices where !topology.fed[place].isEmpty {
      for quantity in Self.carriers where counts[place].contains(quantity) {
        if let normal = Self.normal(quantity), counts[place].contains(normal) { continue }
        var main = [Term(asset: place, quantity: quantity, isNegative: false)]
        var below: [Term]
        if quantity == .activeEnergyImport {
          if counts[place].contains(.activeEnergyExport) {
            main.append(Term(asset: place, quantity: .activeEnergyExport, isNegative: true))
          }
          below = Self.electric(below: place, counts, topology)
        } else {
          below = topology.subMeters(of: place, quantity: quantity).map {
            Term(asset: $0, quantity: quantity, isNegative: false)
          }
        }
        below.sort { $0.asset < $1.asset }
        if !below.isEmpty { parents.append(Parent(asset: place, quantity: quantity, main: main, below: below)) }
      }
    }
    self.parents = parents
  }

  static func normal(_ quantity: Signal.Quantity) -> Signal.Quantity? { quantity.atNormalConditions }

  private static func electric(
    below place: Int, _ counts: [Set<Signal.Quantity>], _ topology: MeterTopology
  ) -> [Term] {
    var found: [Term] = []
    for child in topology.fed[place] {
      let own: [(Signal.Quantity, Bool)] =
        if counts[child].contains(.activeEnergyGeneration) {
          [(.activeEnergyGeneration, true)]
        } else if counts[child].contains(.batteryEnergyCharged) || counts[child].contains(.batteryEnergyDischarged) {
          [(.batteryEnergyCharged, false), (.batteryEnergyDischarged, true)]
        } else {
          [(.activeEnergyImport, false), (.activeEnergyExport, true)]
        }
      let terms = own.filter { counts[child].contains($0.0) }.map {
        Term(asset: child, quantity: $0.0, isNegative: $0.1)
      }
      found += terms.isEmpty ? electric(below: child, counts, topology) : terms
    }
    return found
  }
}

extension BalancePlan.Parent {
  /// What the meters say of a stretch of time.
  ///
  /// - Parameter amount: of an asset and quantity; nil = no data.
  public func balance(
    _ assets: [Asset], amount: (Int, Signal.Quantity) -> ExactDecimal?
  ) throws(DecimalError) -> MeterBalance {
    var whole: ExactDecimal? = .zero
    for term in main {
      let value = amount(term.asset, term.quantity)
      if let sum = whole, let value { whole = try term.isNegative ? sum - value : sum + value } else { whole = nil }
    }
    let parts = below.map { term in
      let value = amount(term.asset, term.quantity)
      return MeterBalance.Part(
        asset: assets[term.asset].id, amount: term.isNegative ? value.map { -$0 } : value,
        accuracy: assets[term.asset].metering.accuracy)
    }
    return try MeterBalance(
      main: MeterBalance.Part(asset: assets[asset].id, amount: whole, accuracy: assets[asset].metering.accuracy),
      subMeters: parts)
  }
}
