import Telemetry
import Templates

/// One value of one field, with the time at which its message arrived.
struct FieldValue: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    /// `digits`: as the payload has it, without rounding; `places` after the decimal point.
    case number(Double, places: Int)
    case word(String)
    case boolean(Bool)
    case list([String])
    /// Many numbers in a row: a waveform or a profile.
    case series(Record)
    case nothing
  }

  struct Record: Hashable, Sendable {
    /// In the longest and in the shortest one.
    var points: Int
    var fewest: Int
    var encoding: WaveformMapping.Encoding
  }

  var content: Content
  var received: Timestamp
  var isRetained: Bool
  /// The unit that the payload itself gives for this value.
  var unit: String?

  var number: Double? {
    if case .number(let value, _) = content { return value }
    return nil
  }

  /// As a device would write it, for states, ids and times.
  var text: String? {
    switch content {
    case .word(let text): text
    case .boolean(let value): value ? "true" : "false"
    case .number(let value, _):
      value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    case .list, .series, .nothing: nil
    }
  }
}

/// All values of one field of one topic.
struct Field: Sendable {
  /// Position among the topics of its device.
  var topic: Int
  var source: FieldSource
  /// What names the value, from the outside in; topic levels where each value has a topic of its own.
  var labels: [String]
  var values: [FieldValue]

  enum Kind: String, Sendable { case number, word, boolean, list, series, nothing }

  /// What most values are; numbers written as texts count as numbers.
  var kind: Kind {
    var counts: [Kind: Int] = [:]
    for value in values {
      switch value.content {
      case .number: counts[.number, default: 0] += 1
      case .word: counts[.word, default: 0] += 1
      case .boolean: counts[.boolean, default: 0] += 1
      case .list: counts[.list, default: 0] += 1
      case .series: counts[.series, default: 0] += 1
      case .nothing: break
      }
    }
    let order: [Kind] = [.number, .word, .boolean, .list, .series]
    return order.max { counts[$0, default: 0] < counts[$1, default: 0] }.flatMap { counts[$0] == nil ? nil : $0 }
      ?? .nothing
  }

  var numbers: [Double] { values.compactMap(\.number) }
  var words: [String] { values.compactMap(\.text) }
  var unit: String? { values.lazy.compactMap(\.unit).first }
  var isTimed: Bool { values.contains { !$0.isRetained } }

  /// The most places after the decimal point.
  var places: Int {
    values.reduce(0) { most, value in
      if case .number(_, let places) = value.content { return max(most, places) }
      return most
    }
  }
}
