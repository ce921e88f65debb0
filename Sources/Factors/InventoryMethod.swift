import Telemetry

/// How an inventory counts purchased energy.
public enum InventoryMethod: String, CaseIterable, Hashable, Sendable {
  /// GB/T 32150: the national average for ordinary electricity.
  case gbt32150
  /// GHG Protocol, location-based: the most specific grid average.
  case location = "ghgp_location"
  /// GHG Protocol, market-based: certificates and contracts, then a residual mix.
  case market = "ghgp_market"
  /// Product footprint: factors with everything upstream.
  case footprint = "pcf"

  public var title: String {
    switch self {
    case .gbt32150: "GB/T 32150"
    case .location: "GHG Protocol, location-based"
    case .market: "GHG Protocol, market-based"
    case .footprint: "product footprint"
    }
  }
}

/// What stands for electricity that no certificate covers, in the market-based method.
public enum ResidualMix: Hashable, Sendable {
  /// The national average without market-traded non-fossil electricity, labelled as a proxy.
  case proxy
  /// The location-based factor, as no residual mix is published.
  case location
  /// A published one, kgCO2/kWh.
  case value(ExactDecimal, source: String)
}
