import Telemetry
import Templates

/// A production line on paper: one order after the other, each with a pause, and a changeover between them. What the
/// order feed and the counter of a line send fits together, because both follow the same schedule.
struct LineModel: Sendable {
  enum Kind: Sendable { case feed, counter }

  /// What the line does at an instant.
  private struct Moment: Equatable {
    var order: Int64
    /// Since the order's start.
    var second: Int64
    var phase: Phase
  }
  private enum Phase { case running, paused, changeover }

  private let kind: Kind
  private let line: String
  /// Start of order 0, and lengths in seconds.
  private let offset: Int64
  private let run: Int64
  private let changeover: Int64
  private let pieceSeconds: Double
  private var generator: SeededGenerator
  private var last: Moment?
  private var good: Int64
  private var bad: Int64
  private var rest = 0.0

  /// Nil for an asset that is neither.
  init?(asset: Asset, seed: UInt64) {
    if asset.orderSignal != nil {
      kind = .feed
    } else if asset.signals.contains(where: { $0.kind.quantity == .goodCount }) {
      kind = .counter
    } else {
      return nil
    }
    line = [asset.site, asset.area, asset.line].filter { !$0.isEmpty }.joined(separator: "-")
    var schedule = SeededGenerator(seed: seed, name: "schedule/\(line)")
    offset = Int64(schedule.uniform() * 3600)
    run = 1200 + Int64(schedule.uniform() * 1800)
    changeover = 240 + Int64(schedule.uniform() * 480)
    pieceSeconds = 5 + 10 * schedule.uniform()
    generator = SeededGenerator(seed: seed, name: "line/\(asset.id)")
    good = Int64(generator.uniform() * 200_000)
    bad = good / 40
  }

  /// Fields that it fills in, by the last steps of their paths.
  var fields: Set<String> {
    switch kind {
    case .feed: ["id", "order", "product", "event", "planned", "produced", "operation", "batch"]
    case .counter: ["good", "bad", "state", "order", "cycle"]
    }
  }

  private func moment(_ time: Timestamp) -> Moment {
    let elapsed = time.nanoseconds / 1_000_000_000 - offset
    let cycle = run + changeover
    let second = ((elapsed % cycle) + cycle) % cycle
    let phase: Phase =
      second >= run ? .changeover : (run * 2 / 5..<run / 2).contains(second) ? .paused : .running
    return Moment(order: (elapsed - second) / cycle, second: second, phase: phase)
  }

  mutating func readings(time: Timestamp, elapsed: Span64) -> [String: DeviceModel.Reading] {
    let now = moment(time)
    defer { last = now }
    switch kind {
    case .feed: return feed(now, time)
    case .counter: return counter(now, elapsed)
    }
  }

  private func name(_ order: Int64) -> String { "A-\(line)-\(order % 100_000)" }

  private func feed(_ now: Moment, _ time: Timestamp) -> [String: DeviceModel.Reading] {
    let order = now.order
    let isNew = last?.order != order
    let event =
      switch now.phase {
      case .changeover: last?.phase == .changeover && !isNew ? "progress" : "end"
      case .paused: last?.phase == .paused && !isNew ? "progress" : "pause"
      case .running where isNew: "start"
      case .running: last?.phase == .paused ? "resume" : "progress"
      }
    let worked = min(now.second, run) - max(0, min(now.second, run / 2) - run * 2 / 5)
    return [
      "id": .text("\(line)-\(time.nanoseconds / 1_000_000)"), "order": .text(name(order)),
      "product": .text(order % 2 == 0 ? "X200" : "X100"), "event": .text(event),
      "planned": .number((Double(run) / pieceSeconds / 10).rounded() * 10),
      "produced": .number((Double(worked) / pieceSeconds).rounded(.down)), "operation": .text("20"),
      "batch": .text("B\(order % 1000 / 4)"),
    ]
  }

  private mutating func counter(_ now: Moment, _ elapsed: Span64) -> [String: DeviceModel.Reading] {
    if now.phase == .running {
      let made = elapsed.seconds / pieceSeconds + rest
      rest = made - made.rounded(.down)
      for _ in 0..<Int(min(made, 10_000)) {
        if generator.chance(0.03) { bad += 1 } else { good += 1 }
      }
    }
    return [
      "good": .decimal(ScaledInteger(good)), "bad": .decimal(ScaledInteger(bad)),
      "state": .text(now.phase == .running ? "running" : now.phase == .paused ? "waiting" : "setup"),
      "order": .text(name(now.order)), "cycle": .number((pieceSeconds * 10).rounded() / 10),
    ]
  }
}
