import Telemetry

/// The signals of one entry of the assets: the template's with the entry's changes, and the topics that carry them.
struct AssetSignals {
  struct Topic {
    var pattern: NamePattern
    var position: Position
    var isSparkplug = false
    /// Complete but for the topic itself.
    var mapping: TopicMapping
  }

  private(set) var signals: [Signal]
  private var fields: [FieldMapping]
  private var timestamp: TimestampMapping?
  private var messageID: FieldPath?
  private var payload: PayloadMapping
  /// Topics that signals have of their own, by the position of the signal.
  private var ownTopics: [OwnTopic] = []

  private struct OwnTopic {
    var signal: Int
    var text: String
    var position: Position
    /// Nil: the asset's.
    var payload: PayloadMapping?
  }

  init(_ section: Section, template: EquipmentTemplate) {
    signals = template.signals
    fields = template.fields
    timestamp = template.timestamp
    messageID = template.messageID
    payload = PayloadReader.read(section) ?? template.payload
    if let changed = TemplateReader.timestamp(section) { timestamp = changed }
    readMessageID(section)
    if let interval = section.read("expected-interval", SignalReader.interval) {
      for index in signals.indices { signals[index].expectedInterval = interval }
    }
    ownTopics = template.subtopics.map { subtopic in
      let base = section["topic"]?.text ?? ""
      return OwnTopic(
        signal: subtopic.signal, text: base + "/" + subtopic.text,
        position: section["topic"]?.position ?? section.position,
        payload: subtopic.payload)
    }
    if let node = section["signals"] { readChanges(node, section) }
    if !section.has("topic"), let position = ownTopics.firstIndex(where: { $0.text.hasPrefix("/") }) {
      section.missing(
        "topic", remedy: "Add what stands before \"\(ownTopics[position].text)\": `topic: shellies/{id}`.")
      ownTopics = []
    }
  }

  private mutating func readMessageID(_ section: Section) {
    guard section.has("message-id") else { return }
    if !signals.contains(where: { $0.kind == .event }) {
      section.report(
        section.position(of: "message-id"), "only events have a message id", remedy: "Remove this line.")
    } else if section.isOff("message-id") {
      messageID = nil
    } else if let path = section.read("message-id", .path) {
      messageID = path
    }
  }

  private mutating func readChanges(_ node: YAMLNode, _ parent: Section) {
    let names = signals.map(\.name)
    guard let list = parent.section(node, "signals of \(parent.name)", keys: names) else { return }
    var omitted: Set<Int> = []
    for entry in list.all {
      guard let index = names.firstIndex(of: entry.key) else { continue }
      if ["none", "off"].contains(entry.value.text ?? "") {
        omitted.insert(index)
        continue
      }
      guard
        let section = list.section(
          entry.value, "signal \"\(entry.key)\" of \(parent.name)", keys: SignalReader.overrideKeys)
      else { continue }
      let own = fields.filter { $0.signal == index }
      let changed = SignalReader.change(
        section, signals[index], own, path: parent.has("sparkplug") ? SparkplugReader.metric : .path)
      signals[index] = changed.signal
      var rest = changed.fields[...]
      for position in fields.indices where fields[position].signal == index {
        if let next = rest.popFirst() { fields[position] = next }
      }
      readTopic(section, parent, index)
    }
    // In the order of the signals, so that the order of the file's keys does not matter.
    ownTopics.sort { $0.signal < $1.signal }
    if !omitted.isEmpty { omit(omitted, list) }
    QualityReader.checkSiblings(signals, list)
  }

  private mutating func readTopic(_ section: Section, _ parent: Section, _ index: Int) {
    let standard = ownTopics.firstIndex { $0.signal == index }
    var own = standard.map { ownTopics[$0] }
    if let text = section.read("topic", .text) {
      own = OwnTopic(signal: index, text: text, position: section["topic"]?.position ?? section.position)
    } else if let text = section.read("subtopic", .subtopic) {
      own = OwnTopic(
        signal: index, text: (parent["topic"]?.text ?? "") + "/" + text,
        position: section["subtopic"]?.position ?? section.position, payload: own?.payload)
    }
    if let payload = PayloadReader.read(section) {
      if own == nil {
        section.report(
          section.position(of: "payload"), "a payload of its own needs a topic of its own",
          remedy: "Add `topic: …` to the signal, or move `payload:` to the asset.")
      }
      own?.payload = payload
    }
    guard let own else { return }
    if let standard { ownTopics[standard] = own } else { ownTopics.append(own) }
  }

  /// Removes signals that this asset does not have, and renumbers the fields of the others.
  private mutating func omit(_ omitted: Set<Int>, _ list: Section) {
    if omitted.count == signals.count {
      list.report(nil, "no signal is left in \(list.name)", remedy: "Keep at least one signal.")
    }
    var number: [Int: Int] = [:]
    for index in signals.indices where !omitted.contains(index) { number[index] = number.count }
    signals = signals.indices.filter { !omitted.contains($0) }.map { signals[$0] }
    fields = fields.compactMap { field in
      guard let new = number[field.signal] else { return nil }
      var field = field
      field.signal = new
      return field
    }
    ownTopics = ownTopics.compactMap { topic in
      guard let new = number[topic.signal] else { return nil }
      var topic = topic
      topic.signal = new
      return topic
    }
  }

  // MARK: - Topics

  /// One topic for all signals, but those that have one of their own.
  func topics(_ section: Section, place: [NamePattern]) -> [Topic] {
    var texts: [(text: String, position: Position, payload: PayloadMapping)] = []
    var textOfSignal: [Int: Int] = [:]
    if let text = section.read("topic", .text) {
      texts.append((text, section["topic"]?.position ?? section.position, payload))
    } else if ownTopics.count < signals.count, !section.has("topic") {
      section.missing("topic", remedy: "Add `topic: plant/{area}/{id}`, or a `topic` to each signal.")
      return []
    }
    for own in ownTopics {
      if let known = texts.firstIndex(where: { $0.text == own.text }) {
        textOfSignal[own.signal] = known
        if let other = own.payload, other != texts[known].payload {
          section.report(
            own.position, "the topic \"\(own.text)\" has two payload formats in \(section.name)",
            remedy: "Give all signals of a topic the same `payload:`.")
        }
      } else {
        textOfSignal[own.signal] = texts.count
        texts.append((own.text, own.position, own.payload ?? payload))
      }
    }
    return texts.enumerated().compactMap { index, text in
      let fields =
        ownTopics.isEmpty ? self.fields : self.fields.filter { (textOfSignal[$0.signal] ?? 0) == index }
      guard !fields.isEmpty, let pattern = pattern(text.text, text.position, section, place) else { return nil }
      checkColumns(fields, text.payload, text.position, section)
      return Topic(
        pattern: pattern, position: text.position,
        mapping: TopicMapping(
          topic: "", timestamp: timestamp,
          messageID: fields.contains { signals[$0.signal].kind == .event } ? messageID : nil, fields: fields,
          payload: text.payload))
    }
  }

  /// Without a header the paths of a table are numbers.
  private func checkColumns(
    _ fields: [FieldMapping], _ payload: PayloadMapping, _ position: Position, _ section: Section
  ) {
    guard case .csv(let settings) = payload.format, !settings.hasHeader else { return }
    let paths = [timestamp?.path].compactMap { $0 } + fields.map(\.path)
    guard let wrong = paths.first(where: { !(1...10_000).contains(Int($0.joined) ?? 0) }) else { return }
    section.report(
      section.has("payload") ? section.position(of: "payload") : position,
      "\"\(wrong)\" is not a column of \(section.name): without a header columns have numbers, from 1",
      remedy: "Write `path: 1`, or `payload: { format: csv, header: true }` if the first line has the names.")
  }

  /// One mapping whose paths are names of metrics.
  func metrics(
    _ section: Section, place: [NamePattern], broker: String, settings: SparkplugSettings?
  ) -> [Topic] {
    for own in ownTopics {
      section.report(
        own.position,
        "the signal \"\(signals[own.signal].name)\" has a topic, but \(section.name) is a Sparkplug device",
        remedy: "Remove the topic; `path` is the name of the metric.")
    }
    for signal in signals where signal.kind == .event {
      section.report(
        section.position(of: "sparkplug"),
        "the signal \"\(signal.name)\" of \(section.name) is an event, which no metric is",
        remedy: "Leave it out: `signals: { \(signal.name): none }`, or let it come as JSON from another broker.")
    }
    guard let text = SparkplugReader.topic(section, broker: broker, settings: settings),
      let pattern = pattern(text.text, text.position, section, place)
    else { return [] }
    return [
      Topic(
        pattern: pattern, position: text.position, isSparkplug: true,
        mapping: TopicMapping(topic: "", timestamp: timestamp, messageID: nil, fields: fields))
    ]
  }

  private func pattern(
    _ text: String, _ position: Position, _ section: Section, _ place: [NamePattern]
  ) -> NamePattern? {
    do throws(NamePattern.Mistake) {
      let pattern = try NamePattern(text, fields: NamePattern.Field.allCases)
      let levels: [NamePattern.Field] = [.site, .area, .line, .cell]
      for (index, level) in levels.enumerated() where index >= place.count && pattern.fields.contains(level) {
        section.report(
          position, "the topic uses {\(level.rawValue)}, but \(section.name) has no \(level.rawValue)",
          remedy: "Add it to `place: site/area/line/cell`, or take it out of the topic.")
        return nil
      }
      if place.isEmpty, pattern.fields.contains(.place) {
        section.report(
          position, "the topic uses {place}, but \(section.name) has none", remedy: "Add `place: site/area`.")
        return nil
      }
      return pattern
    } catch {
      section.report(position, error.message, remedy: error.remedy)
      return nil
    }
  }
}
