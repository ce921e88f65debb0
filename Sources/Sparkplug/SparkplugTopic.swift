/// A topic of Sparkplug B: `spBv1.0/<group>/<type>/<edge node>[/<device>]`.
public struct SparkplugTopic: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case nodeBirth = "NBIRTH"
    case nodeData = "NDATA"
    case nodeDeath = "NDEATH"
    case nodeCommand = "NCMD"
    case deviceBirth = "DBIRTH"
    case deviceData = "DDATA"
    case deviceDeath = "DDEATH"
    case deviceCommand = "DCMD"

    public var isOfDevice: Bool {
      switch self {
      case .nodeBirth, .nodeData, .nodeDeath, .nodeCommand: false
      case .deviceBirth, .deviceData, .deviceDeath, .deviceCommand: true
      }
    }

    public var isCommand: Bool { self == .nodeCommand || self == .deviceCommand }

    /// Whether the message has its place in the sequence of its edge node. (The will and commands have none.)
    public var hasSequence: Bool { self != .nodeDeath && !isCommand }
  }

  public static let namespace = "spBv1.0"

  public var kind: Kind
  public var group: String
  public var node: String
  public var device: String?

  public init(kind: Kind, group: String, node: String, device: String? = nil) {
    self.kind = kind
    self.group = group
    self.node = node
    self.device = device
  }

  /// Nil for topics of other namespaces, host states, and topics that break the rules: a device id is required for
  /// D* messages and forbidden for N* messages, and no id is empty or has a `+`, `/` or `#`.
  public init?(_ text: String) {
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count >= 4, levels[0] == Self.namespace, let kind = Kind(rawValue: String(levels[2])),
      levels.count == (kind.isOfDevice ? 5 : 4), Self.isID(levels[1]), levels[3...].allSatisfy(Self.isID)
    else { return nil }
    self.init(
      kind: kind, group: String(levels[1]), node: String(levels[3]), device: kind.isOfDevice ? String(levels[4]) : nil)
  }

  /// Whether a text can be a group, edge node, device or host id.
  public static func isID(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && !text.utf8.contains { $0 == 0x2B || $0 == 0x2F || $0 == 0x23 || $0 == 0 }
  }

  public var text: String {
    "\(Self.namespace)/\(group)/\(kind.rawValue)/\(node)" + (device.map { "/\($0)" } ?? "")
  }

  /// Where a host application keeps its state: `spBv1.0/STATE/<host>`.
  public static func state(host: String) -> String { "\(namespace)/STATE/\(host)" }

  /// The host of a state topic; nil for any other topic.
  public static func host(ofState text: String) -> String? {
    let levels = text.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count == 3, levels[0] == namespace, levels[1] == "STATE", isID(levels[2]) else { return nil }
    return String(levels[2])
  }

  /// Every message of a group.
  public static func filter(group: String) -> String { "\(namespace)/\(group)/#" }
}
