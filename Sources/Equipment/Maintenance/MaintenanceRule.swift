import Plant
import Rules
import Telemetry
import Templates

/// Keeps what was predicted for the machines and what people recorded of their maintenance.
///
/// What people record goes upstream, and services that are due after hours of running are findings. What it knows
/// (`MaintenanceHistory`) lies in the saved state, one key a machine and one for what people recorded, so that a machine
/// that tells something costs no more than itself; plans and judgements are made of it when somebody asks for them.
public struct MaintenanceRule: SiteRule {
  /// Under which the records are, with the names of the machines; each machine has its own key (`key(of:)`).
  public static let stateKey = "maintenance/records"
  public static func key(of machine: String) -> String { "maintenance/machine/\(machine)" }

  /// By position in `Site.assets`.
  let site: Site
  let zone: PlantZone
  private let names: [String]
  private let nameOf: [String: String]
  /// Whether any machine needs service.
  let hasServices: Bool
  /// nil = not read yet.
  private var history: MaintenanceHistory?
  /// Services that are told.
  var told = ToldFindings()
  /// Names of the machines of which something is kept, sorted.
  private var known: [String] = []

  public static let factory = SiteRuleFactory(name: "maintenance") { try MaintenanceRule(site: $0) }

  /// - Throws: for an unknown zone.
  public init(site: Site) throws {
    self.site = site
    zone = try PlantZone(identifier: site.zone)
    names = site.assets.map(\.machineName)
    hasServices = site.assets.contains { !site.maintenance.services(of: $0).isEmpty }
    nameOf = Dictionary(zip(site.assets.map(\.id), names), uniquingKeysWith: { first, _ in first })
  }

  public var sharedKeys: [String] { [Self.stateKey] + known.map(Self.key) }
  public var deadline: Timestamp? { nil }
  public mutating func close(now: Timestamp, context: inout RuleContext) throws {}

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .condition(let figures) = published, asset >= 0 else { return }
    let name = names[asset]
    let history = try change(context) { $0.hear(figures, of: name) }
    save(name, history, context)
    tellServices(of: name, in: history, at: figures.time, &context)
    let place = known.firstIndex { name <= $0 } ?? known.endIndex
    guard place == known.endIndex || known[place] != name else { return }
    known.insert(name, at: place)
    // The names of the machines stand with the records.
    context.save(Self.stateKey, history.recordBytes)
  }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    // The gateway has checked it before it came to the journal; what means nothing is left.
    guard command.name == MaintenanceRecord.command,
      case .success(var record) = Result(catching: { try MaintenanceRecord(command) })
    else { return }
    record.asset = nameOf[record.asset] ?? record.asset
    var isTaken = false
    let history = try change(context) { isTaken = $0.enter(record, of: record.asset) }
    guard isTaken else { return }
    context.emit(draft(of: record, in: history))
    tellServices(of: record.asset, in: history, at: max(context.clock, record.time), &context)
    context.save(Self.stateKey, history.recordBytes)
    // Its predictions may have ended with it.
    save(record.asset, history, context)
  }

  private func save(_ name: String, _ history: MaintenanceHistory, _ context: RuleContext) {
    if let machine = history.machine(name) { context.save(Self.key(of: name), machine.bytes) }
  }

  private mutating func change(
    _ context: RuleContext, _ body: (inout MaintenanceHistory) -> Void
  ) throws -> MaintenanceHistory {
    var current = try history ?? Self.history(context.load)
    // The only one, so that it is changed in place.
    history = nil
    body(&current)
    history = current
    return current
  }

  /// - Parameter saved: by key, what is saved.
  public static func history(_ saved: (String) throws -> [UInt8]?) throws -> MaintenanceHistory {
    guard let records = try saved(stateKey) else { return MaintenanceHistory() }
    return try MaintenanceHistory(records: records) { try saved(key(of: $0)) }
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(known.count)
    for name in known { writer.string(name) }
    told.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    history = nil
    known = []
    for _ in 0..<(try reader.count()) { known.append(try reader.string()) }
    told = try ToldFindings(from: &reader)
  }
}

extension Asset {
  /// The id that it had first: what is kept of it stands under this name.
  public var machineName: String { formerly ?? id }
}
