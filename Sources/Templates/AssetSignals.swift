import Telemetry

/// The signals of one entry of the assets: the template's with the entry's changes, and the topics that carry them.
struct AssetSignals {
  struct Topic {
    var pattern: NamePattern
    var position: Position
    /// Complete but for the topic itself.
    var mapping: TopicMapping
  }

  private(set) var signals: [Signal]
  private var fields: [FieldMapping]
  private var timestamp: TimestampMapping?
  private var messageID: FieldPath?
  /// Topics that signals have of their own, by the position of the signal.
  private var ownTopics: [(signal: Int, text: String, position: Position)] = []

  init(_ section: Section, template: EquipmentTemplate) {
    signals = template.signals
    fields = template.fields
    timestamp = template.timestamp
    messageID = template.messageID
    if let changed = TemplateReader.timestamp(section) { timestamp = changed }
    readMessageID(section)
    if let interval = section.read("expected-interval", SignalReader.interval) {
      for index in signals.indices { signals[index].expectedInterval = interval }
    }
    guard let node = section["signals"] else { return }
    readChanges(node, section)
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
      let changed = SignalReader.change(section, signals[index], own)
      signals[index] = changed.signal
      var rest = changed.fields[...]
      for position in fields.indices where fields[position].signal == index {
        if let next = rest.popFirst() { fields[position] = next }
      }
      if let topic = section.read("topic", .text) {
        ownTopics.append((index, topic, section["topic"]?.position ?? section.position))
      }
    }
    // In the order of the signals, so that the order of the file's keys does not matter.
    ownTopics.sort { $0.signal < $1.signal }
    if !omitted.isEmpty { omit(omitted, list) }
    QualityReader.checkSiblings(signals, list)
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
    ownTopics = ownTopics.compactMap { topic in number[topic.signal].map { ($0, topic.text, topic.position) } }
  }

  // MARK: - Topics

  /// One topic for all signals, but those that have one of their own.
  func topics(_ section: Section, place: [NamePattern]) -> [Topic] {
    var texts: [(text: String, position: Position)] = []
    var textOfSignal: [Int: Int] = [:]
    if let text = section.read("topic", .text) {
      texts.append((text, section["topic"]?.position ?? section.position))
    } else if ownTopics.count < signals.count, !section.has("topic") {
      section.missing("topic", remedy: "Add `topic: plant/{area}/{id}`, or a `topic` to each signal.")
      return []
    }
    for own in ownTopics {
      if let known = texts.firstIndex(where: { $0.text == own.text }) {
        textOfSignal[own.signal] = known
      } else {
        textOfSignal[own.signal] = texts.count
        texts.append((own.text, own.position))
      }
    }
    return texts.enumerated().compactMap { index, text in
      let fields =
        ownTopics.isEmpty ? self.fields : self.fields.filter { (textOfSignal[$0.signal] ?? 0) == index }
      guard !fields.isEmpty, let pattern = pattern(text.text, text.position, section, place) else { return nil }
      return Topic(
        pattern: pattern, position: text.position,
        mapping: TopicMapping(
          topic: "", timestamp: timestamp,
          messageID: fields.contains { signals[$0.signal].kind == .event } ? messageID : nil, fields: fields))
    }
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
