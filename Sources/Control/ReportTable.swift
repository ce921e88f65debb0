/// A table of figures for a period. Figures are exact decimals as text, or absent where there is no figure; a column may
/// have words instead.
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
    /// True where the cells are words; nil: figures.
    public var text: Bool?
    /// True where it is for programs (JSON, CSV) alone; nil: people are shown it, too.
    public var detail: Bool?

    public init(
      _ key: String, title: String, unit: String, places: Int, hasBar: Bool = false, detail: Bool = false
    ) {
      self.key = key
      self.title = title
      self.unit = unit
      self.places = places
      self.hasBar = hasBar
      if detail { self.detail = true }
    }

    /// Of words.
    public static func words(_ key: String, title: String, detail: Bool = false) -> Column {
      var column = Column(key, title: title, unit: "", places: 0, detail: detail)
      column.text = true
      return column
    }

    public var isText: Bool { text ?? false }
    public var isDetail: Bool { detail ?? false }
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
  /// Of inspection: which chart (`p`, `u`, `imr` …), of which measured value, of which parts (`product=X200`), and of the
  /// stations of which line.
  public var chart: String?
  public var value: String?
  public var parts: String?
  public var line: String?

  public init(
    subject: Subject, by: String? = nil, period: String = "today", method: String? = nil, asset: String? = nil,
    hours: Int? = nil, defect: String? = nil, chart: String? = nil, value: String? = nil, parts: String? = nil,
    line: String? = nil
  ) {
    self.subject = subject
    self.by = by
    self.period = period
    self.method = method
    self.asset = asset
    self.hours = hours
    self.defect = defect
    self.chart = chart
    self.value = value
    self.parts = parts
    self.line = line
  }
}
