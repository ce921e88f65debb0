import Telemetry
import Templates

/// What will become one asset: one topic with many values, or several topics with one value each.
struct Device: Sendable {
  struct Topic: Sendable {
    var name: String
    /// What the topic adds to the name of its value; empty where the payload names its values.
    var labels: [String]
    /// Median time between messages; nil if there were too few.
    var interval: Span64?
  }

  var topics: [Topic]
  var form: Payload.Form
  var fields: [Field]
  /// The levels that name the device and its place.
  var base: [String]
  var isPointwise: Bool
  var messages: Int

  /// Equal for devices whose messages look the same.
  var signature: String {
    let fields = fields.map { "\(topics[$0.topic].labels.joined(separator: "/"))\u{1}\($0.source.key)\u{1}\($0.kind)" }
    return "\(form)\u{2}\(isPointwise)\u{2}" + fields.sorted().joined(separator: "\u{2}")
  }
}

/// Finds the devices behind the topics.
struct DeviceFinder {
  let reader: NameReader
  let payloads: PayloadReader
  let times: TimeJudge
  private let generic: Set<String>
  private let valueNames: Set<String>

  init(_ vocabulary: Vocabulary, zoneOffset: Int?) {
    reader = NameReader(vocabulary)
    payloads = PayloadReader(vocabulary)
    times = TimeJudge(vocabulary, reader.tokens, zoneOffset: zoneOffset)
    generic = Set(vocabulary.genericLevels.map { $0.lowercased() })
    valueNames = Set(vocabulary.valueNames.map { $0.lowercased() } + ["state", "status"])
  }

  func isGeneric(_ level: String) -> Bool { generic.contains(level.lowercased()) }

  /// The values of one topic, with the form that most of its messages have.
  func fields(_ log: Observations.Log) -> (form: Payload.Form, fields: [Field]) {
    var read = log.messages.map { (message: $0, payload: payloads.read($0.payload)) }
    // `21` and `21,5` are the same form.
    if read.contains(where: { $0.payload.form == .scalar(comma: true) }) {
      for index in read.indices where read[index].payload.form.isScalar {
        read[index].payload.form = .scalar(comma: true)
      }
    }
    read = Self.withCommonCSV(read)
    var counts: [(form: Payload.Form, count: Int)] = []
    for item in read {
      if let known = counts.firstIndex(where: { $0.form == item.payload.form }) {
        counts[known].count += 1
      } else {
        counts.append((item.payload.form, 1))
      }
    }
    guard let form = counts.max(by: { $0.count < $1.count })?.form else { return (.empty, []) }
    var fields: [Field] = []
    var number: [FieldSource: Int] = [:]
    for item in read where item.payload.form == form {
      for value in item.payload.values {
        let position = number[value.source] ?? fields.count
        if position == fields.count {
          number[value.source] = position
          fields.append(Field(topic: 0, source: value.source, labels: value.source.labels, values: []))
        }
        fields[position].values.append(
          FieldValue(
            content: value.value, received: item.message.received, isRetained: item.message.isRetained,
            unit: value.unit))
      }
    }
    return (form, fields.sorted { $0.source.key < $1.source.key })
  }

  /// Lines with a decimal comma somewhere have it everywhere.
  private static func withCommonCSV(
    _ read: [(message: ObservedMessage, payload: Payload)]
  ) -> [(message: ObservedMessage, payload: Payload)] {
    let commas = read.compactMap { item -> Payload.Form? in
      if case .csv(_, _, true) = item.payload.form { return item.payload.form }
      return nil
    }
    guard let form = commas.first, case .csv(let separator, let header, _) = form else { return read }
    return read.map { item in
      var item = item
      if item.payload.form == .csv(separator: separator, header: header, comma: false) { item.payload.form = form }
      return item
    }
  }

  /// Median time between messages that were not kept ones.
  static func interval(_ log: Observations.Log) -> Span64? {
    let times = log.messages.filter { !$0.isRetained }.map(\.received)
    guard times.count >= 3 else { return nil }
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
    return gaps[gaps.count / 2]
  }

  /// The devices of all topics, in the order of their first topic.
  func devices(_ logs: [(topic: String, log: Observations.Log)]) -> [Device] {
    var devices: [Device] = []
    var points: [Point] = []
    for (topic, log) in logs {
      let (form, fields) = fields(log)
      if let value = singleValue(form, fields) {
        points.append(
          Point(
            topic: topic, log: log, form: form, fields: fields, value: value,
            levels: topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)))
      } else {
        devices.append(
          Device(
            topics: [Device.Topic(name: topic, labels: [], interval: Self.interval(log))], form: form, fields: fields,
            base: topic.split(separator: "/").map(String.init), isPointwise: false, messages: log.count))
      }
    }
    devices += PointGrouping(finder: self).devices(points)
    return devices.sorted { ($0.topics.first?.name ?? "") < ($1.topics.first?.name ?? "") }
  }

  struct Point {
    var topic: String
    var log: Observations.Log
    var form: Payload.Form
    var fields: [Field]
    /// Position of the value among the fields.
    var value: Int
    var levels: [String]
  }

  /// The only value of a payload that does not name it: `21.5`, or `{"value": 21.5, "ts": …}`.
  private func singleValue(_ form: Payload.Form, _ fields: [Field]) -> Int? {
    if form.isScalar { return fields.isEmpty ? nil : 0 }
    guard form == .json else { return nil }
    let timeFields = times.judge(fields.map { ($0.source, $0.values) }).timeFields
    let rest = fields.indices.filter { index in
      !timeFields.contains(index) && !reader.isIgnored(fields[index].labels)
    }
    guard rest.count == 1, fields[rest[0]].source.steps?.count == 1,
      valueNames.contains(fields[rest[0]].labels[0].lowercased())
    else { return nil }
    return rest[0]
  }
}
