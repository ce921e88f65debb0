import Telemetry
import Templates

/// The lots of one supplier or product under one plan, and how strictly the next one is inspected.
///
/// A fold over the lots in the order in which their first pieces were seen: a lot is inspected as those had it that were
/// decided before it began. So a restated lot changes what follows from it, and nothing depends on when something came.
public struct LotSeries: Hashable, Sendable {
  /// What a person said of a lot.
  public struct Word: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable { case accepted, refused, settled }
    public var kind: Kind
    public var time: Timestamp
    public var person: String
    public var reason: String
  }

  public struct Lot: Hashable, Sendable {
    public var name: String
    public var start: Timestamp
    public var size: Int?
    /// The station that saw its first piece.
    public var station: String
    public var outcome: LotOutcome
    /// The person's decision where the table had none.
    public var word: Word?
    /// Somebody has dealt with the refused lot.
    public var settled: Word?
    /// Acceptance quality limit and level by which it was judged first.
    var limit: String
    var level: SamplingTable.Level
    /// Of its record.
    var revision: Int?
    var body: UInt64 = 0

    /// By the table, or else by a person.
    public var disposition: LotOutcome.Disposition {
      guard outcome.disposition == .undecided, let word else { return outcome.disposition }
      return word.kind == .accepted ? .accepted : .refused
    }

    /// Somebody has to do something about it.
    var isOpen: Bool { disposition == .undecided || (disposition == .refused && settled == nil) }

    mutating func say(_ word: Word) {
      if word.kind == .settled { settled = word } else { self.word = word }
    }

    /// What it says about the lots to come, and from when on.
    var step: Step? {
      switch (disposition, outcome.disposition) {
      case (.accepted, .undecided), (.refused, .undecided):
        word.map { Step(time: $0.time, lot: name, result: .init(accepted: disposition == .accepted)) }
      case (.accepted, _), (.refused, _):
        outcome.decided.map {
          Step(
            time: $0, lot: name,
            result: .init(
              accepted: disposition == .accepted, accept: outcome.plan?.accept,
              tighterAccepts: outcome.tighterAccepts))
        }
      default: nil
      }
    }
  }

  /// A lot that was decided, or a person who has inspection resumed (no result).
  struct Step: Hashable {
    var time: Timestamp
    var lot: String
    var result: SamplingSwitch.Result?
  }

  /// Lots that can still be restated; older ones stand as they are.
  static let kept = 50
  /// Of those, so many that wait for a person.
  static let mostOlder = 200
  /// Names whose last revision is known: a lot that has one of them again goes on with the next.
  static let mostPast = 500

  /// By their first pieces.
  public internal(set) var lots: [Lot] = []
  /// Lots before them that wait for a person: refused ones that nobody has settled, and undecided ones.
  public internal(set) var older: [Lot] = []
  /// How strictly the next lot is inspected, and since when.
  public internal(set) var now = SamplingSwitch()
  public internal(set) var since: Timestamp?
  /// Before the first of `lots` began.
  var base = SamplingSwitch()
  var baseSince: Timestamp?
  /// What is not in `base` yet and not in `lots`.
  var steps: [Step] = []
  struct Past: Hashable {
    /// Hash of the name.
    var name: UInt64
    var revision: Int
  }
  /// Of lots that are neither in `lots` nor in `older`, the last ones last.
  var past: [Past] = []

  public init() {}

  /// Everything that can be shown, by first pieces.
  public var all: [Lot] { older + lots }

  func lot(_ name: String) -> Lot? { lots.first { $0.name == name } }

  /// Older lots than those that are kept are not taken up again.
  func isForgotten(_ name: String, start: Timestamp) -> Bool {
    guard lot(name) == nil else { return false }
    return older.contains { $0.name == name && $0.isOpen }
      || lots.count >= Self.kept && lots.first.map { start < $0.start } ?? false
  }

  // MARK: What happens

  /// - Parameter sample: of any lot.
  /// - Returns: names of lots that are forgotten from now on.
  mutating func add(
    _ name: String, _ plan: LotPlan, table: SamplingTable, sample: (String) throws -> LotSample?
  ) throws -> [String] {
    guard let own = try sample(name), let start = own.start, let station = own.station else { return [] }
    // What people have settled since is told by now.
    for lot in older where !lot.isOpen { note(lot) }
    older.removeAll { !$0.isOpen }
    var lot =
      lot(name)
      ?? Lot(
        name: name, start: start, station: station,
        outcome: LotOutcome(own, size: nil, plan, table: table, severity: .normal), limit: plan.limit,
        level: plan.level, revision: past.last { $0.name == Self.hash(name) }?.revision)
    lots.removeAll { $0.name == name }
    lot.start = start
    lot.size = own.size ?? plan.size
    lots.insert(lot, at: lots.firstIndex { (start, name) < ($0.start, $0.name) } ?? lots.endIndex)
    try fold(plan, table, again: name, sample)
    var forgotten: [String] = []
    while lots.count > Self.kept { forgotten.append(forget(plan, table)) }
    return forgotten
  }

  /// - Returns: false if there is no such lot.
  mutating func say(
    _ word: Word, lot name: String, _ plan: LotPlan, table: SamplingTable, sample: (String) throws -> LotSample?
  ) throws -> Bool {
    if let place = lots.firstIndex(where: { $0.name == name }) {
      lots[place].say(word)
    } else if let place = older.firstIndex(where: { $0.name == name }) {
      older[place].say(word)
      // A lot that was decided before it left `lots` counts already.
      if word.kind != .settled, let step = older[place].step { steps.append(step) }
    } else {
      return false
    }
    try fold(plan, table, again: nil, sample)
    return true
  }

  mutating func resume(
    at time: Timestamp, _ plan: LotPlan, table: SamplingTable, sample: (String) throws -> LotSample?
  ) throws {
    steps.append(Step(time: time, lot: "", result: nil))
    try fold(plan, table, again: nil, sample)
  }

  // MARK: Fold

  /// - Parameter again: the lot whose sample has changed; the others only if they were inspected otherwise.
  private mutating func fold(
    _ plan: LotPlan, _ table: SamplingTable, again: String?, _ sample: (String) throws -> LotSample?
  ) throws {
    now = base
    since = baseSince
    var open = steps
    for place in lots.indices {
      apply(&open, until: lots[place].start, plan, table)
      if lots[place].name == again || lots[place].outcome.severity != now.state,
        let own = try sample(lots[place].name)
      {
        var judged = plan
        judged.limit = lots[place].limit
        judged.level = lots[place].level
        lots[place].outcome = LotOutcome(own, size: lots[place].size, judged, table: table, severity: now.state)
      }
      if let step = lots[place].step { open.append(step) }
    }
    apply(&open, until: nil, plan, table)
  }

  /// What was decided before `time`, in its order; all for nil.
  private mutating func apply(_ open: inout [Step], until time: Timestamp?, _ plan: LotPlan, _ table: SamplingTable) {
    open.sort { ($0.time, $0.lot) < ($1.time, $1.lot) }
    while let step = open.first, time.map({ step.time <= $0 }) ?? true {
      open.removeFirst()
      let before = now.state
      if let result = step.result {
        now.add(result, table.switching, reduces: plan.allowsReduced)
      } else {
        now.resume()
      }
      if now.state != before { since = step.time }
    }
  }

  private mutating func forget(_ plan: LotPlan, _ table: SamplingTable) -> String {
    let old = lots.removeFirst()
    if let step = old.step { steps.append(step) }
    if old.isOpen {
      older.append(old)
      if older.count > Self.mostOlder { note(older.removeFirst()) }
    } else {
      note(old)
    }
    guard let next = lots.first?.start else { return old.name }
    // What the fold applies before the first lot that is left.
    let state = (now, since)
    now = base
    since = baseSince
    var open = steps
    apply(&open, until: next, plan, table)
    steps = open
    base = now
    baseSince = since
    (now, since) = state
    return old.name
  }

  private mutating func note(_ lot: Lot) {
    guard let revision = lot.revision else { return }
    let name = Self.hash(lot.name)
    past.removeAll { $0.name == name }
    past.append(Past(name: name, revision: revision))
    if past.count > Self.mostPast { past.removeFirst() }
  }

  private static func hash(_ name: String) -> UInt64 {
    var hash = Hash64()
    hash.combine(name)
    return hash.value
  }

  mutating func issued(_ name: String, revision: Int, body: UInt64) {
    if let place = lots.firstIndex(where: { $0.name == name }) {
      lots[place].revision = revision
      lots[place].body = body
    } else if let place = older.firstIndex(where: { $0.name == name }) {
      older[place].revision = revision
      older[place].body = body
    }
  }
}
