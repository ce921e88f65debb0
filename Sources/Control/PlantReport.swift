/// The report of a shift, day, week or month on one page: figures, what changed, what is wrong, and what to do.
public struct PlantReport: Codable, Hashable, Sendable {
  public enum Span: String, Codable, Hashable, Sendable, CaseIterable {
    case shift, day, week, month

    /// What it is about if nothing else is asked for: the last one that is complete.
    public var usualPeriod: String {
      switch self {
      case .shift: "last-shift"
      case .day: "yesterday"
      case .week: "last-week"
      case .month: "last-month"
      }
    }
  }

  public struct Section: Codable, Hashable, Sendable {
    /// For programs: `energy`, `cost`, `demand`, `emissions`, `areas`, `budgets`, `effectiveness`, `findings`, `proposals`.
    public var key: String
    /// For people.
    public var title: String
    public var table: ReportTable?
    /// One sentence each.
    public var lines: [String]

    public init(_ key: String, _ title: String, table: ReportTable? = nil, lines: [String] = []) {
      self.key = key
      self.title = title
      self.table = table
      self.lines = lines
    }
  }

  public var gateway: String
  public var span: Span
  /// Half-open, with the plant's offset; of a period under way what of it is over.
  public var start: String
  public var end: String
  /// What it is compared with.
  public var beforeStart: String
  public var beforeEnd: String
  public var sections: [Section]
  /// What the reader must know of all of it.
  public var notes: [String]

  public init(
    gateway: String, span: Span, start: String, end: String, beforeStart: String, beforeEnd: String,
    sections: [Section], notes: [String]
  ) {
    self.gateway = gateway
    self.span = span
    self.start = start
    self.end = end
    self.beforeStart = beforeStart
    self.beforeEnd = beforeEnd
    self.sections = sections
    self.notes = notes
  }
}
