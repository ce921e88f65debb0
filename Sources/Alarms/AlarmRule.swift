import Plant
import Rules
import Telemetry
import Templates

/// Findings as alarms, alarms as incidents, incidents as notifications and work orders: the stage behind all other rules.
///
/// It hears every finding of the engine, and as commands of the journal those of the gateway itself (`finding`) and what
/// people do (`AlarmCommand`). Each transition of an occurrence is a record `alarm`, each change of an incident a record
/// `incident`, each change of an order a record `work-order`, and whatever people are told a record `notification`. A
/// safety incident is told at once, others with the next time mark.
public struct AlarmRule: SiteRule {
  /// Under which it shows all alarms and incidents; see `AlarmState`.
  public static let stateKey = "alarms/state"
  /// A test of the channels; `to` names one destination.
  public static let testCommand = "notify-test"

  private var state: AlarmState
  private let body: AlarmBody
  private let facts: PlantFacts
  /// By position in the site.
  private let assets: [Asset]
  /// Counts changes of `state`: what people are shown is encoded once for each.
  private var version = 0
  private let shown = LastMade<Int, [UInt8]>()

  /// How the rule joins the engine; nil without `alarms:`.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: "alarms") { site in
      site.alarms.map { AlarmRule(site: site, settings: $0, zone: zone) }
    }
  }

  init(site: Site, settings: AlarmSettings, zone: PlantZone) {
    state = AlarmState(site: site, settings: settings)
    facts = PlantFacts(site: site, settings: settings, zone: zone)
    assets = site.assets
    body = AlarmBody(zone: zone, gateway: site.gateway.id, language: settings.language)
  }

  public var watchesFindings: Bool { true }

  public var deadline: Timestamp? {
    // Incidents and orders with news are told at the next mark.
    if state.correlator.hasNews || state.orders.hasNews { return .distantPast }
    // A light shows something from the beginning.
    if !facts.settings.lights.isEmpty, state.notifier.lamps.isEmpty { return .distantPast }
    return .earlier(.earlier(state.book.deadline, state.correlator.deadline), state.notifier.deadline)
  }

  public mutating func heard(_ finding: Finding, context: inout RuleContext) throws {
    note(state.book.hear(finding, now: context.clock), &context)
  }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .condition(let figures) = published, assets.indices.contains(asset) else { return }
    state.orders.hear(figures, of: assets[asset], facts: facts, now: context.clock)
  }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    switch command.name {
    case GatewayFinding.command:
      guard let finding = GatewayFinding.finding(command) else { return }
      note(state.book.hear(finding, now: context.clock), &context)
    case GatewayFinding.roll:
      let keys = command.members["keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
      note(state.book.keep(Set(keys), now: context.clock), &context)
    // What means nothing was refused at the door.
    case WorkOrderCommand.name:
      guard case .success(let command) = Result(catching: { try WorkOrderCommand(command) }) else { return }
      version += 1
      state.orders.handle(command, now: context.clock)
    case MaintenanceRecord.command:
      guard case .success(let record) = Result(catching: { try MaintenanceRecord(command) }) else { return }
      version += 1
      state.orders.handle(record, now: context.clock)
    case Self.testCommand:
      let person = command.members["person"]?.stringValue ?? ""
      let notices = state.notifier.test(
        command.members["to"]?.stringValue, by: person, gateway: body.gateway, facts: facts, now: context.clock)
      for notice in notices { context.emit(body.notice(notice)) }
    default:
      guard AlarmCommand.names.contains(command.name),
        case .success(let command) = Result(catching: { try AlarmCommand(command) })
      else { return }
      note(state.book.handle(command, now: context.clock), &context)
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    note(state.book.advance(to: now), &context)
    state.correlator.advance(to: now)
    tell(&context)
  }

  private mutating func note(_ changes: [AlarmBook.Change], _ context: inout RuleContext) {
    version += 1
    for change in changes {
      if let record = body.alarm(change) { context.emit(record) }
    }
    state.correlator.take(changes, now: context.clock)
    if state.correlator.isUrgent { tell(&context) }
  }

  private mutating func tell(_ context: inout RuleContext) {
    version += 1
    let now = context.clock
    for incident in state.correlator.flush() {
      context.emit(body.incident(incident, asset: state.asset(of: incident)))
      let subject = incident.head.flatMap { state.book.entries[$0.key]?.subject }
      state.orders.hear(incident, subject: subject, facts: facts, now: now)
    }
    for order in state.orders.flush() {
      let asset = facts.assets[order.asset] == nil ? "gateway" : order.asset
      context.emit(body.workOrder(order, asset: asset))
    }
    let book = state.book
    let facts = self.facts
    let notices = state.notifier.run(
      state.correlator.list, facts: facts,
      place: { incident in incident.members.compactMap { book.topology.nodes[$0.subject]?.place } },
      guide: { book.guidance(of: $0, facts: facts) }, now: now)
    for notice in notices { context.emit(body.notice(notice)) }
  }

  // MARK: State

  public var sharedState: [String: [UInt8]] { [Self.stateKey: shown.value(for: version) { state.bytes }] }

  public func encodeState(into writer: inout ByteWriter) { state.encode(into: &writer) }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    version += 1
    try state.restore(from: &reader)
    state.orders.rename(assets)
  }
}
