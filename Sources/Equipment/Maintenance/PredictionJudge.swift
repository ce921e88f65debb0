import Rules
import Telemetry

/// Holds what was predicted against what people recorded.
///
/// * A record speaks of the prediction that its finding or its fault names, or else of the one that stood first when the
///   work was done (or the machine failed). What it does not say whether it was there, is not judged.
/// * The window that counts is the one that was told `notice` before the machine failed, or else the first one: what is
///   said at the last moment helps nobody. What was not told at all by then is late.
/// * The newest record that speaks of a prediction decides, up to the first one that judges it and renews the machine:
///   what is found or fails later is of the machine as it is since.
public struct PredictionJudge: Sendable {
  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// It was there, and found in time, or failed within its window.
    case hit
    /// It was there, but failed behind its window, or had not failed by then: warned too early.
    case early
    /// It was there, but failed before its window, before the first warning, or sooner after it than `notice`.
    case late
    /// It was not there.
    case `false`
    /// It was there, and nothing had told it.
    case missed
  }

  public struct Judgement: Hashable, Sendable {
    /// Id of the record.
    public var record: String
    /// Name of the machine.
    public var machine: String
    public var fault: String
    public var verdict: Verdict
    /// Position in the machine's predictions; nil for what was missed.
    public var prediction: Int?
    /// From the first warning to the failure, or to the work; nil for what was missed.
    public var notice: Span64?
    /// What had been predicted.
    public var window: Prediction.Point?
  }

  /// By the time of the work.
  ///
  /// - Parameter notice: `MaintenanceSettings.notice`.
  public static func judge(_ history: MaintenanceHistory, notice: Span64) -> [Judgement] {
    let records = history.inForce
    let names = Set(records.map(\.asset)).sorted()
    let judged = names.flatMap { name in
      judge(
        history.machine(name) ?? MaintenanceHistory.Machine(name: name), records.filter { $0.asset == name },
        notice: notice)
    }
    let order = Dictionary(zip(records.map(\.id), records.indices), uniquingKeysWith: { first, _ in first })
    return judged.enumerated().sorted {
      (order[$0.element.record] ?? 0, $0.offset) < (order[$1.element.record] ?? 0, $1.offset)
    }.map(\.element)
  }

  /// - Parameter records: of the machine, in force, by the time of the work.
  static func judge(
    _ machine: MaintenanceHistory.Machine, _ records: [MaintenanceRecord], notice: Span64
  ) -> [Judgement] {
    var judgements: [Judgement] = []
    /// Predictions that are judged for good.
    var settled: Set<Int> = []
    func add(_ judgement: Judgement) {
      if let prediction = judgement.prediction { judgements.removeAll { $0.prediction == prediction } }
      judgements.append(judgement)
    }
    for record in records {
      defer {
        if record.renews {
          // And the others of the same faults: a prediction may have been interrupted.
          let faults = Set(judgements.compactMap(\.prediction).map { machine.predictions[$0].fault })
          settled.formUnion(
            machine.predictions.indices.filter {
              machine.predictions[$0].opened <= record.time && faults.contains(machine.predictions[$0].fault)
            })
        }
      }
      let place = place(of: record, in: machine, settled)
      // That a machine has failed is an answer, too.
      guard let found = record.found ?? (record.failed == nil ? nil : .yes) else { continue }
      switch found {
      case .yes: add(confirmed(record, place, machine, fault: record.fault, notice))
      case .no:
        guard let place else { continue }
        add(judgement(record, place, machine, .false, notice))
      case .other(let what):
        if let place, machine.predictions[place].fault != what {
          add(judgement(record, place, machine, .false, notice))
        }
        add(confirmed(record, told(what, record, in: machine, settled), machine, fault: what, notice))
      }
    }
    return judgements
  }

  private static func confirmed(
    _ record: MaintenanceRecord, _ place: Int?, _ machine: MaintenanceHistory.Machine, fault: String?,
    _ notice: Span64
  ) -> Judgement {
    guard let place else {
      return Judgement(
        record: record.id, machine: machine.name, fault: fault ?? "unknown", verdict: .missed, prediction: nil,
        notice: nil, window: nil)
    }
    let prediction = machine.predictions[place]
    let end = record.failed ?? record.time
    let window = window(prediction, before: end, notice)
    var verdict = Verdict.hit
    if record.failed != nil, end - notice < prediction.opened {
      verdict = .late
    } else if let window, let p10 = window.p10, let p90 = window.p90 {
      if record.failed != nil, end < p10 { verdict = .late }
      if p90 < end { verdict = .early }
    }
    return judgement(record, place, machine, verdict, notice)
  }

  private static func judgement(
    _ record: MaintenanceRecord, _ place: Int, _ machine: MaintenanceHistory.Machine, _ verdict: Verdict,
    _ notice: Span64
  ) -> Judgement {
    let prediction = machine.predictions[place]
    let end = record.failed ?? record.time
    return Judgement(
      record: record.id, machine: machine.name, fault: prediction.fault, verdict: verdict, prediction: place,
      notice: end - prediction.opened, window: window(prediction, before: end, notice))
  }

  private static func window(
    _ prediction: Prediction, before end: Timestamp, _ notice: Span64
  ) -> Prediction.Point? {
    prediction.said(at: end - notice) ?? prediction.points.first
  }

  // MARK: Which prediction a record speaks of

  private static func place(
    of record: MaintenanceRecord, in machine: MaintenanceHistory.Machine, _ settled: Set<Int>
  ) -> Int? {
    if let fault = record.fault { return told(fault, record, in: machine, settled) }
    let at = record.time
    let open = machine.predictions.indices.filter { !settled.contains($0) }
    func first(_ accepts: (Prediction) -> Bool) -> Int? {
      open.filter { accepts(machine.predictions[$0]) }
        .min { rank(machine.predictions[$0], at) < rank(machine.predictions[$1], at) }
    }
    if let finding = record.finding {
      // It may be over when somebody comes to look: then the one that was told last.
      return first { $0.finding == finding && $0.isTold(at: at) }
        ?? open.last {
          machine.predictions[$0].finding == finding && machine.predictions[$0].opened <= at
        }
    }
    return first { $0.isTold(at: at) }
  }

  static func rank(_ prediction: Prediction, _ time: Timestamp) -> (Int, Double) {
    (prediction.rank, -(prediction.said(at: time)?.score ?? 0))
  }

  /// The newest prediction of a fault that was told when the machine was worked on, or not long before.
  private static func told(
    _ fault: String, _ record: MaintenanceRecord, in machine: MaintenanceHistory.Machine, _ settled: Set<Int>
  ) -> Int? {
    machine.predictions.indices.last {
      let prediction = machine.predictions[$0]
      return !settled.contains($0) && prediction.fault == fault && prediction.opened <= record.time
        && prediction.ended.map { record.time - $0 <= memory } ?? true
    }
  }

  /// A prediction that was taken back is not forgotten for so long.
  private static let memory = Span64.days(30)
}

/// How good the predictions were.
public struct PredictionFigures: Hashable, Sendable {
  public var hits = 0
  public var early = 0
  public var late = 0
  public var falseAlarms = 0
  public var missed = 0
  /// Predictions that are over or whose time has passed, and of which no record says whether they were right.
  public var unchecked = 0
  /// Median time from the first warning to the failure or the work, of those that were right; nil without one.
  public var notice: Span64?

  public init() {}

  public init(_ judgements: [PredictionJudge.Judgement]) {
    for judgement in judgements {
      switch judgement.verdict {
      case .hit: hits += 1
      case .early: early += 1
      case .late: late += 1
      case .false: falseAlarms += 1
      case .missed: missed += 1
      }
    }
    let notices = judgements.filter { $0.verdict != .false }.compactMap(\.notice).sorted()
    notice = notices.isEmpty ? nil : notices[notices.count / 2]
  }

  /// With what nobody has looked into.
  ///
  /// - Parameters:
  ///   - machine: name of the one whose predictions count; nil = of all.
  ///   - notice: `MaintenanceSettings.notice`.
  public init(_ history: MaintenanceHistory, of machine: String? = nil, now: Timestamp, notice: Span64) {
    let judgements = PredictionJudge.judge(history, notice: notice).filter { machine == nil || $0.machine == machine }
    self.init(judgements)
    for machine in history.machines.filter({ machine == nil || $0.name == machine }) {
      let judged = Set(judgements.filter { $0.machine == machine.name }.compactMap(\.prediction))
      unchecked += machine.predictions.indices.count { place in
        let prediction = machine.predictions[place]
        // The fault that stood first is the prediction; the others are what else it could be.
        guard prediction.rank == 0, !judged.contains(place) else { return false }
        return prediction.ended != nil || prediction.last.p90.map { $0 < now } ?? false
      }
    }
  }

  /// The fault was there.
  public var right: Int { hits + early + late }
  /// Share of the predictions that were right, of those that were checked; nil without one.
  public var precision: Double? { Self.share(right, of: right + falseAlarms) }
  /// Share of the faults that were found which had been predicted; nil without one.
  public var recall: Double? { Self.share(right, of: right + missed) }
  /// Share of the right ones that came in their window, or were found before it; nil without one.
  public var inTime: Double? { Self.share(hits, of: right) }

  private static func share(_ part: Int, of whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
  }
}
