import Rules
import Telemetry
import Templates

/// The simplest rule that uses everything of the engine: count and sum of all samples and events of an asset in one
/// minute. Windows in which everything came in order are summed on the way, the others from the history.
struct SumRule: AssetRule {
  struct Sum: Hashable {
    var start: Timestamp
    var count = 0
    var sum: Int64 = 0
    var isDirty = false
  }

  static let length = Span64.minutes(1)
  static let lateness = Span64.seconds(30)

  static let factory = RuleFactory(name: "sum") { asset, site in SumRule(asset: asset) }

  private let asset: String
  private let names: [String]
  private let ledger: WindowLedger
  private var schedule = WindowSchedule(length: SumRule.length, lateness: SumRule.lateness)
  private var late = LateWindows()
  private var open: [Sum] = []

  init(asset: Asset) {
    self.asset = asset.id
    names = asset.signals.map(\.name)
    ledger = WindowLedger(
      kind: .signalSummary, asset: asset.id, length: Self.length, retention: TestPlant.horizon)
  }

  static func weight(_ value: Value) -> Int64 {
    switch value {
    case .double(let number): Int64(number)
    case .scaled(let number): number.mantissa
    }
  }

  static func weight(_ event: Event) -> Int64 { event.first("verdict") == "ok" ? 1000 : 2000 }

  static func body(count: Int, sum: Int64) -> [UInt8] {
    JSONValue.object(["count": .integer(Int64(count)), "sum": .integer(sum)]).canonicalBytes()
  }

  func interest(in signal: Int) -> SignalInterest { signal == TestPlant.unwanted ? .none : .count }

  var deadline: Timestamp? {
    switch (late.deadline, schedule.deadline) {
    case (let a?, let b?): min(a, b)
    case (let a, let b): a ?? b
    }
  }

  mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    take(sample.time, Self.weight(sample.value), signal, inOrder, context)
  }

  mutating func accepted(_ event: Event, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    take(event.time, Self.weight(event), signal, inOrder, context)
  }

  private mutating func take(
    _ time: Timestamp, _ weight: Int64, _ signal: Int, _ inOrder: Bool, _ context: RuleContext
  ) {
    let start = time.windowStart(Self.length)
    guard schedule.place(time, clock: context.clock) == .open else {
      late.add(
        start: start, clock: context.clock,
        cause: RevisionCause(asset: asset, signal: names[signal], time: time, reason: .late))
      return
    }
    let place = open.firstIndex { start <= $0.start } ?? open.endIndex
    if place == open.endIndex || open[place].start != start { open.insert(Sum(start: start), at: place) }
    open[place].count += 1
    open[place].sum += weight
    // Only to have both ways: a sum needs no order.
    if !inOrder { open[place].isDirty = true }
  }

  mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for window in late.take(now) {
      let sum = try fold(window.start, context)
      try ledger.issue(
        start: window.start, body: Self.body(count: sum.count, sum: sum.sum), cause: window.cause, context: &context)
      context.newlyUsed += window.samples
    }
    while let start = schedule.popDue(now) {
      guard let next = open.first else {
        schedule.skip(to: now)
        break
      }
      guard next.start == start else {
        schedule.skip(to: next.start)
        continue
      }
      open.removeFirst()
      let sum = next.isDirty ? try fold(start, context) : next
      try ledger.issue(start: start, body: Self.body(count: sum.count, sum: sum.sum), context: &context)
      context.newlyUsed += next.count
    }
  }

  private func fold(_ start: Timestamp, _ context: RuleContext) throws -> Sum {
    var sum = Sum(start: start)
    for signal in names.indices where signal != TestPlant.unwanted {
      if signal == TestPlant.event {
        for event in try context.events(signal: signal, from: start, to: start + Self.length) {
          sum.count += 1
          sum.sum += Self.weight(event)
        }
      } else {
        for sample in try context.samples(signal: signal, from: start, to: start + Self.length) {
          sum.count += 1
          sum.sum += Self.weight(sample.value)
        }
      }
    }
    return sum
  }

  func encodeState(into writer: inout ByteWriter) {
    schedule.encode(into: &writer)
    late.encode(into: &writer)
    writer.varint(open.count)
    for sum in open {
      writer.timestamp(sum.start)
      writer.varint(sum.count)
      writer.zigzag(sum.sum)
      writer.boolean(sum.isDirty)
    }
  }

  mutating func restoreState(from reader: inout ByteReader) throws {
    try schedule.restore(from: &reader)
    try late.restore(from: &reader)
    open = []
    for _ in 0..<(try reader.count()) {
      open.append(
        Sum(
          start: try reader.timestamp(), count: try reader.integer(), sum: try reader.zigzag(),
          isDirty: try reader.boolean()))
    }
  }
}
