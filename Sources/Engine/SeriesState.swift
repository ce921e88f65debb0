import Telemetry
import Templates

/// What the engine knows of one series; indexed by its number.
struct SeriesState {
  /// Which revision horizon judges whether a sample is too old.
  enum Class: Int, CaseIterable {
    case register = 0
    case gauge = 1
    case event = 2

    init(_ kind: Signal.Kind) {
      switch kind {
      case .register, .delta: self = .register
      case .gauge, .state: self = .gauge
      case .event: self = .event
      }
    }

    /// The kinds of record that such a signal feeds.
    var feeds: [RecordKind] {
      switch self {
      case .register: [.energyInterval, .energyDay, .energyMonth]
      case .gauge: [.signalSummary]
      case .event: [.inspectionCount]
      }
    }

    func horizon(_ site: Site) -> Span64 {
      feeds.compactMap { site.horizons[$0]?.revision }.max() ?? .days(45)
    }
  }

  /// Time of the latest accepted sample; `Int64.min` before the first.
  var last: Int64 = .min
  /// Position in `Site.assets`; negative: the series is not configured any more.
  var asset: Int32 = -1
  /// Position in `Asset.signals`.
  var signal: Int32 = 0
  /// The rules that want it: a range of the engine's list of watchers.
  var firstWatcher: Int32 = 0
  var watchers: Int32 = 0
  var horizon: Int32 = 0
  /// A rule answers for the counts; else a sample is used as soon as it is accepted.
  var isCounted = false
}
