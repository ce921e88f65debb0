import Rules
import Telemetry
import Templates

/// Keeps what was predicted for the machines and what people recorded of their maintenance.
///
/// It makes no records of its own: what it knows (`MaintenanceHistory`) lies under one key of the saved state, from where
/// plans and judgements are made when somebody asks for them.
public struct MaintenanceRule: SiteRule {
  /// Under which the history is.
  public static let stateKey = "maintenance/history"

  /// By position in `Site.assets`.
  private let names: [String]
  private let nameOf: [String: String]
  /// nil = not read yet.
  private var history: MaintenanceHistory?
  private var isChanged = false

  public static let factory = SiteRuleFactory(name: "maintenance") { MaintenanceRule(site: $0) }

  public init(site: Site) {
    names = site.assets.map(\.machineName)
    nameOf = Dictionary(zip(site.assets.map(\.id), names), uniquingKeysWith: { first, _ in first })
  }

  public var sharedKeys: [String] { [Self.stateKey] }
  /// What has changed is saved at the next mark, however much it was.
  public var deadline: Timestamp? { isChanged ? .distantPast : nil }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .condition(let figures) = published, asset >= 0 else { return }
    let name = names[asset]
    try change(context) { $0.hear(figures, of: name) }
  }

  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    // The gateway has checked it before it came to the journal; what means nothing is left.
    guard command.name == MaintenanceRecord.command,
      case .success(var record) = Result(catching: { try MaintenanceRecord(command) })
    else { return }
    record.asset = nameOf[record.asset] ?? record.asset
    try change(context) { $0.enter(record, of: record.asset) }
  }

  private mutating func change(_ context: RuleContext, _ body: (inout MaintenanceHistory) -> Void) throws {
    var current = try history ?? Self.history(context.load(Self.stateKey))
    // The only one, so that it is changed in place.
    history = nil
    body(&current)
    history = current
    isChanged = true
  }

  /// - Parameter bytes: as they are saved; nil = nothing yet.
  public static func history(_ bytes: [UInt8]?) throws -> MaintenanceHistory {
    try bytes.map { try MaintenanceHistory(bytes: $0) } ?? MaintenanceHistory()
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    guard isChanged, let history else { return }
    context.save(Self.stateKey, history.bytes)
    isChanged = false
  }

  public func encodeState(into writer: inout ByteWriter) {
    writer.boolean(isChanged)
    if isChanged { writer.blob(history?.bytes ?? []) }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    history = nil
    isChanged = try reader.boolean()
    if isChanged { history = try MaintenanceHistory(bytes: Array(try reader.blob())) }
  }
}

extension Asset {
  /// The id that it had first: what is kept of it stands under this name.
  public var machineName: String { formerly ?? id }
}
