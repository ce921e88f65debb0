import Rules
import Telemetry
import Templates

/// Conditions of safety of one asset: judged with each sample as it is accepted, without a delay, a window or a mark.
///
/// What is unknown neither opens nor closes: a state holds until another one is told, a momentary value for three of its
/// expected intervals. A sample older than the last one of its signal changes nothing.
public struct SafetyRule: AssetRule {
  /// What a part last knew.
  struct Part: Hashable, Sendable {
    var signal: Int
    var test: AlarmSettings.SafetyCondition.Test
    var deadband: Double
    /// For how long a value counts; nil = until the next.
    var holds: Span64?
    var names: [String] = []
    var time: Timestamp?
    var value = 0.0
    var isTrue = false
    /// Of a test for rising: what was within its time, oldest first.
    var before: [Point] = []
  }

  struct Point: Hashable, Sendable {
    var time: Timestamp
    var value: Double
  }

  struct Watch: Sendable {
    var key: String
    var condition: AlarmSettings.SafetyCondition
    var parts: [Part]
    var open: Finding?
  }

  private static let fresh: Int64 = 3

  private let asset: Asset
  private let guide: AlarmSettings
  var watches: [Watch]
  private let isWanted: [Bool]

  public static func factory() -> RuleFactory {
    RuleFactory(name: "safety") { asset, site in SafetyRule(asset: asset, site: site) }
  }

  /// Nil for an asset without a condition.
  public init?(asset: Asset, site: Site) {
    guard let settings = site.alarms else { return nil }
    var watches: [Watch] = []
    for condition in settings.safety where condition.assets.contains(where: { Wildcard.matches(asset.id, $0) }) {
      let parts = condition.parts.compactMap { Self.part($0, of: asset) }
      guard parts.count == condition.parts.count else { continue }
      let signals = condition.parts.map(\.signal).joined(separator: "+")
      watches.append(Watch(key: "\(condition.rule)/\(asset.id)/\(signals)", condition: condition, parts: parts))
    }
    guard !watches.isEmpty else { return nil }
    self.asset = asset
    self.watches = watches
    guide = settings
    var wanted = Array(repeating: false, count: asset.signals.count)
    for part in watches.flatMap(\.parts) { wanted[part.signal] = true }
    isWanted = wanted
  }

  private static func part(_ part: AlarmSettings.SafetyCondition.Part, of asset: Asset) -> Part? {
    guard let place = asset.signals.firstIndex(where: { $0.name == part.signal }) else { return nil }
    let signal = asset.signals[place]
    if case .state(let names) = signal.kind {
      return Part(signal: place, test: part.test, deadband: 0, holds: nil, names: names)
    }
    let holds = Span64(nanoseconds: signal.expectedInterval.nanoseconds * fresh)
    return Part(signal: place, test: part.test, deadband: part.deadband, holds: holds)
  }

  public var deadline: Timestamp? { nil }

  public func interest(in signal: Int) -> SignalInterest { isWanted[signal] ? .watch : .none }

  public mutating func accepted(_ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    let value =
      switch sample.value {
      case .double(let double): double
      case .scaled(let scaled): scaled.doubleValue
      }
    for place in watches.indices where watches[place].parts.contains(where: { $0.signal == signal }) {
      var isNews = false
      for part in watches[place].parts.indices where watches[place].parts[part].signal == signal {
        isNews = watches[place].parts[part].take(value, at: sample.time) || isNews
      }
      if isNews { judge(place, at: sample.time, &context) }
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {}

  private mutating func judge(_ place: Int, at time: Timestamp, _ context: inout RuleContext) {
    let watch = watches[place]
    let known = watch.parts.filter { $0.isKnown(at: time) }
    if var finding = watch.open {
      // One part that surely holds no more is enough.
      guard known.contains(where: { !$0.isTrue }) else { return }
      finding.closed = max(time, finding.opened)
      context.emit(finding)
      watches[place].open = nil
    } else if known.count == watch.parts.count, known.allSatisfy(\.isTrue) {
      let finding = finding(watch, at: time)
      context.emit(finding)
      watches[place].open = finding
    }
  }

  private func finding(_ watch: Watch, at time: Timestamp) -> Finding {
    let guide = guide.guide(of: watch.condition.rule)
    let title = watch.condition.title ?? guide?.title
    let parts = watch.parts.map { text($0) }
    let name = asset.place.isEmpty ? asset.id : "\(asset.id) at \(asset.place)"
    var evidence = watch.parts.map { Event.Attribute(asset.signals[$0.signal].name, value($0)) }
    if let chinese = title?.chinese { evidence.append(Event.Attribute("name_zh", chinese)) }
    return Finding(
      key: watch.key, rule: watch.condition.rule, subject: asset.id, severity: .critical, opened: time,
      summary: "\(title?.english ?? watch.condition.rule): \(name), \(parts.joined(separator: ", ")).",
      advice: guide?.steps.first?.english ?? "Look on site whether somebody is in danger, then find the cause.",
      evidence: evidence)
  }

  private func value(_ part: Part) -> String {
    if !part.names.isEmpty {
      let place = Int(part.value)
      return part.names.indices.contains(place) ? part.names[place] : "unknown"
    }
    return "\(ReadingText.text(part.value)) \(asset.signals[part.signal].unit)"
  }

  private func text(_ part: Part) -> String {
    let name = asset.signals[part.signal].name
    switch part.test {
    case .above(let limit): return "\(name) \(value(part)), above \(ReadingText.text(limit))"
    case .below(let limit): return "\(name) \(value(part)), below \(ReadingText.text(limit))"
    case .state: return "\(name) \(value(part))"
    case .rising(let by, let within):
      return "\(name) \(value(part)), more than \(ReadingText.text(by)) within \(Int(within.seconds)) s"
    }
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(watches.count)
    for watch in watches {
      writer.string(watch.key)
      writer.optional(watch.open?.opened)
      writer.optional(watch.open?.summary)
      writer.attributes(watch.open?.evidence ?? [])
      writer.varint(watch.parts.count)
      for part in watch.parts {
        writer.optional(part.time)
        writer.double(part.value)
        writer.boolean(part.isTrue)
        writer.varint(part.before.count)
        for point in part.before {
          writer.timestamp(point.time)
          writer.double(point.value)
        }
      }
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    for _ in 0..<(try reader.count()) {
      let key = try reader.string()
      let opened = try reader.optionalTimestamp()
      let summary = try reader.optionalString()
      let evidence = try reader.attributes()
      let place = watches.firstIndex { $0.key == key }
      for index in 0..<(try reader.count()) {
        let time = try reader.optionalTimestamp()
        let value = try reader.double()
        let isTrue = try reader.boolean()
        var before: [Point] = []
        for _ in 0..<(try reader.count()) {
          before.append(Point(time: try reader.timestamp(), value: try reader.double()))
        }
        guard let place, watches[place].parts.indices.contains(index) else { continue }
        watches[place].parts[index].time = time
        watches[place].parts[index].value = value
        watches[place].parts[index].isTrue = isTrue
        watches[place].parts[index].before = before
      }
      guard let place, let opened else { continue }
      var standing = finding(watches[place], at: opened)
      standing.summary = summary ?? standing.summary
      standing.evidence = evidence
      watches[place].open = standing
    }
  }
}

extension SafetyRule.Part {
  /// False for what is older than what is known.
  mutating func take(_ value: Double, at time: Timestamp) -> Bool {
    if let last = self.time, time < last { return false }
    self.time = time
    self.value = value
    switch test {
    case .above(let limit): isTrue = isTrue ? value > limit - deadband : value > limit
    case .below(let limit): isTrue = isTrue ? value < limit + deadband : value < limit
    case .state(let word): isTrue = names.firstIndex(of: word).map { Double($0) == value } ?? false
    case .rising(let by, let within):
      before.removeAll { $0.time + within < time }
      let lowest = before.map(\.value).min() ?? value
      isTrue = value - lowest > (isTrue ? by - deadband : by)
      before.append(.init(time: time, value: value))
      // Enough for ten a second within a minute; of more the oldest go.
      if before.count > 600 { before.removeFirst(before.count - 600) }
    }
    return true
  }

  func isKnown(at now: Timestamp) -> Bool {
    guard let time else { return false }
    return holds.map { time + $0 >= now } ?? true
  }
}

/// A measured value as people read it: three places at most, and no zeros behind the last digit.
enum ReadingText {
  static func text(_ value: Double) -> String {
    ScaledInteger(rounding: value, places: 3)?.withoutTrailingZeros.description ?? "\(value)"
  }
}
