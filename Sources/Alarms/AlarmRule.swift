import Plant
import Rules
import Telemetry
import Templates

/// Findings as alarms, alarms as incidents: the stage behind all other rules.
///
/// It hears every finding of the engine, and as commands of the journal those of the gateway itself (`finding`) and what
/// people do (`AlarmCommand`). Each transition of an occurrence is a record `alarm`, each change of an incident a record
/// `incident`; a safety incident is told at once, others with the next time mark.
public struct AlarmRule: SiteRule {
  /// Under which it shows all alarms and incidents; see `AlarmState`.
  public static let stateKey = "alarms/state"

  private var state: AlarmState
  private let body: AlarmBody
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
    body = AlarmBody(zone: zone, gateway: site.gateway.id)
  }

  public var watchesFindings: Bool { true }

  public var deadline: Timestamp? {
    // Incidents with news are told at the next mark.
    state.correlator.hasNews ? .distantPast : .earlier(state.book.deadline, state.correlator.deadline)
  }

  public mutating func heard(_ finding: Finding, context: inout RuleContext) throws {
    note(state.book.hear(finding, now: context.clock), &context)
  }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    if command.name == GatewayFinding.command {
      guard let finding = GatewayFinding.finding(command) else { return }
      return note(state.book.hear(finding, now: context.clock), &context)
    }
    if command.name == GatewayFinding.roll {
      let keys = command.members["keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
      return note(state.book.keep(Set(keys), now: context.clock), &context)
    }
    // What means nothing was refused at the door; another program's command is none of ours.
    guard AlarmCommand.names.contains(command.name),
      case .success(let command) = Result(catching: { try AlarmCommand(command) })
    else { return }
    note(state.book.handle(command, now: context.clock), &context)
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
    for incident in state.correlator.flush() {
      context.emit(body.incident(incident, asset: state.asset(of: incident)))
    }
  }

  // MARK: State

  public var sharedState: [String: [UInt8]] { [Self.stateKey: shown.value(for: version) { state.bytes }] }

  public func encodeState(into writer: inout ByteWriter) { state.encode(into: &writer) }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    version += 1
    try state.restore(from: &reader)
  }
}
