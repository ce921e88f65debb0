import Foundation
import Telemetry

/// What changes within the first hours of a recording, in the recording's own time: a rig that runs for twenty minutes, a
/// bearing that lives for two hours.
///
/// It knows no day and no week, so it asks for nothing in minutes: the record so far is kept in at most 64 spans of equal
/// length, and what has left the range of its first part by twice that range, in every span of its last eighth, while
/// the machine works as before, is told as provisional. The range of averages over such spans holds noise and
/// autocorrelation as they are; a drift that goes on as it began stays inside.
public struct BriefWatch: Hashable, Sendable {
  /// Product choices, in shares of the record and of what was seen.
  public struct Settings: Hashable, Sendable {
    /// Minutes after which `EarlyWatch` and the model know more.
    public var longest = 480.0
    /// Spans that are kept; then two become one.
    public var spans = 64
    /// Spans before anything is judged, and of them those that are compared.
    public var least = 12
    public var leastReference = 8
    public var leastRecent = 3
    /// The first part, which is compared with, and the last one.
    public var reference = 0.6
    public var recent = 0.125
    /// Beyond the range of the first part by so many times that range, and at least by …
    public var ranges = 2.0
    /// … this share for what grows by factors, …
    public var factor = 0.25
    /// … so many K for temperatures, since nobody knows whether it had warmed up, …
    public var kelvin = 10.0
    /// … this share of the level for flows, pressures and the like, and for what nobody has said what it is.
    public var share = 0.1
    public var unknownShare = 0.03
    /// How far what explains a machine may leave its range, as a share of its level.
    public var play = 0.1

    public static let standard = Settings()
    public init() {}
  }

  private enum Kind: Hashable, Sendable {
    case working, factor, temperature, amount, unknown
  }

  private struct Series: Hashable, Sendable {
    var signal: Int
    var kind: Kind
    var sum = 0.0
    var count = 0
    /// Of the first part, while it is beyond.
    var low: Float = 0
    var high: Float = 0
    var isBeyond = false
  }

  let settings: Settings
  private var series: [Series]
  /// Row-major, oldest first; `nan` where nothing came.
  private var spans: [Float] = []
  /// Minutes of data in a span, and in the open one.
  private var length = 1
  private var open = 0
  /// Minutes of data since the beginning.
  private var minutes = 0.0
  private var last: Timestamp?

  /// - Parameters:
  ///   - profile: signals with what they measure.
  ///   - isUnknown: nothing is known of the machine's faults: then whatever it measures is watched.
  public init(profile: MachineProfile, isUnknown: Bool, settings: Settings = .standard) {
    self.settings = settings
    series = []
    for (index, signal) in profile.signals.enumerated() where signal.role.isWatched {
      switch signal.role {
      case .speed, .load, .activePower, .current, .torque: series.append(Series(signal: index, kind: .working))
      case .ambientTemperature, .humidity: break
      case .processTemperature, .other: if isUnknown { series.append(Series(signal: index, kind: .unknown)) }
      case .bearingTemperature, .windingTemperature, .housingTemperature, .coolantTemperature:
        series.append(Series(signal: index, kind: .temperature))
      case let role where role.isLogarithmic: series.append(Series(signal: index, kind: .factor))
      default: series.append(Series(signal: index, kind: .amount))
      }
    }
    let hasWork = series.contains { $0.kind == .working }
    // Without a sign of how the machine works, flows and pressures say nothing yet.
    if !hasWork, !isUnknown { series.removeAll { $0.kind == .amount } }
  }

  /// What its state is made of: another layout begins anew.
  var layout: String { series.map { "\($0.signal) \($0.kind)" }.joined(separator: ",") }

  /// Whether something is told now.
  public var isBeyond: Bool { series.contains(where: \.isBeyond) }

  /// Whether what is told could be compared with how the machine works, or is a matter of vibration.
  public var isFounded: Bool {
    series.contains { $0.kind == .working } || series.contains { $0.isBeyond && $0.kind == .factor }
  }

  /// Adds a minute; minutes come in the order of their times.
  ///
  /// - Parameter isYoung: the machine is still being learnt.
  /// - Returns: whether something began to stand out with it.
  public mutating func add(_ minute: ConditionFrame, isYoung: Bool) -> Bool {
    guard isYoung && minutes < settings.longest || isBeyond else {
      spans = []
      return false
    }
    guard minute.run.isJudged else {
      // After a stop all begins anew; a pause says nothing.
      if minute.run.isStopped || minute.run == .starting { restart() }
      return false
    }
    guard minute.isWhole, !minute.isEmpty, last.map({ minute.end > $0 }) ?? true else { return false }
    last = minute.end
    minutes += 1
    for place in series.indices {
      guard let value = minute.values[series[place].signal], value.isFinite else { continue }
      series[place].sum += value
      series[place].count += 1
    }
    open += 1
    guard open >= length else { return false }
    open = 0
    for place in series.indices {
      spans.append(series[place].count > 0 ? Float(series[place].sum / Double(series[place].count)) : .nan)
      series[place].sum = 0
      series[place].count = 0
    }
    let was = isBeyond
    judge()
    if count >= settings.spans { join() }
    return isBeyond && !was
  }

  private var count: Int { series.isEmpty ? 0 : spans.count / series.count }

  private func value(_ span: Int, _ place: Int) -> Float { spans[span * series.count + place] }

  private mutating func join() {
    var joined: [Float] = []
    for span in stride(from: 0, to: count - 1, by: 2) {
      for place in series.indices {
        let (one, next) = (value(span, place), value(span + 1, place))
        joined.append(one.isNaN ? next : next.isNaN ? one : (one + next) / 2)
      }
    }
    spans = joined
    length *= 2
  }

  private mutating func judge() {
    let count = count
    guard count >= settings.least else { return }
    let recent = max(settings.leastRecent, Int((Double(count) * settings.recent).rounded()))
    let first = max(settings.leastReference, Int(Double(count) * settings.reference))
    guard first + recent <= count else { return }
    let works = series.indices.allSatisfy { place in
      guard series[place].kind == .working, let range = extent(place, 0..<first),
        let now = extent(place, (count - recent)..<count)
      else { return true }
      let play = Float(settings.play) * max(abs(range.low), abs(range.high))
      return now.low >= range.low - play && now.high <= range.high + play
    }
    for place in series.indices where series[place].kind != .working {
      guard let now = extent(place, (count - recent)..<count) else { continue }
      if series[place].isBeyond {
        // Back within half of the margin.
        let margin = margin(place, series[place].low, series[place].high) / 2
        if now.high <= series[place].high + margin, now.low >= series[place].low - margin {
          series[place].isBeyond = false
        }
        continue
      }
      guard works, let range = extent(place, 0..<first) else { continue }
      let margin = margin(place, range.low, range.high)
      let isBelow = series[place].kind == .amount || series[place].kind == .unknown
      guard now.low > range.high + margin || isBelow && now.high < range.low - margin else { continue }
      series[place].isBeyond = true
      series[place].low = range.low
      series[place].high = range.high
    }
  }

  private func extent(_ place: Int, _ these: Range<Int>) -> (low: Float, high: Float)? {
    var (low, high, seen) = (Float.infinity, -Float.infinity, 0)
    for span in these where !value(span, place).isNaN {
      low = min(low, value(span, place))
      high = max(high, value(span, place))
      seen += 1
    }
    // Most of it must be known.
    return 2 * seen > these.count ? (low, high) : nil
  }

  private func margin(_ place: Int, _ low: Float, _ high: Float) -> Float {
    let span = Float(settings.ranges) * (high - low)
    let level = max(abs(low), abs(high))
    let least =
      switch series[place].kind {
      case .factor: settings.factor * Double(level)
      case .temperature: settings.kelvin
      case .amount: settings.share * Double(level)
      case .unknown, .working: settings.unknownShare * Double(level)
      }
    return max(span, Float(least))
  }

  /// At the limit a deviation counts as so many standard deviations.
  private static let limit = 8.0

  /// What is told now, with the limit as score 1 and with what was seen first as expected; nil if nothing is.
  public func deviation(at time: Timestamp, evidence: Evidence) -> Deviation? {
    guard isBeyond, count > 0 else { return nil }
    var parts: [Deviation.Contribution] = []
    let recent = min(count, max(settings.leastRecent, Int((Double(count) * settings.recent).rounded())))
    for place in series.indices where series[place].kind != .working {
      let one = series[place]
      let values = (count - recent..<count).map { value($0, place) }.filter { !$0.isNaN }
      guard !values.isEmpty else { continue }
      let usual =
        one.isBeyond
        ? (low: one.low, high: one.high) : extent(place, 0..<max(1, count - recent)) ?? (values[0], values[0])
      let middle = Robust.median(values)
      let center = (usual.low + usual.high) / 2
      let reach = (usual.high - usual.low) / 2 + margin(place, usual.low, usual.high)
      let z = reach > 0 ? Self.limit * Double((middle - center) / reach) : 0
      parts.append(
        Deviation.Contribution(
          signal: one.signal, z: z, value: Double(middle), expected: Double(z < 0 ? usual.low : usual.high)))
    }
    parts.sort { (abs($0.z), $1.signal) > (abs($1.z), $0.signal) }
    guard let first = parts.first else { return nil }
    return Deviation(time: time, score: abs(first.z) / Self.limit, contributions: parts, evidence: evidence)
  }

  private mutating func restart() {
    for place in series.indices { series[place] = Series(signal: series[place].signal, kind: series[place].kind) }
    spans = []
    length = 1
    open = 0
  }

  /// After maintenance.
  public mutating func reset() {
    restart()
    minutes = 0
  }

  // MARK: State

  /// Of a machine that is known nothing is kept.
  func encode(into writer: inout ByteWriter) {
    writer.double(minutes)
    writer.optional(last)
    writer.varint(length)
    writer.varint(open)
    writer.varint(count)
    guard open > 0 || count > 0 else { return }
    for value in spans { writer.float(value) }
    for one in series {
      writer.double(one.sum)
      writer.varint(one.count)
      writer.boolean(one.isBeyond)
      guard one.isBeyond else { continue }
      writer.float(one.low)
      writer.float(one.high)
    }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    minutes = try reader.double()
    last = try reader.optionalTimestamp()
    length = max(1, try reader.integer())
    open = try reader.integer()
    let count = try reader.count()
    spans = []
    guard open > 0 || count > 0 else { return }
    for _ in 0..<(count * series.count) { spans.append(try reader.float()) }
    for place in series.indices {
      series[place].sum = try reader.double()
      series[place].count = try reader.integer()
      series[place].isBeyond = try reader.boolean()
      guard series[place].isBeyond else { continue }
      series[place].low = try reader.float()
      series[place].high = try reader.float()
    }
  }
}
