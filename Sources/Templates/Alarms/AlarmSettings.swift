import Telemetry

/// How findings become alarms, and alarms incidents. Every value comes from a table of `Config/alarms` or from the site.
public struct AlarmSettings: Hashable, Sendable {
  /// What an alarm speaks of; decides what it may explain and what may explain it.
  public enum Category: String, Hashable, Sendable, CaseIterable {
    /// A device is silent or cannot be understood.
    case communication
    /// A value of the process is not where it should be.
    case process
    /// A machine fails or will fail.
    case equipment
    case energy
    /// The product, and the data about it.
    case quality
    /// The gateway itself.
    case gateway
    /// People are in danger: announced at once, never batched, never collapsed.
    case safety
  }

  public enum Priority: UInt8, Hashable, Sendable, Comparable, CaseIterable {
    case low = 1
    case medium = 2
    case high = 3
    case safety = 4

    public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }

    public var word: String {
      switch self {
      case .low: "low"
      case .medium: "medium"
      case .high: "high"
      case .safety: "safety"
      }
    }
    public init?(word: String) {
      guard let priority = Self.allCases.first(where: { $0.word == word }) else { return nil }
      self = priority
    }
  }

  /// How findings of some rules are treated.
  public struct Class: Hashable, Sendable {
    /// Names of rules, with `*`.
    public var rules: [String]
    public var category: Category
    public var onDelay = Span64.zero
    public var offDelay = Span64.zero
    public var isLatching = false
    /// While it is open, nothing is known of the asset: its other alarms neither rise nor return.
    public var isBlinding = false
    /// Findings of these rules are no alarms.
    public var isIgnored = false

    public init(rules: [String], category: Category) {
      self.rules = rules
      self.category = category
    }
  }

  /// How urgent a severity is at a criticality; nil = no alarm.
  public struct Row: Hashable, Sendable {
    public var severity: Finding.Severity
    public var criticality: Asset.Criticality
    public var priority: Priority?
    public init(severity: Finding.Severity, criticality: Asset.Criticality, priority: Priority?) {
      self.severity = severity
      self.criticality = criticality
      self.priority = priority
    }
  }

  /// Devices that hang on one switch, radio cell or cabinet.
  public struct Segment: Hashable, Sendable {
    public var name: String
    /// Patterns of asset ids.
    public var assets: [String]
    public init(name: String, assets: [String]) {
      self.name = name
      self.assets = assets
    }
  }

  /// An asset that others cannot work without: a compressor, the meter of a cabinet, a chiller.
  public struct Supply: Hashable, Sendable {
    public var asset: String
    /// Patterns of the ids of those that depend on it.
    public var dependants: [String]
    public init(asset: String, dependants: [String]) {
      self.asset = asset
      self.dependants = dependants
    }
  }

  /// Alarms that mean nothing while something else is so (a machine stands still): recorded, not announced.
  public struct Suppression: Hashable, Sendable {
    /// Patterns of the rules and assets of the alarms.
    public var rules: [String]
    public var assets: [String]
    /// While a finding of this rule is open …
    public var cause: String
    /// … at this asset; nil = at the alarm's own.
    public var causeAsset: String?
    public init(rules: [String], assets: [String], cause: String, causeAsset: String?) {
      self.rules = rules
      self.assets = assets
      self.cause = cause
      self.causeAsset = causeAsset
    }
  }

  /// Thresholds of correlation.
  public struct Grouping: Hashable, Sendable {
    /// What begins within this time of each other may have one cause.
    public var window: Span64
    /// So long an incident waits for others that explain it before it is announced and called diagnosed; safety and
    /// what is of high priority do not wait.
    public var settle: Span64
    /// A segment is down when so many of its devices are silent …
    public var segmentDevices: Int
    /// … and this share of them, in percent.
    public var segmentPercent: Int
    /// An incident that has recovered is closed when nothing came back for so long.
    public var quiet: Span64
    public init(window: Span64, settle: Span64, segmentDevices: Int, segmentPercent: Int, quiet: Span64) {
      self.window = window
      self.settle = settle
      self.segmentDevices = segmentDevices
      self.segmentPercent = segmentPercent
      self.quiet = quiet
    }
  }

  /// When many alarms are a flood.
  public struct Flood: Hashable, Sendable {
    public var interval: Span64
    /// More than this in an interval begin it.
    public var startAbove: Int
    /// Fewer than this in an interval end it.
    public var endBelow: Int
    /// An hour with more than this is busy.
    public var hourAbove: Int
    public init(interval: Span64, startAbove: Int, endBelow: Int, hourAbove: Int) {
      self.interval = interval
      self.startAbove = startAbove
      self.endBelow = endBelow
      self.hourAbove = hourAbove
    }
  }

  public struct Chattering: Hashable, Sendable {
    public var activations: Int
    public var window: Span64
    public init(activations: Int, window: Span64) {
      self.activations = activations
      self.window = window
    }
  }

  /// A figure of the performance of the alarm system and what is aimed at.
  public struct Target: Hashable, Sendable {
    public var metric: String
    public var atMost: Double
    /// What can just be managed, for rates.
    public var manageable: Double?
    /// How well it is founded: `verified`, `memory-high` …
    public var status: String
    /// Those that are measured.
    public static let metrics = [
      "alarms-per-day", "alarms-per-hour", "alarms-per-10-minutes", "percent-10-minutes-above-10",
      "percent-hours-above-30", "maximum-in-10-minutes", "percent-time-in-flood", "top-10-share-percent", "chattering",
      "stale", "percent-low", "percent-medium", "percent-high",
    ]

    public init(metric: String, atMost: Double, manageable: Double?, status: String) {
      self.metric = metric
      self.atMost = atMost
      self.manageable = manageable
      self.status = status
    }
  }

  /// Where the defaults come from.
  public var table: String
  /// The first that matches a rule counts; the last matches all.
  public var classes: [Class]
  public var priorities: [Row]
  public var segments: [Segment] = []
  public var supplies: [Supply] = []
  public var suppressions: [Suppression] = []
  public var grouping: Grouping
  public var flood: Flood
  public var chattering: Chattering
  public var staleAfter: Span64
  public var longestShelving: Span64
  public var targets: [Target] = []
  public var safety: [SafetyCondition] = []
  public var limits: [LimitKind] = []
  public var guides: [Guide] = []
  /// What people read, unless they or a route say otherwise.
  public var language = Language.english
  /// nil = nothing becomes work.
  public var workOrders: WorkOrders?
  public var routes: [Route] = []
  public var lights: [StackLight] = []

  public init(
    table: String, classes: [Class], priorities: [Row], grouping: Grouping, flood: Flood, chattering: Chattering,
    staleAfter: Span64, longestShelving: Span64
  ) {
    self.table = table
    self.classes = classes
    self.priorities = priorities
    self.grouping = grouping
    self.flood = flood
    self.chattering = chattering
    self.staleAfter = staleAfter
    self.longestShelving = longestShelving
  }

  public func priority(_ severity: Finding.Severity, _ criticality: Asset.Criticality) -> Priority? {
    priorities.first { $0.severity == severity && $0.criticality == criticality }?.priority
  }
}

extension AlarmSettings {
  /// How findings of a rule are treated; nil = they are no alarms.
  public func `class`(of rule: String) -> Class? {
    classes.first { kind in kind.rules.contains { Wildcard.matches(rule, $0) } }
  }
}
