import Foundation
import Telemetry

/// What stands out grossly on a machine that is not known yet: within its first shift, long before its model can judge.
///
/// It knows little, so it asks for much: of each signal that is no sign of the load, the span that it has shown so far, and
/// around it a wide margin; what lies beyond for half an hour, while the machine works as it has worked before, is told as
/// provisional. It has no say about small changes, nor about a machine that is known; but what it has told stays until it
/// is over, or until somebody has worked on the machine.
public struct EarlyWatch: Hashable, Sendable {
  /// How much is asked. Product choices: gross changes only.
  public struct Settings: Hashable, Sendable {
    /// Hours of judged data after which these margins hold: half a shift.
    public var hours = 4.0
    /// Vibration and its relatives are judged from here on, with margins that are wider by the root of what is missing.
    public var earliest = 1.0
    /// Vibration that is slowly more and more is not taken for usual: its span grows by this share of its level in an hour.
    /// Everything else follows what is worked on, the weather and the warming up.
    public var growth = 0.03
    /// After a start temperatures are on their way for so long, minutes.
    public var settling = 60.0
    /// Beyond the span that was seen by so many times that span, and at least by …
    public var spans = 1.0
    /// … this factor for what grows by factors (vibration and its relatives), …
    public var factor = 1.8
    /// … so many K for temperatures, …
    public var kelvin = 15.0
    /// … and this share of the level for everything else.
    public var share = 0.3
    /// After it began to work in a way that was not seen before, heat follows for so long, minutes.
    public var following = 120.0
    /// Frames whose middle value counts.
    public var frames = 3
    /// How far what explains a machine may lie outside of what was seen, as a share of its level.
    public var play = 0.1

    public static let standard = Settings()
    public init() {}
  }

  /// Which way a signal has gone when something is wrong with it.
  private enum Kind: Hashable, Sendable {
    /// Vibration: by factors, up.
    case factor
    /// Up: what is cooler has not run for long.
    case temperature
    case amount
  }

  private struct Series: Hashable, Sendable {
    /// Position in the profile.
    var signal: Int
    var kind: Kind
    /// The last values, oldest first.
    var last: [Float] = []
    var low = Float.infinity
    var high = -Float.infinity
    var isBeyond = false
  }

  let settings: Settings
  private var judged: [Series]
  /// Speed, load, power and current: how the machine works.
  private var working: [Series]
  private var minutes = 0.0
  private var sinceStart = 0.0
  private var hasStopped = false
  /// Minutes since it began to work in a new way.
  private var sinceNew = 0.0

  /// - Parameter profile: signals with what they measure.
  public init(profile: MachineProfile, settings: Settings = .standard) {
    self.settings = settings
    judged = []
    working = []
    for (index, signal) in profile.signals.enumerated() where signal.role.isWatched {
      switch signal.role {
      case .speed, .load, .activePower, .current, .torque: working.append(Series(signal: index, kind: .amount))
      case .ambientTemperature, .processTemperature, .humidity, .other: break
      case .bearingTemperature, .windingTemperature, .housingTemperature, .coolantTemperature:
        judged.append(Series(signal: index, kind: .temperature))
      case let role where role.isLogarithmic: judged.append(Series(signal: index, kind: .factor))
      default: judged.append(Series(signal: index, kind: .amount))
      }
    }
    // Flows and pressures follow the process: without a sign of how the machine works they say nothing yet.
    if working.isEmpty { judged.removeAll { $0.kind == .amount } }
  }

  /// Whether something is told now.
  public var isBeyond: Bool { judged.contains(where: \.isBeyond) }

  /// Looks at a frame.
  ///
  /// - Parameter isYoung: the machine is still being learnt; of one that is known only what was told is followed to its end.
  /// - Returns: what lies beyond, as a deviation whose score 1 is the limit, and with what was seen so far as expected; nil if
  ///   nothing does.
  public mutating func add(_ frame: ConditionFrame, isYoung: Bool, evidence: Evidence) -> Deviation? {
    guard isYoung || isBeyond else { return nil }
    guard frame.run.isJudged else {
      if frame.run.isStopped || frame.run == .starting {
        sinceStart = 0
        hasStopped = true
        for index in judged.indices { judged[index].last = [] }
        for index in working.indices { working[index].last = [] }
      }
      return nil
    }
    let length = (frame.end - frame.start).seconds / 60
    sinceStart += length
    let isSettled = !hasStopped || sinceStart > settings.settling
    sinceNew = works(frame) ? sinceNew + length : 0
    let isUsual = sinceNew > settings.following
    var told: [Deviation.Contribution] = []
    for index in judged.indices {
      guard let value = frame.values[judged[index].signal], value.isFinite else { continue }
      let hours = judged[index].kind == .factor ? settings.earliest : settings.hours
      let isKnown = isUsual && isSettled && minutes >= hours * 60
      follow(index, Float(value), mayTell: isKnown, hours: length / 60)
      if judged[index].isBeyond { told.append(contribution(judged[index])) }
    }
    minutes += length
    guard !told.isEmpty else { return nil }
    // The others as they are: a fault is told by what does not change, too.
    for series in judged where !series.isBeyond && series.last.count == settings.frames {
      told.append(contribution(series))
    }
    told.sort { (abs($0.z), $1.signal) > (abs($1.z), $0.signal) }
    return Deviation(
      time: frame.start, score: abs(told[0].z) / Self.limit, contributions: told, evidence: evidence)
  }

  /// At the limit a deviation counts as so many standard deviations.
  private static let limit = 8.0

  /// Whether the machine works as it did before.
  private mutating func works(_ frame: ConditionFrame) -> Bool {
    var isUsual = true
    for index in working.indices {
      guard let value = frame.values[working[index].signal].map({ Float($0) }), value.isFinite else { continue }
      let play = Float(settings.play) * max(abs(working[index].low), abs(working[index].high))
      if value < working[index].low - play || value > working[index].high + play { isUsual = false }
      push(value, &working[index])
      guard let middle = middle(working[index]) else { continue }
      working[index].low = min(working[index].low, middle)
      working[index].high = max(working[index].high, middle)
    }
    return isUsual
  }

  private mutating func follow(_ index: Int, _ value: Float, mayTell: Bool, hours: Double) {
    var series = judged[index]
    push(value, &series)
    defer { judged[index] = series }
    guard let middle = middle(series) else { return }
    guard series.low <= series.high else {
      series.low = middle
      series.high = middle
      return
    }
    let margin = margin(series)
    let isOut = middle > series.high + margin || series.kind == .amount && middle < series.low - margin
    if isOut, mayTell || series.isBeyond {
      series.isBeyond = true
      return
    }
    if series.isBeyond {
      // Back within half of the margin.
      guard middle <= series.high + margin / 2, middle >= series.low - margin / 2 || series.kind != .amount else {
        return
      }
      series.isBeyond = false
    }
    // In a new way of working, and in the first hours, anything may be usual.
    let isLimited = mayTell && series.kind == .factor
    let step = isLimited ? Float(settings.growth * hours) * max(0, series.high) : .infinity
    series.low = min(series.low, middle)
    series.high = min(max(series.high, middle), series.high + step)
  }

  private func margin(_ series: Series) -> Float {
    let span = Float(settings.spans) * (series.high - series.low)
    switch series.kind {
    case .factor:
      let little = max(1, settings.hours * 60 / max(1, minutes)).squareRoot()
      return max(span, Float(settings.factor - 1) * Float(little) * max(0, series.high))
    case .temperature: return max(span, Float(settings.kelvin))
    case .amount: return max(span, Float(settings.share) * max(abs(series.low), abs(series.high)))
    }
  }

  private func push(_ value: Float, _ series: inout Series) {
    if series.last.count == settings.frames { series.last.removeFirst() }
    series.last.append(value)
  }

  private func middle(_ series: Series) -> Float? {
    series.last.count == settings.frames ? Robust.median(series.last) : nil
  }

  private func contribution(_ series: Series) -> Deviation.Contribution {
    let center = (series.low + series.high) / 2
    let middle = middle(series) ?? center
    let reach = (series.high - series.low) / 2 + margin(series)
    let z = reach > 0 ? Self.limit * Double((middle - center) / reach) : 0
    return Deviation.Contribution(
      signal: series.signal, z: z, value: Double(middle), expected: Double(z < 0 ? series.low : series.high))
  }

  /// After maintenance.
  public mutating func reset() {
    for index in judged.indices {
      judged[index] = Series(signal: judged[index].signal, kind: judged[index].kind)
    }
    for index in working.indices { working[index] = Series(signal: working[index].signal, kind: working[index].kind) }
    minutes = 0
    sinceStart = 0
    sinceNew = 0
    hasStopped = false
  }

  // MARK: State

  /// - Parameter isYoung: of a machine that is known, and of which nothing is told, nothing is kept.
  func encode(into writer: inout ByteWriter, isYoung: Bool) {
    let isKept = isYoung || isBeyond
    writer.boolean(isKept)
    guard isKept else { return }
    writer.double(minutes)
    writer.double(sinceStart)
    writer.double(sinceNew)
    writer.boolean(hasStopped)
    for series in judged + working {
      writer.varint(series.last.count)
      for value in series.last { writer.float(value) }
      writer.float(series.low)
      writer.float(series.high)
      writer.boolean(series.isBeyond)
    }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    guard try reader.boolean() else { return }
    minutes = try reader.double()
    sinceStart = try reader.double()
    sinceNew = try reader.double()
    hasStopped = try reader.boolean()
    for index in judged.indices { try Self.restore(&judged[index], &reader) }
    for index in working.indices { try Self.restore(&working[index], &reader) }
  }

  private static func restore(_ series: inout Series, _ reader: inout ByteReader) throws(ByteReaderError) {
    series.last = []
    for _ in 0..<(try reader.count()) { series.last.append(try reader.float()) }
    series.low = try reader.float()
    series.high = try reader.float()
    series.isBeyond = try reader.boolean()
  }
}
