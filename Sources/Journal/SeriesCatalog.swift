import Telemetry
import Templates

/// The stable numbers of a site: of its assets, of their signals (series) and of its connections.
///
/// Numbers are given once, from 1, and kept in the journal for ever: an asset that leaves the configuration and comes
/// back has its old numbers. `Journal.catalog(for:)` makes the durable one; `init(site:)` numbers a site in its own
/// order, for tests and for `weir check`.
public struct SeriesCatalog: Sendable {
  /// Where a series is configured: positions in `Site.assets` and in `Asset.signals`.
  public struct Place: Hashable, Sendable {
    public var asset: Int
    public var signal: Int
    public init(asset: Int, signal: Int) {
      self.asset = asset
      self.signal = signal
    }
  }

  private let assetNumbers: [UInt32]
  private let seriesNumbers: [[SeriesID]]
  /// By series number; `asset < 0` = no longer configured.
  private let places: [(asset: Int32, signal: Int32)]
  private let connections: [String: ConnectionID]
  /// By position in `Site.assets`; empty: the ids.
  private let stableNames: [String]
  /// By position in `Site.assets`; empty: none.
  private let formerNames: [[String]]

  /// Numbers assets, signals and connections from 1 in the order of the site, without a database.
  public init(site: Site) {
    var next: UInt32 = 0
    var series: [[SeriesID]] = []
    for asset in site.assets {
      series.append(
        asset.signals.map { _ in
          next += 1
          return SeriesID(next)
        })
    }
    var connections: [String: ConnectionID] = [:]
    for (position, connection) in site.connections.enumerated() {
      connections[connection.name] = ConnectionID(UInt8(clamping: position + 1))
    }
    self.init(
      assetNumbers: site.assets.indices.map { UInt32($0 + 1) }, seriesNumbers: series, connections: connections)
  }

  /// - Parameters:
  ///   - assetNumbers: by position in `Site.assets`.
  ///   - seriesNumbers: by position in `Site.assets`, then in `Asset.signals`; every number at most once.
  ///   - connections: by name; numbers from 1.
  ///   - stableNames: by position in `Site.assets`, names that stay when an id changes; empty: the ids.
  ///   - formerNames: by position in `Site.assets`, other ids that it had; empty: none.
  public init(
    assetNumbers: [UInt32], seriesNumbers: [[SeriesID]], connections: [String: ConnectionID],
    stableNames: [String] = [], formerNames: [[String]] = []
  ) {
    self.formerNames = formerNames
    self.stableNames = stableNames
    self.assetNumbers = assetNumbers
    self.seriesNumbers = seriesNumbers
    self.connections = connections
    let highest = seriesNumbers.lazy.joined().map(\.rawValue).max() ?? 0
    var places = [(asset: Int32, signal: Int32)](repeating: (-1, -1), count: Int(highest) + 1)
    for (asset, signals) in seriesNumbers.enumerated() {
      for (signal, number) in signals.enumerated() {
        places[Int(number.rawValue)] = (Int32(asset), Int32(signal))
      }
    }
    self.places = places
  }

  /// The number of a configured signal; the positions must be those of the site that the catalogue was made for.
  public func series(asset: Int, signal: Int) -> SeriesID { seriesNumbers[asset][signal] }

  /// Where the series is configured; nil for a series of an asset or signal that is no longer configured.
  public func place(of series: SeriesID) -> Place? {
    let number = Int(series.rawValue)
    guard number < places.count, places[number].asset >= 0 else { return nil }
    return Place(asset: Int(places[number].asset), signal: Int(places[number].signal))
  }

  /// The name under which an asset's state is kept: the id that its number was given for first. Nil: its id.
  public func stableName(_ asset: Int) -> String? { asset < stableNames.count ? stableNames[asset] : nil }

  /// The ids under which records of an asset may have been issued, beside its own.
  public func formerNames(_ asset: Int) -> [String] { asset < formerNames.count ? formerNames[asset] : [] }

  /// The stable number of an asset (position in `Site.assets`).
  public func assetNumber(_ asset: Int) -> UInt32 { assetNumbers[asset] }

  /// The number of a configured connection. A name that is not configured gives `ConnectionID(0)`, which no
  /// connection has.
  public func connection(named name: String) -> ConnectionID { connections[name] ?? ConnectionID(0) }
}
