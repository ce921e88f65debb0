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
    public init(place: String, health: Double?, weakest: String?, machines: Int, known: Int) {
      self.place = place
      self.health = health
      self.weakest = weakest
      self.machines = machines
      self.known = known
    }
  }

  /// In the order of their places, larger ones before what is in them.
  public var groups: [Group]
  /// The least healthy first.
  public var machines: [HealthLine]
  public init(groups: [Group], machines: [HealthLine]) {
    self.groups = groups
    self.machines = machines
  }
}
