import Telemetry
import Templates

/// The thresholds of one signal, compiled: plain numbers, which every sample is measured by. Times in nanoseconds.
struct SignalLimits: Sendable {
  enum Kind: UInt8, Sendable { case gauge, register, state }

  var kind: Kind
  /// Detectors that are on.
  var on: Conditions
  var expected: Int64
  /// A longer time without a sample is a gap.
  var gap: Int64
  var learn: Int64
  var stuckAfter: Int64
  var stuckRuns: Float
  var flatShare: Float
  var spikeFactor: Float
  var noiseFactor: Float
  /// In the signal's unit per nanosecond.
  var maximumRate: Double
  /// Shares by which the usual step follows upwards and downwards.
  var rise: Float
  var fall: Float
  var unitSamples: UInt8
  var unitTolerance: Double
  /// Position among the signals that have siblings or are some; negative: none.
  var siblingSlot: Int32 = -1

  /// Samples that must have been seen, however long they took.
  static let leastSamples: UInt32 = 100
  /// A finding closes after so many sound samples at least.
  private static let leastClosing: Int64 = 5
  private static let leastNoise: Int64 = 20

  init(_ signal: Signal, settings: QualitySettings) {
    switch signal.kind {
    case .register: kind = .register
    case .state, .event: kind = .state
    case .gauge: kind = .gauge
    }
    on = Conditions(rawValue: 0)
    for reason in QualityReason.allCases where !settings.off.contains(reason) { on.insert(Conditions(reason)) }
    switch kind {
    case .gauge: break
    case .register: on.formIntersection([.gap, .duplicate, Conditions(.outOfRange)])
    case .state: on.formIntersection([.gap, .duplicate])
    }
    expected = max(1, signal.expectedInterval.nanoseconds)
    gap = max(Span64.minutes(1).nanoseconds, Self.product(expected, settings.number(.gapIntervals)))
    learn = settings.time(.learn).nanoseconds
    stuckAfter = settings.time(.stuckAfter).nanoseconds
    stuckRuns = Float(settings.number(.stuckRuns))
    flatShare = Float(settings.number(.flatShare))
    spikeFactor = Float(settings.number(.spikeFactor))
    noiseFactor = Float(settings.number(.noiseFactor))
    maximumRate = (signal.quality.maximumRate?.perSecond).map { $0 / 1e9 } ?? .infinity
    unitSamples = UInt8(min(100, settings.number(.unitSamples)))
    unitTolerance = settings.number(.unitTolerance)
    let noise = Self.noiseAfter(settings, expected)
    // The usual step must follow a change so slowly that the change is told before it has become usual.
    rise = Float(min(0.05, Double(expected) / (100 * Double(noise))))
    fall = rise / 16
  }

  private static func product(_ time: Int64, _ factor: Double) -> Int64 {
    Int64(min(Double(time) * factor, 4e18))
  }

  /// The on and off delays by raw value of the reason.
  static func delays(_ signal: Signal, _ settings: QualitySettings) -> [DelayMachine.Delays] {
    let expected = max(1, signal.expectedInterval.nanoseconds)
    let off = max(settings.time(.closeAfter).nanoseconds, product(expected, Double(leastClosing)))
    let noise = noiseAfter(settings, expected)
    let count = { (key: QualityKey) in Int32(settings.number(key)) }
    return QualityReason.allCases.map { reason in
      switch reason {
      case .stuckValue, .unitChange, .gap: DelayMachine.Delays(off: off)
      case .flatLine: DelayMachine.Delays(on: settings.time(.flatAfter).nanoseconds, off: off)
      case .spike: DelayMachine.Delays(count: count(.spikeCount), off: off, isPoint: true)
      case .noiseChange: DelayMachine.Delays(on: noise, off: off)
      case .outOfRange: DelayMachine.Delays(count: count(.outOfRangeCount), off: off, isPoint: true)
      case .rateOfChange: DelayMachine.Delays(count: count(.rateCount), off: off, isPoint: true)
      case .siblingDisagreement: DelayMachine.Delays(on: settings.time(.siblingAfter).nanoseconds, off: off)
      case .duplicatePublisher: DelayMachine.Delays(count: count(.duplicateCount), off: off, isPoint: false)
      }
    }
  }

  private static func noiseAfter(_ settings: QualitySettings, _ expected: Int64) -> Int64 {
    max(settings.time(.noiseAfter).nanoseconds, product(expected, Double(leastNoise)))
  }
}
