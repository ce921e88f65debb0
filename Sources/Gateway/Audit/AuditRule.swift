import Alarms
import Rules
import Telemetry
import Templates

/// Keeps what people did, and what they were refused, as the journal has it: pages of the saved state, the newest 100,000.
struct AuditRule: SiteRule {
  /// Under which the number of the newest page is.
  static let indexKey = "audit/index"
  static func key(ofPage page: Int) -> String { "audit/page/\(page)" }
  static let entriesOfPage = 100
  static let keptPages = 1000

  static let factory = SiteRuleFactory(name: "audit") { _ in AuditRule() }

  /// The page that is being filled.
  private var page = 0
  /// Logins of acts that were allowed and whose command comes next.
  private var allowed: [String: (user: String, role: String)] = [:]

  /// What the gateway tells itself.
  private static let own: Set<String> = [GatewayFinding.command, GatewayFinding.roll]

  var deadline: Timestamp? { nil }
  mutating func close(now: Timestamp, context: inout RuleContext) throws {}
  var sharedKeys: [String] { [Self.indexKey, Self.key(ofPage: page)] }

  mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {
    let time = context.clock
    switch command.name {
    case let name where Self.own.contains(name): return
    case AuditEntry.checked:
      let act = command.members["act"]?.stringValue ?? ""
      let isAllowed = command.members["allowed"]?.booleanValue ?? false
      let entry = AuditEntry(command, act: act, at: time, isAccepted: isAllowed)
      // Whoever may give a command gives it next; everything else is done with this.
      if isAllowed, command.members["command"]?.booleanValue ?? false {
        allowed[act] = (entry.user, entry.role)
      } else {
        try append(entry, &context)
      }
    case AuditEntry.refused:
      let act = command.members["act"]?.stringValue ?? ""
      try append(named(AuditEntry(command, act: act, at: time, isAccepted: false)), &context)
    default:
      try append(named(AuditEntry(command, act: command.name, at: time, isAccepted: true)), &context)
    }
  }

  private mutating func named(_ entry: AuditEntry) -> AuditEntry {
    guard let login = allowed.removeValue(forKey: entry.act) else { return entry }
    var entry = entry
    entry.user = login.user
    entry.role = login.role
    return entry
  }

  private mutating func append(_ entry: AuditEntry, _ context: inout RuleContext) throws {
    var entries = try Self.entries(try context.load(Self.key(ofPage: page)) ?? [])
    if entries.count >= Self.entriesOfPage {
      page += 1
      entries = []
      context.save(Self.key(ofPage: page - Self.keptPages), nil)
    }
    entries.append(entry)
    var writer = ByteWriter()
    writer.varint(entries.count)
    for entry in entries { entry.encode(into: &writer) }
    context.save(Self.key(ofPage: page), writer.bytes)
    var index = ByteWriter()
    index.varint(page)
    context.save(Self.indexKey, index.bytes)
  }

  /// Of a page, the oldest first.
  static func entries(_ bytes: [UInt8]) throws -> [AuditEntry] {
    guard !bytes.isEmpty else { return [] }
    var reader = ByteReader(bytes)
    return try (0..<(try reader.count())).map { _ in try AuditEntry(from: &reader) }
  }

  static func newestPage(_ bytes: [UInt8]) throws -> Int {
    var reader = ByteReader(bytes)
    return try reader.integer()
  }

  func encodeState(into writer: inout ByteWriter) {
    writer.varint(page)
    writer.varint(allowed.count)
    for (act, login) in allowed.sorted(by: { $0.key < $1.key }) {
      for text in [act, login.user, login.role] { writer.string(text) }
    }
  }

  mutating func restoreState(from reader: inout ByteReader) throws {
    page = try reader.integer()
    for _ in 0..<(try reader.count()) {
      let act = try reader.string()
      allowed[act] = (try reader.string(), try reader.string())
    }
  }
}
