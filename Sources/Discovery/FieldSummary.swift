import Telemetry
import Templates

/// One field of a shape, over all devices that have the shape.
struct FieldSummary: Sendable {
  var source: FieldSource
  /// Position among the topics of each device.
  var topic: Int
  var labels: [String]
  var meaning: NameMeaning
  var kind: Field.Kind
  /// Numbers of each device, in the order of arrival.
  var numbers: [[Double]]
  /// First and last arrival of each device's numbers.
  var spans: [Span64]
  /// What was seen as text, sorted, without repetitions.
  var words: [String]
  var valueCount: Int
  /// Each message of a device had another text.
  var isUniqueInEachMessage: Bool
  /// The unit that the payload gives.
  var givenUnit: String?
  var givenUnits: Set<String>
  var places: Int
  /// What the messages hold as records; nil for other fields, and where they differ in their encoding.
  var record: FieldValue.Record?
  var isTime = false
  var isIgnored = false

  var lowest: Double { numbers.joined().min() ?? 0 }
  var highest: Double { numbers.joined().max() ?? 0 }

  /// Never falls in any device.
  var isMonotone: Bool {
    numbers.allSatisfy { list in zip(list, list.dropFirst()).allSatisfy { $0 <= $1 } }
  }
  var increases: Bool { numbers.contains { ($0.last ?? 0) > ($0.first ?? 0) } }

  /// For people: `"power_kw", 12.1 … 45.3`.
  var rangeText: String {
    guard kind == .number, !numbers.joined().isEmpty else { return "" }
    return lowest == highest ? Self.text(lowest) : "\(Self.text(lowest)) … \(Self.text(highest))"
  }

  static func text(_ value: Double) -> String {
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    // Four places are enough to judge by.
    let rounded = (value * 10_000).rounded() / 10_000
    return "\(rounded)"
  }

  init(_ fields: [Field], meaning: NameMeaning) {
    let first = fields[0]
    source = first.source
    topic = first.topic
    labels = first.labels
    self.meaning = meaning
    kind = first.kind
    numbers = fields.map(\.numbers)
    spans = fields.map { field in
      let times = field.values.filter { $0.number != nil && !$0.isRetained }.map(\.received)
      guard let begin = times.first, let end = times.last else { return .zero }
      return end - begin
    }
    let texts = fields.map { $0.kind == .list ? Self.elements($0) : $0.words }
    words = Set(texts.joined()).sorted()
    valueCount = fields.reduce(0) { $0 + $1.values.count }
    isUniqueInEachMessage = texts.allSatisfy { Set($0).count == $0.count } && !texts.joined().isEmpty
    let units = fields.flatMap { $0.values.compactMap(\.unit) }
    givenUnit = units.first
    givenUnits = Set(units)
    places = fields.map(\.places).max() ?? 0
    record = Self.record(fields)
  }

  private static func record(_ fields: [Field]) -> FieldValue.Record? {
    let records = fields.flatMap(\.values).compactMap { value -> FieldValue.Record? in
      if case .series(let record) = value.content { return record }
      return nil
    }
    guard var all = records.first, records.allSatisfy({ $0.encoding == all.encoding }),
      fields.allSatisfy({ $0.kind == .series })
    else { return nil }
    all.points = records.map(\.points).max() ?? 0
    all.fewest = records.map(\.fewest).min() ?? 0
    return all
  }

  private static func elements(_ field: Field) -> [String] {
    field.values.flatMap { value -> [String] in
      if case .list(let elements) = value.content { return elements }
      return []
    }
  }
}
