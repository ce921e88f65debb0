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

  /// What the readings of a counter say, each as what was counted since the one before it. Falls are told apart as those of
  /// an energy register without a limit:
  ///
  /// - A fall by up to a tenth, or by one piece, is a dip (a control took a piece back): the level before it stays.
  /// - A counter that fell farther, or to zero, has begun anew and shows what it has counted since.
  /// - Unless it leaps back at once, before it has counted a tenth of its old level: then the fall was none (a control
  ///   showed zero while it started), and what counts is the difference to the level before it. One that makes as much as
  ///   before between two readings cannot be told from that: it is read too seldom.
  ///
  /// - Parameter readings: by time, beginning with those before the window that say whether it has fallen.
  public static func counted(
    _ readings: [(time: Timestamp, value: Int64)]
  ) -> [(since: Timestamp, time: Timestamp, count: Int64)] {
    guard var level = readings.first else { return [] }
    var left: (time: Timestamp, value: Int64)?
    var steps: [(since: Timestamp, time: Timestamp, count: Int64)] = []
    for now in readings.dropFirst() {
      if isDip(now.value, of: level.value) {
        level.time = now.time
        continue
      }
      var count = max(0, now.value)
      if now.value < level.value {
        left = level
      } else if let old = left, isReturn(now.value, from: level.value, to: old.value) {
        steps.removeAll { $0.time > old.time }
        (level.time, count, left) = (old.time, now.value - old.value, nil)
      } else {
        // Nor can one be believed that is farther up than a counter can be.
        let (difference, overflow) = now.value.subtractingReportingOverflow(level.value)
        if !overflow { count = difference }
        // Who counts on after the fall has begun anew.
        if level.value > 0 { left = nil }
      }
      if count > 0 { steps.append((level.time, now.time, count)) }
      level = now
    }
    return steps
  }

  private static func isDip(_ value: Int64, of level: Int64) -> Bool {
    0 < value && value < level && level - value <= max(1, level / 10)
  }

  /// A single piece leaps nowhere.
  private static func isReturn(_ value: Int64, from level: Int64, to old: Int64) -> Bool {
    1 < old && old <= value && level <= old / 10
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

  /// A unit at a step.
  public struct Stage: Hashable, Sendable {
    public var unit: String
    public var step: String
  }

  /// Nil where the unit has no name.
  public var stage: Stage? { unit.map { Stage(unit: $0, step: step ?? "") } }

  /// Other verdicts (unsure, rework, bypass) decide nothing.
  public var decides: Bool { verdict == Self.good || verdict == Self.bad }

  /// What visits change in the counts of good and scrapped pieces. A later attempt corrects the last one that decided: a
  /// unit counts once at each step, as its last attempt says.
  ///
  /// - Parameters:
  ///   - visits: in any order.
  ///   - earlier: the last verdicts before them that decided.
  public static func changes(_ visits: [UnitVisit], after earlier: [Stage: String] = [:]) -> [PieceStep] {
    var last = earlier
    let sorted = visits.filter(\.decides).sorted {
      ($0.time, $0.attempt, $0.identity) < ($1.time, $1.attempt, $1.identity)
    }
    return sorted.compactMap { visit in
      var before: String?
      // Without the unit's name, who comes again was bad.
      if visit.attempt > 1 { before = visit.stage.map { last[$0] } ?? bad }
      if let stage = visit.stage { last[stage] = visit.verdict }
      guard visit.verdict != before else { return nil }
      let corrected: Int64 = before == nil ? 0 : -1
      return visit.verdict == good
        ? PieceStep(time: visit.time, good: 1, scrap: corrected)
        : PieceStep(time: visit.time, good: corrected, scrap: 1)
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
