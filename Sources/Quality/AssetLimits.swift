import Synchronization
import Telemetry
import Templates

/// The compiled thresholds of all signals of an asset. Assets with equal signals share one.
final class AssetLimits: Sendable {
  /// By position in `Asset.signals`; nil for events.
  let signals: [SignalLimits]
  let isWatched: [Bool]
  /// What the values of each signal could be read as.
  let units: [[UnitSuspect]]
  /// On and off delays of each signal, by raw value of the reason.
  let delays: [[DelayMachine.Delays]]
  /// Signals with siblings.
  let groups: [Siblings]
  /// How many signals are compared with others.
  let compared: Int
  /// Length of the parts of time whose means are compared, nanoseconds.
  let part: Int64
  /// Longer without any sample: the whole device was silent.
  let silence: Int64
  let clockTolerance: Int64

  struct Siblings: Sendable {
    var signal: Int
    var others: [Int]
    var tolerance: Double
  }

  /// Nil for an asset without regular signals.
  init?(signals: [Signal], settings: QualitySettings) {
    isWatched = signals.map { $0.kind != .event }
    guard isWatched.contains(true) else { return nil }
    let position = { (name: String) in signals.firstIndex { $0.name == name } }
    groups = signals.indices.compactMap { index in
      let others = signals[index].quality.siblings.compactMap(position).filter { $0 != index }
      guard !others.isEmpty, let tolerance = signals[index].quality.siblingTolerance else { return nil }
      return Siblings(signal: index, others: others, tolerance: tolerance.doubleValue)
    }
    let inGroups = Set(groups.flatMap { [$0.signal] + $0.others }).sorted()
    compared = inGroups.count
    var unitsOf: [String: [UnitSuspect]] = [:]
    var units: [[UnitSuspect]] = []
    var delays: [[DelayMachine.Delays]] = []
    var limits: [SignalLimits] = []
    for (index, signal) in signals.enumerated() {
      let own = settings.changed(by: signal.quality)
      let suspects = unitsOf[signal.unit] ?? UnitSuspect.all(unit: signal.unit)
      unitsOf[signal.unit] = suspects
      units.append(suspects)
      delays.append(SignalLimits.delays(signal, own))
      limits.append(SignalLimits(signal, settings: own))
      limits[index].siblingSlot = Int32(inGroups.firstIndex(of: index) ?? -1)
    }
    self.units = units
    self.delays = delays
    self.signals = limits
    let longest = inGroups.map { limits[$0].expected }.max() ?? 0
    let minute = Span64.minutes(1).nanoseconds
    part = minute * max(1, (longest + minute - 1) / minute)
    silence = zip(limits, isWatched).filter(\.1).map(\.0.gap).min() ?? minute
    clockTolerance = settings.time(.clockTolerance).nanoseconds
  }

  func delays(_ signal: Int, _ reason: QualityReason) -> DelayMachine.Delays {
    delays[signal][Int(reason.rawValue)]
  }

  /// Whether a sample of the signal completes a part of time for which it is compared.
  func group(of signal: Int) -> Siblings? { groups.first { $0.signal == signal } }
}

/// Makes the limits of assets and remembers the last ones: groups of equal assets follow one another.
final class LimitsMaker: Sendable {
  private let last = Mutex<(signals: [Signal], settings: QualitySettings, limits: AssetLimits?)?>(nil)

  func limits(of asset: Asset, settings: QualitySettings) -> AssetLimits? {
    last.withLock { last in
      if let last, last.signals == asset.signals, last.settings == settings { return last.limits }
      let limits = AssetLimits(signals: asset.signals, settings: settings)
      last = (asset.signals, settings, limits)
      return limits
    }
  }
}
