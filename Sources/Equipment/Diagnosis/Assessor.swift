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
    /// Whether it stands out grossly though it is not known yet (`EarlyWatch`): provisional.
    public var isEarly = false
    /// Whether it can be held against how the machine works; what stands out without that is told as information only.
    public var isFounded = true
    /// While it stands out or deviates, best first.
    public var faults: [RankedFault]
    /// What is wrong with the sensors, by position.
    public var sensors: [SensorWatch.Trouble?]

    /// Whether what stands out is worth telling: that a machine works harder or less than before is not. Where patterns can be
    /// compared, what looks like none of them, or like a sensor that shows nothing, must be unmistakable.
    public var isNews: Bool {
      if faults.first?.id == RankedFault.loadID { return false }
      if isEarly || isUnmistakable || !canCompare { return true }
      guard let first = faults.first else { return false }
      guard first.id == RankedFault.sensorID else { return first.score >= match }
      return isOfSeenSensor(first)
    }

    /// The first fault, if it is one of the machine and not of a sensor.
    public var machineFault: RankedFault? {
      guard isAlarmed || isEarly, let first = faults.first, first.fault != nil, first.origin != .sensor,
        first.score >= match
      else { return nil }
      return first
    }
    /// Whether it is the sensor of a signal whose values show that it fails, or a sensor's fault that is known.
    func isOfSeenSensor(_ ranked: RankedFault) -> Bool {
      guard ranked.origin == .sensor else { return false }
      return ranked.fault != nil || ranked.supporting.first.map { sensors[$0.signal] != nil } ?? false
    }

    /// Whether it is the sensor of a signal that explains the others, and with it they are as usual.
    func isExplained(_ ranked: RankedFault) -> Bool {
      guard ranked.id == RankedFault.sensorID, let signal = ranked.supporting.first?.signal else { return false }
      return deviation?.suspects.contains { $0.signal == signal } ?? false
    }

    /// `Settings.match`.
    public var match: Double
    /// Whether there are patterns to compare with.
    var canCompare = true
    /// From `Settings.unmistakable` on.
    var isUnmistakable = false
  }

  /// When a deviation becomes a warning. Product choices: they trade lead time for false alarms.
  public struct Settings: Hashable, Sendable {
    /// Of `Deviation.score`, to begin with, and to end.
    public var level = 2.0
    public var calm = 0.6
    /// Of the same, from which on it stands out, and how long it stays there until it does.
    public var notice = 1.0
    public var noticing = Span64.minutes(20)
    /// The same of a machine whose signals can be compared with patterns: several signals that are watched together stand out
    /// by chance more often, and there is more to go by than the first sign.
    public var noticeOfMany = 1.5
    public var noticingOfMany = Span64.hours(1)
    /// From here on a deviation is a warning although it looks like no fault that is known.
    public var unmistakable = 4.0
    /// How long it stays at the level until it is one, and below `calm` until it is over: judged time.
    public var confirming = Span64.hours(3)
    public var calming = Span64.hours(3)
    /// What stood out and was over by itself makes it stay so many times as long the next time, but never longer than this;
    /// it is forgotten with this time constant.
    public var patience = 3.0
    public var longest = Span64.hours(48)
    public var forgetting = Span64.days(30)
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
  var early: EarlyWatch
  private let diagnoser: Diagnoser
  /// How long the score has been so.
  var above = Span64.zero
  var below = Span64.zero
  var aboveNotice = Span64.zero
  /// How often it stood out and was over by itself, fading.
  var lapses = 0.0
  public internal(set) var isAlarmed = false
  public internal(set) var isNoticed = false
  /// Averaged deviations by signal, so that the first fault does not change with every frame.
  var averages: [Double]

  public init(
    profile: MachineProfile, faults: FaultModel, interval: Span64 = .minutes(10), pace: Span64? = nil,
    settings: Settings = .standard
  ) {
    self.settings = settings
    model = MachineModel(profile: profile, interval: interval, pace: pace)
    prognosis = Prognosis(profile: profile, model: faults, interval: pace ?? interval)
    sensors = SensorWatch(signals: profile.signals.count)
    early = EarlyWatch(profile: profile)
    diagnoser = Diagnoser(profile: profile, model: faults)
    averages = Array(repeating: 0, count: profile.signals.count)
  }

  /// Whether its fault model knows a pattern that its signals can show; without one only deviations are told.
  public var canDiagnose: Bool { diagnoser.canDiagnose }

  /// - Parameter brief: what the minutes of a young machine show.
  public mutating func add(_ frame: ConditionFrame, brief: BriefWatch? = nil) -> Assessment {
    let troubles = sensors.add(frame)
    var cleaned = frame
    for (index, trouble) in troubles.enumerated() where isUseless(trouble, index) { cleaned.values[index] = nil }
    var deviation = model.add(cleaned)
    prognosis.add(cleaned, deviation)
    let evidence = model.evidence
    let gross = early.add(cleaned, isYoung: evidence.state == .learning, evidence: evidence)
    let doubted = Set(troubles.indices.filter { troubles[$0] != nil })
    if var known = deviation {
      let length = frame.end - frame.start
      follow(known, length)
      average(&known, length)
      deviation = known
    }
    // What the model of the machine says is better founded.
    if let gross, !isAlarmed {
      return Assessment(
        deviation: gross, isAlarmed: false, isNoticed: true, isEarly: true,
        faults: diagnoser.diagnose(gross, doubted: doubted), sensors: troubles, match: settings.match)
    }
    if !isAlarmed, let brief, let early = provisional(brief, at: frame.start, sensors: troubles) { return early }
    guard let deviation else {
      return Assessment(
        deviation: nil, isAlarmed: isAlarmed, isNoticed: isNoticed, faults: [], sensors: troubles,
        match: settings.match)
    }
    return Assessment(
      deviation: deviation, isAlarmed: isAlarmed, isNoticed: isNoticed,
      faults: isAlarmed || isNoticed ? diagnoser.diagnose(deviation, doubted: doubted) : [], sensors: troubles,
      match: settings.match, canCompare: isOfMany(deviation),
      isUnmistakable: isAlarmed && deviation.score >= settings.unmistakable)
  }

  /// Whether what a sensor says is of no use. Surroundings do not leap by themselves: a new zero would be learnt as a weather
  /// that was never seen before, and everything be too warm for it.
  func isUseless(_ trouble: SensorWatch.Trouble?, _ signal: Int) -> Bool {
    guard let trouble else { return false }
    let isSurroundings = model.profile.signals[signal].role == .ambientTemperature
    // Where nothing else is measured, they are what is judged.
    return trouble.isUseless || isSurroundings && !model.judged.contains(signal)
  }

  /// What a young machine shows in the time of its recording; nil if nothing stands out.
  func provisional(
    _ brief: BriefWatch, at time: Timestamp, sensors troubles: [SensorWatch.Trouble?] = []
  ) -> Assessment? {
    guard let deviation = brief.deviation(at: time, evidence: model.evidence) else { return nil }
    let doubted = Set(troubles.indices.filter { troubles[$0] != nil })
    var assessment = Assessment(
      deviation: deviation, isAlarmed: false, isNoticed: true, isEarly: true,
      faults: diagnoser.diagnose(deviation, doubted: doubted), sensors: troubles, match: settings.match)
    assessment.isFounded = brief.isFounded
    return assessment
  }

  /// Whether its signals can be compared with patterns.
  func isOfMany(_ deviation: Deviation) -> Bool { canDiagnose && deviation.contributions.count > 1 }

  private mutating func follow(_ deviation: Deviation, _ length: Span64) {
    let score = deviation.score
    let isOfMany = isOfMany(deviation)
    above = score >= settings.level ? above + length : .zero
    below = score < settings.calm ? below + length : .zero
    aboveNotice = score >= (isOfMany ? settings.noticeOfMany : settings.notice) ? aboveNotice + length : .zero
    lapses *= exp(-length.seconds / max(1, settings.forgetting.seconds))
    if above >= patient(settings.confirming, isOfMany) { isAlarmed = true }
    // Of many signals some stand out while their ways are being learnt.
    let mayNotice = !isOfMany || deviation.evidence.state == .watching
    // One frame is one value, however long it is.
    let needed = max(patient(isOfMany ? settings.noticingOfMany : settings.noticing, isOfMany), length + length)
    if isAlarmed || mayNotice && aboveNotice >= needed {
      isNoticed = true
    }
    if below >= settings.calming {
      if isNoticed { lapses += 1 }
      isAlarmed = false
      isNoticed = false
    }
  }

  /// How long it must stay out, by how often it was over by itself: of signals that are watched together. Of a machine that
  /// has but one, the first sign is all that there is to go by.
  private func patient(_ usual: Span64, _ isOfMany: Bool) -> Span64 {
    guard isOfMany, lapses > 0 else { return usual }
    let seconds = min(usual.seconds * pow(settings.patience, lapses), max(usual.seconds, settings.longest.seconds))
    return Span64(nanoseconds: Int64(seconds * 1e9))
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
    early.reset()
    above = .zero
    below = .zero
    aboveNotice = .zero
    lapses = 0
    isAlarmed = false
    isNoticed = false
    for index in averages.indices { averages[index] = 0 }
  }
}
