import Rules
import Telemetry
import Templates

/// Limits of signals (`alarm:`) as findings `limit-<kind>`, with deadband and delays of the kind of value.
///
/// The delays run here and not in the class of the rule, because a value inside the deadband restarts them: only who sees
/// the values knows. While a signal is silent its timers stand still; that it is silent is another alarm.
public struct LimitAlarmRule: AssetRule {
  struct Side: Sendable {
    var signal: Int
    var rule: String
    var limit: LimitLevel
    var machine: AlarmMachine
    var value = 0.0
    var open: Finding?
  }

  private static let fresh: Int64 = 3

  private let asset: Asset
  var sides: [Side]
  /// When each signal was heard last.
  var heard: [Timestamp?]
  private let isWanted: [Bool]

  public static func factory() -> RuleFactory {
    RuleFactory(name: "limit-alarms") { asset, site in LimitAlarmRule(asset: asset, site: site) }
  }

  /// Nil for an asset without limits, and without `alarms:`.
  public init?(asset: Asset, site: Site) {
    guard let settings = site.alarms else { return nil }
    var sides: [Side] = []
    for (place, signal) in asset.signals.enumerated() where signal.kind == .gauge {
      guard let kind = settings.limitKind(of: signal) else { continue }
      let timing = AlarmMachine.Timing(onDelay: kind.onDelay, offDelay: kind.offDelay)
      func side(_ side: LimitLevel.Side, _ limit: Double) -> Side {
        Side(
          signal: place, rule: "limit-\(kind.name)",
          limit: LimitLevel(side, limit: limit, deadband: kind.deadband(signal)), machine: AlarmMachine(timing: timing))
      }
      if let low = signal.alarm.low { sides.append(side(.low, low)) }
      if let high = signal.alarm.high { sides.append(side(.high, high)) }
    }
    guard !sides.isEmpty else { return nil }
    self.asset = asset
    self.sides = sides
    heard = Array(repeating: nil, count: asset.signals.count)
    var wanted = Array(repeating: false, count: asset.signals.count)
    for side in sides { wanted[side.signal] = true }
    isWanted = wanted
  }

  public func interest(in signal: Int) -> SignalInterest { isWanted[signal] ? .watch : .none }

  public var deadline: Timestamp? {
    var next = Timestamp?.none
    for side in sides { next = .earlier(next, side.machine.deadline) }
    return next
  }

  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    // What came out of order says nothing of now.
    if let last = heard[signal], sample.time < last { return }
    heard[signal] = sample.time
    guard case .double(let value) = sample.value else { return }
    for place in sides.indices where sides[place].signal == signal {
      sides[place].value = value
      handle(.blind(false), place, at: sample.time, &context)
      handle(.level(sides[place].limit.level(value)), place, at: sample.time, &context)
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    for place in sides.indices {
      guard let due = sides[place].machine.deadline, due <= now else { continue }
      let signal = sides[place].signal
      let holds = Span64(nanoseconds: asset.signals[signal].expectedInterval.nanoseconds * Self.fresh)
      // An old value must not become an alarm because time goes by.
      let isSilent = heard[signal].map { $0 + holds < due } ?? true
      handle(isSilent ? .blind(true) : .tick, place, at: isSilent ? heard[signal] ?? now : now, &context)
    }
  }

  private mutating func handle(
    _ input: AlarmMachine.Input, _ place: Int, at time: Timestamp, _ context: inout RuleContext
  ) {
    var sequence = 0
    for change in sides[place].machine.handle(input, at: time, sequence: &sequence) {
      switch change.what {
      case .raised:
        let finding = finding(sides[place], at: change.time)
        sides[place].open = finding
        context.emit(finding)
      case .returned:
        guard var finding = sides[place].open else { continue }
        finding.closed = max(change.time, finding.opened)
        finding.summary = summary(sides[place], isOver: true)
        context.emit(finding)
        sides[place].open = nil
      default: break
      }
    }
  }

  private func summary(_ side: Side, isOver: Bool) -> String {
    let signal = asset.signals[side.signal]
    let word = side.limit.side == .high ? "above" : "below"
    let name = asset.place.isEmpty ? asset.id : "\(asset.id) at \(asset.place)"
    let now = "\(ReadingText.text(side.value)) \(signal.unit)"
    let limit = "\(ReadingText.text(side.limit.limit)) \(signal.unit)"
    return isOver
      ? "\(signal.name) of \(name) is within its limit of \(limit) again: \(now)."
      : "\(signal.name) of \(name) is \(word) its limit of \(limit): \(now)."
  }

  private func finding(_ side: Side, at time: Timestamp) -> Finding {
    let signal = asset.signals[side.signal]
    let word = side.limit.side == .high ? "high" : "low"
    return Finding(
      key: "\(side.rule)/\(asset.id)/\(signal.name)/\(word)", rule: side.rule, subject: asset.id, severity: .warning,
      opened: time, summary: summary(side, isOver: false),
      advice: "Compare with the display on site; `weir asset \(asset.id)` shows its values.",
      evidence: [
        Event.Attribute(signal.name, "\(ReadingText.text(side.value)) \(signal.unit)"),
        Event.Attribute("limit", "\(word) \(ReadingText.text(side.limit.limit)) \(signal.unit)"),
        Event.Attribute("deadband", "\(ReadingText.text(side.limit.deadband)) \(signal.unit)"),
      ])
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(sides.count)
    for side in sides {
      writer.string(key(side))
      side.machine.encode(into: &writer)
      writer.double(side.value)
      writer.optional(side.open?.opened)
      writer.attributes(side.open?.evidence ?? [])
      writer.optional(heard[side.signal])
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    for _ in 0..<(try reader.count()) {
      let key = try reader.string()
      let place = sides.firstIndex { self.key($0) == key }
      let timing = place.map { sides[$0].machine.timing } ?? AlarmMachine.Timing()
      let machine = try AlarmMachine(from: &reader, timing: timing)
      let value = try reader.double()
      let opened = try reader.optionalTimestamp()
      let evidence = try reader.attributes()
      let last = try reader.optionalTimestamp()
      guard let place else { continue }
      sides[place].machine = machine
      sides[place].value = value
      if let opened {
        sides[place].open = finding(sides[place], at: opened)
        sides[place].open?.evidence = evidence
      }
      heard[sides[place].signal] = last
    }
  }

  private func key(_ side: Side) -> String {
    "\(asset.signals[side.signal].name)/\(side.limit.side == .high ? "high" : "low")"
  }
}
