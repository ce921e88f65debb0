import RuleBench
import Telemetry
import Templates

@testable import Quality

/// Series on paper: what sensors show, and what goes wrong with them.
struct Noise {
  private var generator: Seeded
  init(_ seed: UInt64) { generator = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1) }

  mutating func uniform() -> Double { Double(generator.next() >> 11) / 9_007_199_254_740_992 }

  /// Standard normal to a good approximation: the sum of twelve uniform ones (Irwin and Hall 1927).
  mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}

struct Reading: Hashable {
  var time: Timestamp
  var signal: Int
  var value: Double
}

enum Series {
  static let start = Timestamp(rfc3339: "2026-11-21T00:00:00+08:00")!
  static let interval = Span64.seconds(10)

  static func at(_ seconds: Double) -> Timestamp { start + Span64(nanoseconds: Int64(seconds * 1e9)) }

  /// A sample every ten seconds; `shape` gets the hour and one normal number for each.
  static func make(
    hours: Double, seed: UInt64 = 1, signal: Int = 0, shape: (_ hour: Double, _ noise: inout Noise) -> Double?
  ) -> [Reading] {
    var noise = Noise(seed)
    var readings: [Reading] = []
    for index in 0..<Int(hours * 360) {
      let hour = Double(index) / 360
      if let value = shape(hour, &noise) {
        readings.append(Reading(time: at(Double(index) * 10), signal: signal, value: value))
      }
    }
    return readings
  }

  /// A temperature of a running machine.
  static func sound(_ hour: Double, _ noise: inout Noise) -> Double {
    let slow = hour / 24 - (hour / 24).rounded(.down)
    return 50 + 8 * (slow < 0.5 ? slow : 1 - slow) + 0.3 * noise.normal()
  }

  static func rounded(_ value: Double, to step: Double) -> Double { (value / step).rounded() * step }
}

extension QualitySettings {
  /// As the product's, but it knows after an hour what is usual, and after seven what a week is like.
  static var quick: QualitySettings {
    var settings = QualitySettings.standard
    settings.set(.learn, .time(.hours(1)))
    return settings
  }
}

/// Readings through the detectors of one asset, in the order of their times.
func transitions(
  _ readings: [Reading], signals: [Signal], settings: QualitySettings = .quick
) -> [Transition] {
  guard let limits = AssetLimits(signals: signals, settings: settings) else { return [] }
  var state = DetectorState(limits)
  var found: [Transition] = []
  for reading in readings.sorted(by: { ($0.time, $0.signal) < ($1.time, $1.signal) }) {
    state.handle(
      reading.signal, reading.time.nanoseconds, reading.value, limits, slack: Span64.seconds(10).nanoseconds,
      into: &found)
  }
  return found
}

extension [Transition] {
  /// `0 stuck-value` for each finding that was opened, without repetitions.
  var opened: [String] {
    var seen: [String] = []
    for transition in self where transition.kind == .opened {
      let text = "\(transition.signal) \(transition.reason.word)"
      if !seen.contains(text) { seen.append(text) }
    }
    return seen.sorted()
  }

  func of(_ reason: QualityReason, _ kind: Transition.Kind) -> [Transition] {
    filter { $0.reason == reason && $0.kind == kind }
  }
}
