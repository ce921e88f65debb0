import Telemetry
import Templates

/// Writes the body of a signal summary as canonical JSON in one pass: at one record per asset and minute this is the
/// text that the gateway writes most. Members are named in their canonical order.
struct SummaryText {
  private var bytes: [UInt8] = []
  private var isFirst = true

  init(asset: String, end: String, place: String, capacity: Int) {
    bytes.reserveCapacity(capacity)
    put("{\"asset\":")
    CanonicalText.append(asset, to: &bytes)
    put(",\"end\":")
    CanonicalText.append(end, to: &bytes)
    put(",\"place\":")
    CanonicalText.append(place, to: &bytes)
    put(",\"signals\":{")
  }

  private mutating func put(_ text: StaticString) { CanonicalText.literal(text, to: &bytes) }

  private mutating func begin(_ signal: Signal) {
    if !isFirst { put(",") }
    isFirst = false
    CanonicalText.append(signal.name, to: &bytes)
  }

  mutating func add(_ statistics: SignalStatistics, of signal: Signal, coverage: Double) {
    begin(signal)
    put(":{\"count\":")
    CanonicalText.append(statistics.count, to: &bytes)
    put(",\"coverage\":")
    CanonicalText.append(coverage, to: &bytes)
    put(",\"first\":")
    CanonicalText.append(statistics.first, to: &bytes)
    put(",\"good_share\":")
    CanonicalText.append(Double(statistics.good) / Double(statistics.count), to: &bytes)
    put(",\"last\":")
    CanonicalText.append(statistics.last, to: &bytes)
    put(",\"maximum\":")
    CanonicalText.append(statistics.maximum, to: &bytes)
    put(",\"mean\":")
    CanonicalText.append(statistics.mean, to: &bytes)
    put(",\"minimum\":")
    CanonicalText.append(statistics.minimum, to: &bytes)
    if let deviation = statistics.standardDeviation {
      put(",\"standard_deviation\":")
      CanonicalText.append(deviation, to: &bytes)
    }
    add(statistics.uncertain)
    put(",\"unit\":")
    CanonicalText.append(signal.unit, to: &bytes)
    put("}")
  }

  mutating func add(_ times: StateTimes, of signal: Signal, window: Span64) {
    guard case .state(let names) = signal.kind else { return }
    begin(signal)
    put(":{\"count\":")
    CanonicalText.append(times.count, to: &bytes)
    put(",\"coverage\":")
    CanonicalText.append(Double(times.nanoseconds.reduce(0, +)) / Double(window.nanoseconds), to: &bytes)
    if let first = times.first {
      put(",\"first\":")
      CanonicalText.append(names[first], to: &bytes)
    }
    if times.count > 0 {
      put(",\"good_share\":")
      CanonicalText.append(Double(times.good) / Double(times.count), to: &bytes)
    }
    if let last = times.last {
      put(",\"last\":")
      CanonicalText.append(names[last], to: &bytes)
    }
    put(",\"seconds_in_state\":{")
    let held = names.indices.filter { times.nanoseconds[$0] > 0 }.sorted {
      names[$0].utf16.lexicographicallyPrecedes(names[$1].utf16)
    }
    for (place, state) in held.enumerated() {
      if place > 0 { put(",") }
      CanonicalText.append(names[state], to: &bytes)
      put(":")
      CanonicalText.append(Double(times.nanoseconds[state]) / 1e9, to: &bytes)
    }
    put("}")
    add(times.uncertain)
    put("}")
  }

  private mutating func add(_ uncertain: Uncertain) {
    let counts = uncertain.counts
    guard !counts.isEmpty else { return }
    put(",\"uncertain\":{")
    for (place, entry) in counts.enumerated() {
      if place > 0 { put(",") }
      CanonicalText.append(entry.word, to: &bytes)
      put(":")
      CanonicalText.append(entry.count, to: &bytes)
    }
    put("}")
  }

  mutating func finish(start: String) -> [UInt8] {
    put("},\"start\":")
    CanonicalText.append(start, to: &bytes)
    put("}")
    return bytes
  }
}
