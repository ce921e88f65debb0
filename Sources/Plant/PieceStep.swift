import Telemetry

/// Pieces that a machine reported: counted between two readings, or one unit at an instant.
public struct PieceStep: Hashable, Sendable {
  /// The reading before; `time` itself for what happened at an instant.
  public var since: Timestamp
  public var time: Timestamp
  /// Negative where a later word corrects an earlier one.
  public var good: Int64
  public var scrap: Int64

  public init(since: Timestamp? = nil, time: Timestamp, good: Int64, scrap: Int64) {
    self.since = since ?? time
    self.time = time
    self.good = good
    self.scrap = scrap
  }

  /// What the readings of a counter say, each as what was counted since the one before it. A counter that stands lower
  /// than before has begun anew.
  ///
  /// - Parameter readings: by time, beginning with the last one before the window.
  public static func counted(
    _ readings: [(time: Timestamp, value: Int64)]
  ) -> [(since: Timestamp, time: Timestamp, count: Int64)] {
    zip(readings, readings.dropFirst()).compactMap { before, now in
      // Nor can one be believed that is farther up than a counter can be.
      let (difference, overflow) = now.value.subtractingReportingOverflow(before.value)
      let count = now.value >= before.value && !overflow ? difference : max(0, now.value)
      return count > 0 ? (before.time, now.time, count) : nil
    }
  }
}

/// One visit of a unit (a part with a serial number) at a station.
public struct UnitVisit: Hashable, Sendable {
  public var time: Timestamp
  public var identity: UInt64
  public var unit: String?
  public var step: String?
  /// From 1.
  public var attempt: Int
  public var verdict: String
  public var defects: [String]

  /// Nil for an event without a verdict.
  public init?(_ event: Event) {
    guard let verdict = event.first("verdict") else { return nil }
    time = event.time
    identity = event.identity
    unit = event.first("unit")
    step = event.first("step")
    attempt = max(1, event.first("attempt").flatMap { Int($0) } ?? 1)
    self.verdict = verdict
    defects = event.all("defect")
  }

  public static let good = "OK"
  public static let bad = "NG"

  /// What the visit changes in the counts of good and scrapped pieces. A later attempt corrects the one before it: a
  /// unit counts once, as its last attempt says. Other verdicts (unsure, rework, bypass) decide nothing.
  public var change: PieceStep? {
    switch (verdict, attempt) {
    case (Self.good, 1): PieceStep(time: time, good: 1, scrap: 0)
    case (Self.good, _): PieceStep(time: time, good: 1, scrap: -1)
    case (Self.bad, 1): PieceStep(time: time, good: 0, scrap: 1)
    default: nil
    }
  }
}

/// What became of a unit: its visits by station's step, each as its last attempt says.
public struct UnitHistory: Hashable, Sendable {
  public var unit: String
  /// By (time, identity).
  public private(set) var visits: [UnitVisit]

  /// - Parameter visits: of this unit, in any order.
  public init(unit: String, visits: [UnitVisit]) {
    self.unit = unit
    self.visits = visits.sorted { ($0.time, $0.identity) < ($1.time, $1.identity) }
  }

  /// The last verdict of each step, by the time of that verdict.
  public var results: [UnitVisit] {
    var last: [String: UnitVisit] = [:]
    for visit in visits {
      let step = visit.step ?? ""
      if let before = last[step], before.attempt > visit.attempt { continue }
      last[step] = visit
    }
    return last.values.sorted { ($0.time, $0.identity) < ($1.time, $1.identity) }
  }

  /// Good if no step's last verdict is bad and one is good.
  public var isGood: Bool {
    let results = results
    return results.contains { $0.verdict == UnitVisit.good } && !results.contains { $0.verdict == UnitVisit.bad }
  }
}
