import Telemetry

/// Who is told of what, and which incidents become work.
extension AlarmSettings {
  /// To which destinations incidents are told, when, and how often.
  public struct Route: Hashable, Sendable {
    /// What is told of an incident.
    public enum Event: String, Hashable, Sendable, CaseIterable {
      /// It is announced, or has become more urgent.
      case opened
      case recovered
    }

    public var name: String
    /// Names of destinations that take notifications.
    public var to: [String]
    /// Not empty.
    public var priorities: [Priority]
    /// Only what stands there; nil = anywhere.
    public var place: String?
    /// Patterns of the ids of assets; incidents about no asset match `*` only.
    public var assets: [String]
    /// Only during these shifts; empty = always.
    public var shifts: [String]
    /// An escalation: only incidents that nobody has acknowledged for so long.
    public var after: Span64
    /// Told again as long as nobody has acknowledged it; nil = once.
    public var again: Span64?
    /// At most so many within a time; the rest is told together at its end. Safety is never held back.
    public var atMost: Int
    public var within: Span64
    /// What comes back again and again is told as begun twice in this time at most; safety always.
    public var returns: Span64
    public var events: [Event]
    /// nil = that of the site.
    public var language: Language?

    public init(
      name: String, to: [String], priorities: [Priority], place: String?, assets: [String], shifts: [String],
      after: Span64, again: Span64?, atMost: Int, within: Span64, returns: Span64,
      events: [Event], language: Language?
    ) {
      self.name = name
      self.to = to
      self.priorities = priorities
      self.place = place
      self.assets = assets
      self.shifts = shifts
      self.after = after
      self.again = again
      self.atMost = atMost
      self.within = within
      self.returns = returns
      self.events = events
      self.language = language
    }
  }

  /// A stack light or horn that shows the most urgent open incident of a place.
  public struct StackLight: Hashable, Sendable {
    /// Name of a destination that takes notifications.
    public var to: String
    public var place: String?
    public init(to: String, place: String?) {
      self.to = to
      self.place = place
    }
  }

  /// Which causes become work orders.
  public struct WorkOrders: Hashable, Sendable {
    /// A failure that is predicted (its 10 % point) within this time; nil = as `maintenance: horizons:` says.
    public var horizon: Span64?
    /// Incidents of these priorities.
    public var priorities: [Priority]
    /// Topic on which a maintenance system tells the state of orders; nil = none.
    public var statusTopic: String?
    /// Brokers that have this topic; empty = the first.
    public var statusBrokers: [String]
    public init(
      horizon: Span64?, priorities: [Priority], statusTopic: String? = nil, statusBrokers: [String] = []
    ) {
      self.horizon = horizon
      self.priorities = priorities
      self.statusTopic = statusTopic
      self.statusBrokers = statusBrokers
    }
  }
}
