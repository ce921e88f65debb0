import Telemetry

/// A control chart of the windows of a period: its points, limits and the rules that they break.
///
/// Centre and limits are those of a frozen baseline where one is given, else they are estimated over the shown windows
/// (phase I): a point beyond them says that the windows have no common level, not that one has left a known level.
public struct QualityChart: Hashable, Sendable {
  /// A rule that a point breaks.
  public struct Signal: Hashable, Sendable {
    /// `N1`, `WE4`, `EWMA`, `CUSUM`, `MR`, `S`.
    public var code: String
    public var text: String

    public init(code: String, text: String) {
      self.code = code
      self.text = text
    }

    init(_ rule: RunRule) { self.init(code: rule.rawValue, text: rule.text) }
  }

  /// A second figure of a point, with its own limits: moving range or standard deviation.
  public struct Spread: Hashable, Sendable {
    public var value: Double
    public var lower: Double?
    public var centre: Double?
    public var upper: Double?
  }

  public struct Point: Hashable, Sendable {
    public var start: Timestamp
    public var end: Timestamp
    /// What was counted; nil of measured values.
    public var count: Int?
    /// Parts, or measured values.
    public var size: Int
    /// What the chart shows.
    public var value: Double
    public var lower: Double?
    public var centre: Double?
    public var upper: Double?
    /// Distance from the centre in standard deviations.
    public var z: Double?
    public var spread: Spread?
    public var signals: [Signal] = []
  }

  public var kind: ChartKind
  public var points: [Point] = []
  /// Where centre and limits come from, or why there are none.
  public var notes: [String] = []

  /// Limits of fewer subgroups than this are preliminary (AIAG, SPC reference manual: 25).
  static let enough = 25
  /// Of the EWMA: a false alarm once in 500 points (Lucas and Saccucci 1990).
  static let ewma = (weight: 0.25, width: 2.998)

  init(_ kind: ChartKind) { self.kind = kind }

  mutating func sayPhase(_ count: Int, _ what: String = "subgroups") {
    notes.append(
      "limits estimated over the \(count) shown \(what) (phase I): there is no frozen baseline of this series"
        + (count < Self.enough ? "; of fewer than \(Self.enough) they are preliminary" : ""))
  }
}
