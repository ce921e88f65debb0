import Telemetry
import Templates

/// A rule over the whole site: a value-type state machine that hears what the rules of the assets publish and what
/// people command.
///
/// It runs behind the rules of all assets. Its clock is that of the slowest connection, so that a window of the site
/// closes when the windows of all assets are closed (a connection that is down is waited for, within the engine's
/// bound). It has no history of samples: what it needs of the past it saves.
public protocol SiteRule: Sendable {
  /// Clock of the site at which `close` must be called next; nil = nothing to wait for.
  var deadline: Timestamp? { get }

  /// Keys of its saved state that people's questions need.
  var sharedKeys: [String] { get }

  /// What a rule of an asset told (`asset` is its position in `Site.assets`). May be the next revision of what was told
  /// before.
  mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws

  /// What a person entered; see `SiteCommand`. `RuleContext.clock` is the plant clock at its place in the journal.
  mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws

  /// Whether `heard` of findings is to be called, and `deadline` and `close` go by the plant clock instead of the site's:
  /// whoever is to be called must not wait for a connection that is down. Asked once, when the engine starts.
  var watchesFindings: Bool { get }

  /// A finding that a rule, or the engine itself, opened or closed, or told again with other words.
  mutating func heard(_ finding: Finding, context: inout RuleContext) throws

  /// What people's questions need of the state, by key; asked about once a second.
  var sharedState: [String: [UInt8]] { get }

  /// The site's clock is `now`.
  mutating func close(now: Timestamp, context: inout RuleContext) throws

  /// Compact state for the checkpoint (what is not saved through the context).
  func encodeState(into writer: inout ByteWriter)
  mutating func restoreState(from reader: inout ByteReader) throws
}

extension SiteRule {
  public var sharedKeys: [String] { [] }
  public var watchesFindings: Bool { false }
  public mutating func heard(_ finding: Finding, context: inout RuleContext) throws {}
  public var sharedState: [String: [UInt8]] { [:] }
  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {}
  public mutating func heard(_ command: SiteCommand, context: inout RuleContext) throws {}
}

/// A command in the journal that rules of the site may know: its name and its members, as they were entered.
public struct SiteCommand: Hashable, Sendable {
  public var name: String
  public var members: [String: JSONValue]

  public init(name: String, members: [String: JSONValue]) {
    self.name = name
    self.members = members
  }

  /// Canonical JSON for the journal.
  public var text: String {
    var object = members
    object["command"] = .string(name)
    return String(decoding: JSONValue.object(object).canonicalBytes(), as: UTF8.self)
  }

  /// Nil for what is no command.
  public init?(text: String) {
    guard case .object(var members)? = try? JSONValue(parsing: Array(text.utf8)),
      case .string(let name)? = members.removeValue(forKey: "command")
    else { return nil }
    self.init(name: name, members: members)
  }
}

/// How a rule over the site joins the engine.
public struct SiteRuleFactory: Sendable {
  /// Stable for ever: the rule's state is saved under it.
  public let name: String
  /// The rule, or nil if the site has nothing for it.
  public let make: @Sendable (Site) throws -> (any SiteRule)?

  public init(name: String, make: @escaping @Sendable (Site) throws -> (any SiteRule)?) {
    self.name = name
    self.make = make
  }
}
