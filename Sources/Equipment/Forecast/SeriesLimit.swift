import Telemetry
import Templates

/// A limit of one measured value that is watched for being crossed.
public struct SeriesLimit: Hashable, Sendable {
  /// Position in `Asset.signals`.
  public var signal: Int
  public var value: Double
  public var isUpper: Bool
  /// Where it is from.
  public var source: String
  /// Nothing else tells that it is crossed.
  public var isAlone: Bool

  /// What an asset has of them: `alarm:` of its signals, limits of its fault model on one signal, and the last limits of
  /// standards that its nameplate gives. The sharpest of a side first.
  public static func limits(of asset: Asset, site: Site) -> [SeriesLimit] {
    var limits: [SeriesLimit] = []
    for (place, signal) in asset.signals.enumerated() where signal.kind == .gauge {
      if let low = signal.alarm.low {
        limits.append(SeriesLimit(signal: place, value: low, isUpper: false, source: "alarm", isAlone: true))
      }
      if let high = signal.alarm.high {
        limits.append(SeriesLimit(signal: place, value: high, isUpper: true, source: "alarm", isAlone: true))
      }
    }
    limits += ofFaults(asset, site)
    let profile = MachineProfile(asset: asset)
    let gauges = MachineProfile.gauges(of: asset)
    for limit in LimitWatch(profile: profile, table: asset.nameplate.isEmpty ? nil : site.condition).limits where limit.signals.count == 1 {
      guard let last = limit.boundaries.last, last.isFinite else { continue }
      limits.append(
        SeriesLimit(signal: gauges[limit.signals[0]], value: last, isUpper: true, source: limit.source, isAlone: false))
    }
    return limits.enumerated().sorted {
      ($0.element.signal, $0.element.isUpper ? $0.element.value : -$0.element.value, $0.offset)
        < ($1.element.signal, $1.element.isUpper ? $1.element.value : -$1.element.value, $1.offset)
    }.map(\.element)
  }

  /// Faults that one signal alone shows, by one fixed limit.
  private static func ofFaults(_ asset: Asset, _ site: Site) -> [SeriesLimit] {
    guard let model = site.faultModel(of: asset) else { return [] }
    return model.faults.flatMap { fault -> [SeriesLimit] in
      guard fault.conditions.count == 1, let condition = fault.conditions.first,
        condition.signals == [condition.value.text],
        let place = asset.signals.firstIndex(where: { $0.name == condition.value.text }),
        asset.signals[place].kind == .gauge
      else { return [] }
      func limit(_ value: Double, _ isUpper: Bool) -> SeriesLimit {
        SeriesLimit(
          signal: place, value: value, isUpper: isUpper, source: fault.name.english.lowercased(), isAlone: false)
      }
      switch condition.bound {
      case .above(.fixed(let value)), .atLeast(.fixed(let value)): return [limit(value, true)]
      case .below(.fixed(let value)), .atMost(.fixed(let value)): return [limit(value, false)]
      case .outside(let low, let high): return [limit(low, false), limit(high, true)]
      default: return []
      }
    }
  }
}
