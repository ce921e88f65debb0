import Telemetry
import Templates

/// What a rule may ask and tell while it is called.
///
/// Cheap to pass: its parts are references that the engine keeps for its whole life.
public struct RuleContext {
  /// The plant clock of the asset's connection; `distantPast` before the first mark.
  public var clock: Timestamp
  /// Plant clock since which whatever the asset sends arrives at once: its connection is up and drained. nil while it
  /// is not, and until the first mark after it is. Who has been silent for longer may only have been unheard.
  public var connectedSince: Timestamp?
  /// Samples that went into an issued revision 0 or a later revision for the first time (moves pending → used).
  public var newlyUsed = 0
  /// Samples that the rule set aside before they were used, and after; kept by `quarantine`.
  package var quarantinedPending = 0
  package var quarantinedUsed = 0
  let collector: OutputCollector
  let services: any RuleServices

  public init(clock: Timestamp, output: EngineOutput, services: any RuleServices) {
    self.init(clock: clock, collector: OutputCollector(output), services: services)
  }

  /// The engine's own way: outputs of all rules of all assets go to one collector.
  public init(clock: Timestamp, collector: OutputCollector, services: any RuleServices) {
    self.clock = clock
    self.collector = collector
    self.services = services
  }

  /// What was told so far.
  public var output: EngineOutput { collector.output }

  /// Accepted samples of a signal with from ≤ time < to, in time order. Bad samples are never in it.
  public func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample] {
    try services.samples(signal: signal, from: from, to: to)
  }
  /// Accepted events of a signal with from ≤ time < to, in (time, identity) order.
  public func events(signal: Int, from: Timestamp, to: Timestamp) throws -> [Event] {
    try services.events(signal: signal, from: from, to: to)
  }
  /// The last accepted sample before `time`, not older than `notBefore`.
  public func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample? {
    try services.lastSample(signal: signal, before: time, notBefore: notBefore)
  }
  /// The first accepted sample at or after `time`, not later than `notAfter`.
  public func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample? {
    try services.firstSample(signal: signal, from: time, notAfter: notAfter)
  }
  /// All ids of an asset, that of now first: what a rule saved under an id is the asset's under each of them.
  ///
  /// - Parameter asset: position in `Site.assets`.
  public func ids(of asset: Int, in site: Site) -> [String] {
    var ids = [site.assets[asset].id]
    for id in [site.assets[asset].formerly].compactMap(\.self) + services.formerIDs(of: asset) where !ids.contains(id) {
      ids.append(id)
    }
    return ids
  }
  /// The asset that has the id, or else had it; nil for one that is not configured any more.
  public func asset(_ id: String, in site: Site) -> Int? {
    site.assets.firstIndex { $0.id == id }
      ?? site.assets.indices.first { site.assets[$0].formerly == id || services.formerIDs(of: $0).contains(id) }
  }
  /// State saved by this asset's rules under `key` (the engine prefixes the asset), newest value.
  public func load(_ key: String) throws -> [UInt8]? { try services.load(key) }
  /// The same of several keys, in their order: cheaper than one after the other.
  public func load(_ keys: [String]) throws -> [[UInt8]?] { try services.load(keys) }
  /// State that a rule of the site saved under `key`, newest value.
  public func loadOfSite(_ key: String) throws -> [UInt8]? { try services.loadOfSite(key) }
  /// Keeps `bytes` under `key` from the next checkpoint on, nil deletes.
  public func save(_ key: String, _ bytes: [UInt8]?) { services.save(key, bytes) }

  /// Which samples of the asset are doubted. The quality rule, which comes first, sets it; the later ones ask.
  public var verdicts: QualityVerdicts {
    get { services.verdicts }
    nonmutating set { services.verdicts = newValue }
  }

  /// Tells the rules behind: those of the same asset that listen, and those of the site.
  public func publish(_ published: Published) { collector.published.append((services.asset, published)) }

  /// Not nil: the asset sends, but nothing of it can be used. The quality rule sets it; the later ones ask.
  public var unused: UnusedData? {
    get { services.unused }
    nonmutating set { services.unused = newValue }
  }

  public mutating func emit(_ record: RecordDraft) { collector.output.records.append(record) }
  public mutating func emit(_ finding: Finding) { collector.output.findings.append(finding) }

  /// Sets an accepted sample aside after all (an implausible register reading): counted as quarantined. It stays in
  /// the history; the rule must know it again.
  ///
  /// - Parameter wasUsed: the sample was counted by `newlyUsed` before (a late reading has changed its meaning).
  public mutating func quarantine(_ sample: QuarantinedSample, wasUsed: Bool = false) {
    collector.output.quarantined.append(sample)
    collector.quarantinedByRules.append(sample.reason)
    if wasUsed { quarantinedUsed += 1 } else { quarantinedPending += 1 }
  }

  /// Takes back `quarantine` of one sample (a late reading made it plausible): it is pending again. Add it to
  /// `newlyUsed` when it goes into a record.
  public mutating func readmit(_ reason: QuarantineReason) { collector.readmittedByRules.append(reason) }
}

/// Where the engine gathers what the rules tell.
public final class OutputCollector {
  public var output: EngineOutput
  package var quarantinedByRules: [QuarantineReason] = []
  package var readmittedByRules: [QuarantineReason] = []
  /// With the position of the asset in the site.
  package var published: [(asset: Int, what: Published)] = []
  public init(_ output: EngineOutput = EngineOutput()) { self.output = output }
}

/// The engine's side of `RuleContext`, for one asset.
public protocol RuleServices: AnyObject {
  /// Position in `Site.assets`; of a rule of the site −1.
  var asset: Int { get }
  /// Ids that an asset had before, by its position in `Site.assets`.
  func formerIDs(of asset: Int) -> [String]
  func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample]
  func events(signal: Int, from: Timestamp, to: Timestamp) throws -> [Event]
  func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample?
  func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample?
  func load(_ key: String) throws -> [UInt8]?
  func load(_ keys: [String]) throws -> [[UInt8]?]
  func save(_ key: String, _ bytes: [UInt8]?)
  func loadOfSite(_ key: String) throws -> [UInt8]?
  var verdicts: QualityVerdicts { get set }
  var unused: UnusedData? { get set }
}

extension RuleServices {
  public var asset: Int { 0 }
  public func formerIDs(of asset: Int) -> [String] { [] }
  public func load(_ keys: [String]) throws -> [[UInt8]?] { try keys.map { try load($0) } }
  public func loadOfSite(_ key: String) throws -> [UInt8]? { nil }
  public func events(signal: Int, from: Timestamp, to: Timestamp) throws -> [Event] { [] }
  public var verdicts: QualityVerdicts {
    get { QualityVerdicts() }
    set { _ = newValue }
  }
  public var unused: UnusedData? {
    get { nil }
    set { _ = newValue }
  }
}
