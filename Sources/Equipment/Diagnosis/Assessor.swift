import Foundation
import Telemetry
import Templates

/// One machine from frames to findings: doubts sensors, learns and judges, ranks faults, follows them to their end.
///
/// A fold over frames in the order of their times; the same frames give the same answers.
public struct Assessor: Sendable {
  /// What is said of the machine after a frame.
  public struct Assessment: Sendable {
    /// Nil if the frame was not judged.
    public var deviation: Deviation?
    /// Whether it deviates: from the alarm level on, until it has been below `Assessor.calm` of it for a while.
    public var isAlarmed: Bool
    /// Whether it stands out from what is usual for it: sooner than it deviates, and more often by chance.
    public var isNoticed: Bool
    /// While it stands out or deviates, best first.
    public var faults: [RankedFault]
    /// What is wrong with the sensors, by position.
    public var sensors: [SensorWatch.Trouble?]

    /// The first fault, if it is one of the machine and not of a sensor.
    public var machineFault: RankedFault? {
      guard isAlarmed, let first = faults.first, first.fault != nil, first.origin != .sensor,
        first.score >= match
      else { return nil }
      return first
    }
    /// `Settings.match`.
    public var match: Double
  }

  /// When a deviation becomes a warning. Product choices: they trade lead time for false alarms.
  public struct Settings: Hashable, Sendable {
    /// Of `Deviation.score`, to begin with, and to end.
    public var level = 2.0
    public var calm = 0.6
    /// Of the same, from which on it stands out, and how long it stays there until it does.
    public var notice = 1.0
    public var noticing = Span64.minutes(20)
    /// How long it stays at the level until it is one, and below `calm` until it is over: judged time.
    public var confirming = Span64.hours(3)
    public var calming = Span64.hours(3)
    /// The first fault of the machine must fit so well; below, it is no fault that is known.
    public var match = 0.6
    /// Time constant by which what is seen is averaged for the diagnosis.
    public var memory = Span64.minutes(200)

    public static let standard = Settings()
    public init() {}
  }

  public let settings: Settings
  public var model: MachineModel
  public internal(set) var prognosis: Prognosis
  var sensors: SensorWatch
  private let diagnoser: Diagnoser
  /// How long the score has been so.
  var above = Span64.zero
  var below = Span64.zero
  var aboveNotice = Span64.zero
  public internal(set) var isAlarmed = false
  public internal(set) var isNoticed = false
  /// Averaged deviations by signal, so that the first fault does not change with every frame.
  var averages: [Double]

  public init(
    profile: MachineProfile, faults: FaultModel, interval: Span64 = .minutes(10),
    settings: Settings = .standard
  ) {
    self.settings = settings
    model = MachineModel(profile: profile, interval: interval)
    prognosis = Prognosis(profile: profile, model: faults)
    sensors = SensorWatch(signals: profile.signals.count)
    diagnoser = Diagnoser(profile: profile, model: faults)
    averages = Array(repeating: 0, count: profile.signals.count)
  }

  /// Whether its fault model knows a pattern that its signals can show; without one only deviations are told.
  public var canDiagnose: Bool { diagnoser.canDiagnose }

  public mutating func add(_ frame: ConditionFrame) -> Assessment {
    let troubles = sensors.add(frame)
    var cleaned = frame
    for (index, trouble) in troubles.enumerated() where trouble?.isUseless ?? false {
      cleaned.values[index] = nil
    }
    let deviation = model.add(cleaned)
    prognosis.add(cleaned, deviation)
    guard var deviation else {
      return Assessment(
        deviation: nil, isAlarmed: isAlarmed, isNoticed: isNoticed, faults: [], sensors: troubles,
        match: settings.match)
    }
    let length = frame.end - frame.start
    follow(deviation.score, length)
    average(&deviation, length)
    let doubted = Set(troubles.indices.filter { troubles[$0] != nil })
    return Assessment(
      deviation: deviation, isAlarmed: isAlarmed, isNoticed: isNoticed,
      faults: isAlarmed || isNoticed ? diagnoser.diagnose(deviation, doubted: doubted) : [], sensors: troubles,
      match: settings.match)
  }

  private mutating func follow(_ score: Double, _ length: Span64) {
    above = score >= settings.level ? above + length : .zero
    below = score < settings.calm ? below + length : .zero
    aboveNotice = score >= settings.notice ? aboveNotice + length : .zero
    if above >= settings.confirming { isAlarmed = true }
    if isAlarmed || aboveNotice >= settings.noticing { isNoticed = true }
    if below >= settings.calming {
      isAlarmed = false
      isNoticed = false
    }
  }

  private mutating func average(_ deviation: inout Deviation, _ length: Span64) {
    let weight = 1 - exp(-length.seconds / max(1, settings.memory.seconds))
    var now = Array(repeating: 0.0, count: averages.count)
    for part in deviation.contributions { now[part.signal] = part.z }
    for index in averages.indices {
      averages[index] += weight * (now[index] - averages[index])
    }
    deviation.contributions = deviation.contributions.map { part in
      var part = part
      part.z = averages[part.signal]
      return part
    }
  }

  /// After maintenance: what is usual is learnt anew, and no course goes on.
  public mutating func reset() {
    model.rebaseline()
    prognosis.reset()
    above = .zero
    below = .zero
    aboveNotice = .zero
    isAlarmed = false
    isNoticed = false
    for index in averages.indices { averages[index] = 0 }
  }
}
