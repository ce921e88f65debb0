/// A table of figures for a period. Figures are exact decimals as text, or absent where there is no figure.
public struct ReportTable: Codable, Hashable, Sendable {
  public struct Column: Codable, Hashable, Sendable {
    /// For programs: `energy`.
    public var key: String
    /// For people: `energy`.
    public var title: String
    /// `kWh`; empty for none.
    public var unit: String
    /// Digits behind the point that people are shown; the figure itself is not rounded.
    public var places: Int
    /// The column that the bars show.
    public var hasBar: Bool

    public init(_ key: String, title: String, unit: String, places: Int, hasBar: Bool = false) {
      self.key = key
      self.title = title
      self.unit = unit
      self.places = places
      self.hasBar = hasBar
    }
  }

  public struct Row: Codable, Hashable, Sendable {
    public var name: String
    /// One for each column; nil = no figure.
    public var figures: [String?]
    /// Why figures are missing, or what stands beside them.
    public var note: String?

    public init(name: String, figures: [String?], note: String? = nil) {
      self.name = name
      self.figures = figures
      self.note = note
    }
  }

  public var title: String
  /// What the rows are: `asset`, `area`, `carrier` …
  public var by: String
  /// The period, half-open, with the plant's offset.
  public var start: String
  public var end: String
  public var columns: [Column]
  public var rows: [Row]
  /// Not always the sum of the rows: what is metered twice counts once.
  public var total: Row?
  /// What the reader must know: what is provisional, missing, left out.
  public var notes: [String]

  public init(
    title: String, by: String, start: String, end: String, columns: [Column], rows: [Row], total: Row?,
    notes: [String]
  ) {
    self.title = title
    self.by = by
    self.start = start
    self.end = end
    self.columns = columns
    self.rows = rows
    self.total = total
    self.notes = notes
  }
}

/// What a report is asked for.
public struct ReportQuery: Codable, Hashable, Sendable {
  public enum Subject: String, Codable, Hashable, Sendable {
    case energy, carbon, forecast, series
    case balance, idle, performance
    case factors, targets, budgets
    case oee
    case inspection
    case alarms
  }
  public var subject: Subject
  /// `asset`, `area` …; nil = what the subject shows by itself.
  public var by: String?
  /// `today`, `2026-10`, `2026-10-01..2026-10-08` …
  public var period: String
  /// Of carbon: `ghgp_location` …; nil = the first configured.
  public var method: String?
  /// Of a forecast: whose load, and how many hours.
  public var asset: String?
  public var hours: Int?
  /// Of a station's chart: the defect code.
  public var defect: String?

  public init(
    subject: Subject, by: String? = nil, period: String = "today", method: String? = nil, asset: String? = nil,
    hours: Int? = nil, defect: String? = nil
  ) {
    self.subject = subject
    self.by = by
    self.period = period
    self.method = method
    self.asset = asset
    self.hours = hours
    self.defect = defect
  }
}
