import Foundation
import Telemetry

/// Learns one machine from its frames and judges each of them against what was learnt: a fold over frames in the order
/// of their times, without a clock, the same for the same frames.
///
/// Of each signal it expects what the operating point (speed, load, surroundings, warm-up) makes of it; what is left is
/// smoothed at several time constants, and at each one compared with what is usual there. What deviates is not learnt
/// from, so a fault never becomes normal; a new level that stays is taken over only while the machine is young, or after
/// `rebaseline`, when maintenance was recorded.
public struct MachineModel: Hashable, Sendable {
  public let profile: MachineProfile
  let settings: LearningSettings
  /// Positions in the profile of what is judged.
  let judged: [Int]
  /// Place of each signal of the profile among the judged; −1 = not judged.
  let isLogarithmic: [Bool]
  /// What explains powers, currents and torques; and with these as well, everything else.
  var demand: Explained
  var burden: Explained
  /// By place among the judged: whether `burden` explains it.
  let usesBurden: [Bool]
  var scales: [ScaleModel]
  /// By place among the judged.
  var floors: FirstLevels
  /// By place among the judged: the last residuals, at most two.
  var before: [[Double]]
  /// By place among the judged; nil where the operating point explains the signal.
  var seasons: [Season?]
  var frozenMinutes: [Double]
  var learntMinutes: [Double]
  /// Minutes of judged frames that were learnt from.
  var minutes = 0.0
  var lastEnd: Timestamp?
  /// Judged minutes since the last stop.
  var runningMinutes = 0.0
  /// Whether a stop was seen at all: without one nothing is known of warm-up.
  var hasStopped = false
  /// Longest time between frames that belong together, minutes.
  private let gap: Double
  /// Rows since the slow part of the state was last saved: place of the scale, row.
  var pending: [PendingRow] = []

  /// Rows that were saved have changed.
  var isRewritten = false

  struct PendingRow: Hashable, Sendable {
    var scale: Int
    var row: [Float]
  }

  /// - Parameters:
  ///   - interval: longest expected interval of its signals.
  ///   - pace: shortest one, which says how often it tells of itself; nil = the same.
  public init(
    profile: MachineProfile, interval: Span64 = .minutes(1), pace: Span64? = nil,
    settings: LearningSettings = .standard
  ) {
    let settings = settings.paced((pace ?? interval).seconds / 60)
    self.profile = profile
    self.settings = settings
    let watched = profile.signals.indices.filter { profile.signals[$0].role.isWatched }
    let symptoms = watched.filter { !profile.signals[$0].role.isOperatingPoint }
    judged = symptoms.isEmpty ? watched : symptoms
    // Whatever is judged explains nothing.
    let asked = symptoms.isEmpty ? [] : watched.filter { profile.signals[$0].role.isOperatingPoint }
    let burdens = judged.filter { profile.signals[$0].role.isBurden }
    let strongest = [MeasuredRole.activePower, .torque, .current].compactMap { role in
      burdens.first { profile.signals[$0].role == role }
    }.first
    // Of a machine whose speed is known, the weather explains little of the power; and as both follow the day, the first days
    // would tell them apart badly.
    let hasSpeed = asked.contains { profile.signals[$0].role == .speed }
    let demanded = asked.filter { !hasSpeed || profile.signals[$0].role != .ambientTemperature }
    func isAsked(_ signal: Int) -> Bool { profile.signals[signal].role.isAsked }
    demand = Explained(signals: Array(demanded.prefix(3)), judged: judged.count, isAsked: isAsked)
    let explaining = judged.count > burdens.count ? Array(asked.prefix(3)) + [strongest].compactMap(\.self) : []
    burden = Explained(signals: explaining, judged: judged.count, isAsked: isAsked)
    let (isFree, isUnburdened) = (demand.signals.isEmpty, burden.signals.isEmpty)
    seasons = judged.map {
      settings.isSparse && (profile.signals[$0].role.isBurden ? isFree : isUnburdened) ? Season() : nil
    }
    usesBurden = judged.map { !profile.signals[$0].role.isBurden }
    isLogarithmic = judged.map { profile.signals[$0].role.isLogarithmic }
    scales = settings.scales.map { ScaleModel(constant: $0, signals: symptoms.count, settings: settings) }
    if symptoms.isEmpty {
      scales = settings.scales.map { [judged] in
        ScaleModel(constant: $0, signals: judged.count, settings: settings)
      }
    }
    floors = FirstLevels(count: judged.count)
    before = Array(repeating: [], count: judged.count)
    frozenMinutes = Array(repeating: 0, count: judged.count)
    learntMinutes = Array(repeating: 0, count: judged.count)
    gap = max(settings.longestGap, 3 * interval.seconds / 60)
  }

  public var evidence: Evidence {
    let hours = minutes / 60
    return Evidence(
      state: hours < settings.hours ? .learning : .watching, hours: hours, needed: settings.hours,
      regimes: max(demand.regimes, burden.regimes))
  }

  /// Whether there is anything to learn.
  public var isEmpty: Bool { judged.isEmpty }

  /// Learns and judges a frame; nil if it is not judged: the machine does not run, has just started, or nothing is known
  /// of this operating point. Frames come in the order of their times.
  public mutating func add(_ frame: ConditionFrame) -> Deviation? {
    guard frame.values.count == profile.signals.count, lastEnd.map({ frame.end > $0 }) ?? true else { return nil }
    let length = (frame.end - frame.start).seconds / 60
    let elapsed = lastEnd.map { (frame.end - $0).seconds / 60 } ?? length
    guard frame.run.isJudged else {
      if frame.run.isStopped || frame.run == .starting {
        runningMinutes = 0
        hasStopped = true
        for place in before.indices { before[place] = [] }
      }
      lastEnd = frame.end
      return nil
    }
    guard !frame.isEmpty else { return nil }
    lastEnd = frame.end
    let passed = min(max(elapsed, length), gap)
    runningMinutes += passed
    if hasStopped, runningMinutes < settings.settling { return nil }
    return judge(frame, minutes: passed)
  }

  private mutating func judge(_ frame: ConditionFrame, minutes passed: Double) -> Deviation? {
    let warmUp = hasStopped ? exp(-runningMinutes / settings.warmUp) : 0
    let values = judged.indices.map { transformed(frame.values[judged[$0]], $0) }
    for place in values.indices {
      if let value = values[place] { floors.add(value, place) }
    }
    let share = 1 - exp(-passed / settings.warmUp)
    let isUsual = minutes < settings.hours * 60 || !scales.contains { $0.deviates(settings.freeze) }
    let demandRow = demand.regressors(frame.values, warmUp: warmUp, share: share, isUsual: isUsual)
    let burdenRow = burden.regressors(frame.values, warmUp: warmUp, share: share, isUsual: isUsual)
    var best: [(share: Double, scale: Int)] = Array(repeating: (0, -1), count: judged.count)
    var expected = Array(repeating: 0.0, count: judged.count)
    /// What is left before any rhythm is taken out.
    var plain = [Double?](repeating: nil, count: judged.count)
    var isKnown = Array(repeating: false, count: judged.count)
    var isAnyKnown = false
    let untried = minutes < settings.hours * 60 ? settings.untried : 1
    var most = untried
    for place in judged.indices {
      guard let value = values[place] else {
        for scale in scales.indices { scales[scale].leaveOut(place) }
        continue
      }
      let (level, doubt, strays) =
        usesBurden[place]
        ? burden.prediction(place, burdenRow, first: floors[place])
        : demand.prediction(place, demandRow, first: floors[place])
      guard let level else {
        for scale in scales.indices { scales[scale].leaveOut(place) }
        continue
      }
      plain[place] = value - level
      let prediction = level + (seasons[place]?.value(frame.start) ?? 0)
      isKnown[place] = true
      isAnyKnown = true
      most = max(most, doubt * untried)
      expected[place] = prediction
      let residual = settled(value - prediction, place)
      for scale in scales.indices {
        scales[scale].smooth(place, residual, minutes: passed)
        let share = scales[scale].judge(place, doubt: doubt * untried, strays: strays, minutes: passed)
        if share > best[place].share { best[place] = (share, scale) }
      }
    }
    let doubt = most
    // Signals that stray together because what explains them has failed are no news.
    let isBlind = demand.isSubstituting || burden.isSubstituting
    let joint =
      isBlind ? 0 : scales.indices.map { scales[$0].judgeJointly(doubt: doubt, minutes: passed) }.max() ?? 0
    let score = max(joint, best.map(\.share).max() ?? 0)
    let suspects =
      score >= Self.suspicious && !isBlind ? suspects(frame, best, demandRow, burdenRow) : []
    let frozen = learn(values, isKnown, best.map(\.share), demandRow, burdenRow, minutes: passed)
    for place in judged.indices where !frozen[place] {
      if let residual = plain[place] { seasons[place]?.learn(residual, at: frame.start, minutes: passed) }
    }
    guard isAnyKnown else { return nil }
    minutes += passed
    var contributions: [Deviation.Contribution] = []
    for place in judged.indices where best[place].scale >= 0 {
      let model = scales[best[place].scale]
      let usual = expected[place] + Double(model.center[place])
      let shown = expected[place] + Double(model.level[place])
      contributions.append(
        Deviation.Contribution(
          signal: judged[place], z: model.z[place], value: restored(shown, place), expected: restored(usual, place)))
    }
    contributions.sort { (abs($0.z), $1.signal) > (abs($1.z), $0.signal) }
    return Deviation(
      time: frame.start, score: score, joint: joint, contributions: contributions, evidence: evidence,
      suspects: suspects)
  }

  /// The middle one of three: a single wild value is no condition, however wild it is.
  private mutating func settled(_ residual: Double, _ place: Int) -> Double {
    guard settings.isSparse else { return residual }
    defer { before[place] = before[place].suffix(1) + [residual] }
    guard before[place].count == 2 else { return residual }
    let (one, two) = (before[place][0], before[place][1])
    return max(min(one, two), min(max(one, two), residual))
  }

  /// - Returns: by place, whether it was not learnt from.
  private mutating func learn(
    _ values: [Double?], _ isKnown: [Bool], _ shares: [Double], _ demandRow: [Double]?, _ burdenRow: [Double]?,
    minutes passed: Double
  ) -> [Bool] {
    let slow = scales.lastIndex { $0.constant <= settings.passing } ?? 0
    let lasting = judged.indices.map { place in
      let level = Double(scales[slow].level[place])
      return level.isFinite ? level : 0
    }
    var isFrozen = shares.indices.map { place in
      shares[place] >= settings.freeze
        || scales.contains { $0.constant > settings.passing && abs($0.z[place]) >= settings.drift }
    }
    // Where what explains has failed, what is seen is not what is usual.
    let isBlind = demand.isSubstituting || burden.isSubstituting
    if isBlind {
      for place in isFrozen.indices { isFrozen[place] = true }
    }
    let isYoung = minutes < settings.hours * 60 && !isBlind
    for place in judged.indices where values[place] != nil {
      guard isFrozen[place] else {
        frozenMinutes[place] = max(0, frozenMinutes[place] - passed)
        learntMinutes[place] += passed
        continue
      }
      frozenMinutes[place] += passed
      // Of a young machine not every way of working was seen: what is withheld too often is one of them.
      if isYoung, frozenMinutes[place] > settings.withheld * learntMinutes[place] {
        isFrozen[place] = false
        learntMinutes[place] += passed
      }
    }
    // A fault would explain itself away: of a machine that is known, only what follows the operating point is learnt,
    // not a level that stays.
    let kept = values.indices.map { place in values[place].map { $0 - lasting[place] } }
    if let demandRow, !demand.signals.isEmpty, !demand.isSubstituting {
      // In an operating point that is new nothing is known to deviate.
      let learnt = isYoung || demand.isNew(demandRow) ? values : kept
      demand.learn(demandRow, learnt.indices.map { usesBurden[$0] ? nil : learnt[$0] }, minutes: passed)
    }
    if let burdenRow, !burden.signals.isEmpty, !burden.isSubstituting {
      let learnt = isYoung || burden.isNew(burdenRow) ? values : kept
      burden.learn(burdenRow, learnt.indices.map { usesBurden[$0] ? learnt[$0] : nil }, minutes: passed)
    }
    guard floors.isComplete(isKnown) else { return isFrozen }
    let floors = spreadFloors()
    for scale in scales.indices {
      if let row = scales[scale].learn(isFrozen: isFrozen, isKnown: isKnown, floors: floors, minutes: passed) {
        pending.append(PendingRow(scale: scale, row: row))
      }
    }
    return isFrozen
  }

  /// Smallest spreads by place among the judged. What a sensor cannot resolve is no change, and what single frames
  /// stray is the measure of the machine's rest: both follow from what it has shown, whatever unit it is in.
  func spreadFloors() -> [Double] {
    judged.indices.map { place in
      if isLogarithmic[place] { return settings.logarithmicFloor }
      let level = abs(floors[place] ?? 0)
      guard settings.isSparse else { return max(1e-6, settings.spreadFloor * level) }
      guard let step = floors.step(place) else { return max(1e-6, settings.stillFloor * level) }
      let stray = scales[0].stray(place)
      // Noise of half a step and more makes averages finer than the steps.
      return max(1e-9, settings.sparseFloor * level, settings.fineness * stray, stray < step / 2 ? step : 0)
    }
  }

  private func transformed(_ value: Double?, _ place: Int) -> Double? {
    guard let value, value.isFinite else { return nil }
    guard isLogarithmic[place] else { return value }
    return value > 0 ? log(value) : nil
  }

  private func restored(_ value: Double, _ place: Int) -> Double { isLogarithmic[place] ? exp(value) : value }

  /// After maintenance: what is usual is learnt anew, beginning with the next frame. How far signals stray is kept.
  public mutating func rebaseline() {
    for scale in scales.indices { scales[scale].rebaseline() }
    demand.rebaseline()
    burden.rebaseline()
    floors = FirstLevels(count: judged.count)
    before = Array(repeating: [], count: judged.count)
    for place in seasons.indices where seasons[place] != nil { seasons[place] = Season() }
    frozenMinutes = Array(repeating: 0, count: judged.count)
    learntMinutes = Array(repeating: 0, count: judged.count)
    minutes = 0
    pending = []
    isRewritten = true
  }
}

extension MeasuredRole {
  /// How hard a machine works, as it shows itself: it explains temperatures and vibration.
  var isBurden: Bool {
    switch self {
    case .activePower, .current, .torque: true
    default: false
    }
  }

  /// Something that is asked of the machine, in any size.
  var isAsked: Bool { self == .speed || self == .load }

  /// Grows by factors, not by amounts.
  var isLogarithmic: Bool {
    switch self {
    case .vibrationVelocity, .vibrationDisplacement, .vibrationAcceleration, .envelope, .kurtosis, .crest, .bandEnergy:
      true
    default: false
    }
  }
}
