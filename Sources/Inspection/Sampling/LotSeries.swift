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

    /// What it says about the lots to come, and from when on.
    fileprivate var step: Step? {
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
  fileprivate struct Step: Hashable {
    var time: Timestamp
    var lot: String
    var result: SamplingSwitch.Result?
  }

  /// Lots that can still be restated; older ones stand as they are.
  static let kept = 50

  /// By their first pieces.
  public private(set) var lots: [Lot] = []
  /// How strictly the next lot is inspected, and since when.
  public private(set) var now = SamplingSwitch()
  public private(set) var since: Timestamp?
  /// Before the first of `lots` began.
  private var base = SamplingSwitch()
  private var baseSince: Timestamp?
  /// What is not in `base` yet and not in `lots`.
  private var steps: [Step] = []

  public init() {}

  func lot(_ name: String) -> Lot? { lots.first { $0.name == name } }

  /// Older lots than those that are kept are not taken up again.
  func isForgotten(_ name: String, start: Timestamp) -> Bool {
    lots.count >= Self.kept && lot(name) == nil && lots.first.map { start < $0.start } ?? false
  }

  // MARK: What happens

  /// - Parameter sample: of any lot.
  /// - Returns: names of lots that are forgotten from now on.
  mutating func add(
    _ name: String, _ plan: LotPlan, table: SamplingTable, sample: (String) throws -> LotSample?
  ) throws -> [String] {
    guard let own = try sample(name), let start = own.start, let station = own.station else { return [] }
    var lot =
      lot(name)
      ?? Lot(
        name: name, start: start, station: station,
        outcome: LotOutcome(own, size: nil, plan, table: table, severity: .normal), limit: plan.limit,
        level: plan.level)
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
    guard let place = lots.firstIndex(where: { $0.name == name }) else { return false }
    if word.kind == .settled { lots[place].settled = word } else { lots[place].word = word }
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

  mutating func issued(_ name: String, revision: Int, body: UInt64) {
    guard let place = lots.firstIndex(where: { $0.name == name }) else { return }
    lots[place].revision = revision
    lots[place].body = body
  }
}

// MARK: - Coding

extension LotSeries {
  public var bytes: [UInt8] {
    var writer = ByteWriter()
    for (state, since) in [(now, since), (base, baseSince)] {
      state.encode(into: &writer)
      writer.optional(since)
    }
    writer.varint(steps.count)
    for step in steps {
      writer.timestamp(step.time)
      writer.string(step.lot)
      writer.boolean(step.result != nil)
      guard let result = step.result else { continue }
      writer.boolean(result.accepted)
      writer.zigzag(Int64(result.accept ?? -1))
      writer.boolean(result.tighterAccepts)
    }
    writer.varint(lots.count)
    for lot in lots { lot.encode(into: &writer) }
    return writer.bytes
  }

  public init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    now = try SamplingSwitch(from: &reader)
    since = try reader.optionalTimestamp()
    base = try SamplingSwitch(from: &reader)
    baseSince = try reader.optionalTimestamp()
    for _ in 0..<(try reader.count()) {
      var step = Step(time: try reader.timestamp(), lot: try reader.string(), result: nil)
      if try reader.boolean() {
        var result = SamplingSwitch.Result(accepted: try reader.boolean())
        let accept = Int(try reader.zigzag())
        result.accept = accept < 0 ? nil : accept
        result.tighterAccepts = try reader.boolean()
        step.result = result
      }
      steps.append(step)
    }
    for _ in 0..<(try reader.count()) { lots.append(try Lot(from: &reader)) }
  }
}

extension LotSeries.Word {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.string(kind.rawValue)
    writer.timestamp(time)
    writer.string(person)
    writer.string(reason)
  }

  fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let kind = Kind(rawValue: try reader.string()) else {
      throw ByteReaderError(offset: reader.offset, expected: "what a person said of a lot")
    }
    self.init(
      kind: kind, time: try reader.timestamp(), person: try reader.string(), reason: try reader.string())
  }
}

extension LotSeries.Lot {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.string(name)
    writer.timestamp(start)
    writer.varint(size ?? 0)
    writer.string(station)
    writer.string(limit)
    writer.string(level.rawValue)
    for word in [word, settled] {
      writer.boolean(word != nil)
      word?.encode(into: &writer)
    }
    writer.zigzag(Int64(revision ?? -1))
    writer.fixed64(body)
    outcome.encode(into: &writer)
  }

  fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
    name = try reader.string()
    start = try reader.timestamp()
    let size = try reader.integer()
    self.size = size > 0 ? size : nil
    station = try reader.string()
    limit = try reader.string()
    guard let level = SamplingTable.Level(rawValue: try reader.string()) else {
      throw ByteReaderError(offset: reader.offset, expected: "an inspection level")
    }
    self.level = level
    if try reader.boolean() { word = try LotSeries.Word(from: &reader) }
    if try reader.boolean() { settled = try LotSeries.Word(from: &reader) }
    let revision = Int(try reader.zigzag())
    self.revision = revision < 0 ? nil : revision
    body = try reader.fixed64()
    outcome = try LotOutcome(from: &reader)
  }
}

extension LotOutcome {
  fileprivate func encode(into writer: inout ByteWriter) {
    writer.string(severity.rawValue)
    writer.boolean(plan != nil)
    if let plan {
      writer.string(plan.codeLetter)
      writer.string(plan.planLetter)
      for number in [plan.size, plan.accept, plan.reject] { writer.varint(number) }
      writer.boolean(plan.isWhole)
    }
    writer.optional(obstacle)
    writer.varint(inspected)
    writer.varint(nonconforming)
    writer.varint(units.count)
    for unit in units { writer.string(unit) }
    switch disposition {
    case .accepted: writer.byte(0)
    case .refused: writer.byte(1)
    case .undecided: writer.byte(2)
    case .inspect(let more):
      writer.byte(3)
      writer.varint(more)
    }
    writer.optional(decided)
    writer.boolean(tighterAccepts)
  }

  fileprivate init(from reader: inout ByteReader) throws(ByteReaderError) {
    guard let severity = SamplingSwitch.State(rawValue: try reader.string()) else {
      throw ByteReaderError(offset: reader.offset, expected: "a state of inspection")
    }
    self.severity = severity
    if try reader.boolean() {
      plan = SamplingPlan(
        codeLetter: try reader.string(), planLetter: try reader.string(), size: try reader.integer(),
        accept: try reader.integer(), reject: try reader.integer(), isWhole: try reader.boolean())
    }
    obstacle = try reader.optionalString()
    inspected = try reader.integer()
    nonconforming = try reader.integer()
    for _ in 0..<(try reader.count()) { units.append(try reader.string()) }
    switch try reader.byte() {
    case 0: disposition = .accepted
    case 1: disposition = .refused
    case 2: disposition = .undecided
    case 3: disposition = .inspect(try reader.integer())
    default: throw ByteReaderError(offset: reader.offset, expected: "what becomes of a lot")
    }
    decided = try reader.optionalTimestamp()
    tighterAccepts = try reader.boolean()
  }
}
