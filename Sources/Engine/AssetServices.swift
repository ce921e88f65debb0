import Rules
import Telemetry

/// Answers the rules of one asset at a time: the engine sets `asset` before it calls them.
final class AssetServices: RuleServices {
  private let history: History
  private let state: SavedState
  /// Under which the state of an asset is kept.
  private let names: [String]
  private var verdictsOfAsset: [QualityVerdicts]
  /// By asset; of few or none.
  private var unusedOfAsset: [Int: UnusedData] = [:]
  /// Position in `Site.assets`.
  var asset = 0

  init(history: History, state: SavedState, names: [String]) {
    self.history = history
    self.state = state
    self.names = names
    verdictsOfAsset = Array(repeating: QualityVerdicts(), count: names.count)
  }

  func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample] {
    try history.samples(asset: asset, series: series(signal), from: from, to: to)
  }

  func events(signal: Int, from: Timestamp, to: Timestamp) throws -> [Event] {
    try history.events(asset: asset, series: series(signal), from: from, to: to)
  }

  func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample? {
    try history.lastSample(asset: asset, series: series(signal), before: time, notBefore: notBefore)
  }

  func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample? {
    try history.firstSample(asset: asset, series: series(signal), from: time, notAfter: notAfter)
  }

  func load(_ key: String) throws -> [UInt8]? { try state.load(name(key)) }

  func load(_ keys: [String]) throws -> [[UInt8]?] { try state.load(keys.map(name)) }

  func save(_ key: String, _ bytes: [UInt8]?) { state.save(name(key), bytes) }

  func loadOfSite(_ key: String) throws -> [UInt8]? { try state.load(SiteState.key(key)) }

  var verdicts: QualityVerdicts {
    get { verdictsOfAsset[asset] }
    set { verdictsOfAsset[asset] = newValue }
  }

  private func name(_ key: String) -> String { "asset/\(names[asset])/rule/\(key)" }

  var unused: UnusedData? {
    get { unusedOfAsset.isEmpty ? nil : unusedOfAsset[asset] }
    set { unusedOfAsset[asset] = newValue }
  }

  private func series(_ signal: Int) -> SeriesID { history.assets[asset].series[signal] }
}
