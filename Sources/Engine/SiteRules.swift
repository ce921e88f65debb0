import Rules
import Telemetry
import Templates

/// The rules over the whole site, as the engine keeps them.
struct SiteRules {
  var rules: [any SiteRule] = []
  var names: [String] = []
  /// Those that watch findings, by position; their clock is the plant's.
  var watching: [Int] = []
  /// Out of service since they met an error.
  var isOut: [Bool] = []
  /// Commands that came since then, by rule; handed over at the retry.
  var waiting: [[SiteCommand]] = []
  /// The earliest of theirs; `distantFuture` for none.
  var deadline = Timestamp.distantFuture
  /// The earliest of those that watch findings.
  var plantDeadline = Timestamp.distantFuture
  /// Changed since the last checkpoint.
  var isDirty = false
  /// Began anew at the restore, because the configuration has changed; until that is told.
  var restarted: [Int] = []
  var context: RuleContext

  init(
    site: Site, factories: [SiteRuleFactory], collector: OutputCollector, state: SavedState,
    formerIDs: [Int: [String]]
  ) throws {
    let services = SiteServices(state: state, formerIDs: formerIDs)
    context = RuleContext(clock: .distantPast, collector: collector, services: services)
    for factory in factories {
      guard !names.contains(factory.name) else { throw EngineError.sameName(factory.name) }
      guard let rule = try factory.make(site) else { continue }
      if rule.watchesFindings { watching.append(rules.count) }
      rules.append(rule)
      names.append(factory.name)
      isOut.append(false)
      waiting.append([])
    }
  }

  /// What people's questions need of the saved state.
  var shared: [String: [UInt8]] {
    var shared: [String: [UInt8]] = [:]
    for key in rules.flatMap(\.sharedKeys) {
      // A reader that fails stops the engine where it matters; a question shows what there is.
      if case .success(let bytes?) = Result(catching: { try context.load(key) }) { shared[key] = bytes }
    }
    for rule in rules { shared.merge(rule.sharedState) { _, newer in newer } }
    return shared
  }

  mutating func readDeadline() {
    deadline = .distantFuture
    plantDeadline = .distantFuture
    for place in rules.indices where !isOut[place] {
      guard let next = rules[place].deadline else { continue }
      if watching.contains(place) { plantDeadline = min(plantDeadline, next) } else { deadline = min(deadline, next) }
    }
  }
}

/// What a rule over the site may ask: the state that it saved.
final class SiteServices: RuleServices {
  private let state: SavedState
  /// By asset; of few or none.
  private let formerIDs: [Int: [String]]

  init(state: SavedState, formerIDs: [Int: [String]]) {
    self.state = state
    self.formerIDs = formerIDs
  }

  var asset: Int { -1 }
  func formerIDs(of asset: Int) -> [String] { formerIDs[asset] ?? [] }
  func load(_ key: String) throws -> [UInt8]? { try state.load(SiteState.key(key)) }
  func load(_ keys: [String]) throws -> [[UInt8]?] { try state.load(keys.map(SiteState.key)) }
  func loadOfSite(_ key: String) throws -> [UInt8]? { try load(key) }
  func save(_ key: String, _ bytes: [UInt8]?) { state.save(SiteState.key(key), bytes) }

  // The site has no signals of its own.
  func samples(signal: Int, from: Timestamp, to: Timestamp) throws -> [Sample] { [] }
  func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) throws -> Sample? { nil }
  func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) throws -> Sample? { nil }
}
