import Plant
import Rules
import Telemetry
import Templates

extension SignalSummaryRule {
  /// - Parameter without: a sample that is left out, by position of its signal and time.
  func body(
    _ window: OpenWindow, without: (signal: Int, time: Timestamp)? = nil, context: RuleContext
  ) throws -> (body: [UInt8], used: Int, figures: SummaryFigures) {
    let range = window.start..<window.start + Self.window
    var used = 0
    var figures = SummaryFigures(start: range.lowerBound, end: range.upperBound)
    var text = SummaryText(
      asset: asset.id, end: zone.rfc3339(range.upperBound), place: asset.place,
      capacity: 160 + 220 * layout.signalsByName.count)
    for signal in layout.signalsByName {
      let skipped = without?.signal == signal ? without?.time : nil
      if layout.isState[signal] {
        let times = try stateTimes(signal, range, without: skipped, context: context)
        used += times.count
        guard times.count > 0 || times.nanoseconds.contains(where: { $0 > 0 }) else { continue }
        figures.states.append(.init(signal: signal, nanoseconds: times.nanoseconds))
        text.add(times, of: asset.signals[signal], window: Self.window)
      } else {
        let statistics = try statistics(signal, window, without: skipped, context: context)
        used += statistics.count
        guard statistics.count > 0 else { continue }
        figures.gauges.append(
          .init(
            signal: signal, count: statistics.count, good: statistics.good, mean: statistics.mean,
            minimum: statistics.minimum, maximum: statistics.maximum,
            standardDeviation: statistics.standardDeviation))
        text.add(statistics, of: asset.signals[signal], coverage: coverage(statistics.count, asset.signals[signal]))
      }
    }
    return (text.finish(start: zone.rfc3339(range.lowerBound)), used, figures)
  }

  private func statistics(
    _ signal: Int, _ window: OpenWindow, without: Timestamp?, context: RuleContext
  ) throws -> SignalStatistics {
    let doubts = try context.verdicts.doubts(
      signal: signal, from: window.start, to: window.start + Self.window, context: context)
    // What was folded as it arrived knows nothing of doubts.
    guard window.isDirty || !doubts.isEmpty else { return window.statistics[layout.gauge[signal]] }
    var statistics = SignalStatistics()
    for sample in try context.samples(signal: signal, from: window.start, to: window.start + Self.window)
    where sample.time != without {
      if case .double(let value) = sample.value {
        statistics.add(value, quality: sample.quality, doubt: Self.doubt(of: sample, doubts))
      }
    }
    return statistics
  }

  private func stateTimes(
    _ signal: Int, _ range: Range<Timestamp>, without: Timestamp?, context: RuleContext
  ) throws -> StateTimes {
    guard case .state(let names) = asset.signals[signal].kind else {
      return StateTimes(states: 0, window: range, hold: .zero, before: nil)
    }
    let hold = asset.signals[signal].expectedInterval
    var before: (state: Int, time: Timestamp)?
    let earliest = range.lowerBound - hold
    var sample = try context.lastSample(signal: signal, before: range.lowerBound, notBefore: earliest)
    if let last = sample, last.time == without {
      sample = try context.lastSample(signal: signal, before: last.time, notBefore: earliest)
    }
    if let sample, let state = code(sample) { before = (state, sample.time) }
    let doubts = try context.verdicts.doubts(
      signal: signal, from: range.lowerBound, to: range.upperBound, context: context)
    var times = StateTimes(states: names.count, window: range, hold: hold, before: before)
    for sample in try context.samples(signal: signal, from: range.lowerBound, to: range.upperBound)
    where sample.time != without {
      if let state = code(sample) {
        times.add(state, at: sample.time, quality: sample.quality, doubt: Self.doubt(of: sample, doubts))
      }
    }
    times.settle(until: range.upperBound)
    return times
  }

  /// Why a sample is doubted; of several reasons the first in their order.
  private static func doubt(of sample: Sample, _ doubts: [QualityVerdicts.Doubt]) -> QualityReason? {
    doubts.lazy.filter { $0.contains(sample.time) }.map(\.reason).min()
  }

  private func code(_ sample: Sample) -> Int? {
    if case .double(let value) = sample.value { Int(exactly: value) } else { nil }
  }

  /// Share of the expected samples that arrived, at most 1.
  private func coverage(_ count: Int, _ signal: Signal) -> Double {
    guard signal.expectedInterval > .zero else { return 1 }
    let expected = max(1, Self.window.nanoseconds / signal.expectedInterval.nanoseconds)
    return min(1, Double(count) / Double(expected))
  }
}
