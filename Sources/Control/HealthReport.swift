/// `weir health`: the machines, and what they make of lines, areas and the site.
public struct HealthReport: Codable, Sendable {
  /// Machines of one place taken together.
  public struct Group: Codable, Sendable {
    /// `site`, `site/area`, or `site/area/line`.
    public var place: String
    /// 0…100: the weakest machine decides, weighed by its criticality; nil while nothing is known.
    public var health: Double?
    /// The machine that decides; nil if all are well.
    public var weakest: String?
    public var machines: Int
    /// Of how many the health is known.
    public var known: Int
    /// What the least healthy machines take away, the largest first; the first decides.
    public var parts: [HealthLine.Part] = []
    public init(place: String, health: Double?, weakest: String?, machines: Int, known: Int) {
      self.place = place
      self.health = health
      self.weakest = weakest
      self.machines = machines
      self.known = known
    }
  }

  /// What happened to one machine.
  public struct Event: Codable, Sendable {
    /// Plant-local.
    public var time: String
    /// `finding`, or `maintenance`.
    public var kind: String
    /// Of a finding: `info`, `warning`, `critical`.
    public var severity: String?
    public var text: String
    /// When a finding was over; nil = it is open.
    public var closed: String?
    public init(time: String, kind: String, severity: String?, text: String, closed: String?) {
      self.time = time
      self.kind = kind
      self.severity = severity
      self.text = text
      self.closed = closed
    }
  }

  /// In the order of their places, larger ones before what is in them.
  public var groups: [Group]
  /// The least healthy first.
  public var machines: [HealthLine]
  /// Of one machine that was asked for, the newest first.
  public var history: [Event]
  public init(groups: [Group], machines: [HealthLine], history: [Event] = []) {
    self.groups = groups
    self.machines = machines
    self.history = history
  }
}
