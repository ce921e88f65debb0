import Telemetry

/// Reads one equipment template. The schema is described in `Devices/README.md`.
struct TemplateReader {
  static let bodyKeys = [
    "extends", "summary", "payload", "timestamp", "message-id", "fault-model", "services", "signals",
  ]

  /// The body of a template; nil if it has no usable signal.
  /// - Parameter parent: the template that it extends.
  static func read(_ section: Section, name: String, parent: EquipmentTemplate? = nil) -> EquipmentTemplate? {
    var template =
      parent
      ?? EquipmentTemplate(name: name, summary: "", timestamp: nil, messageID: nil, signals: [], fields: [])
    template.name = name
    if let summary = section.read("summary", .text) { template.summary = summary }
    if let payload = PayloadReader.read(section) { template.payload = payload }
    if let changed = timestamp(section) { template.timestamp = changed }
    if section.isOff("message-id") {
      template.messageID = nil
    } else if let path = section.read("message-id", .path) {
      template.messageID = path
    }
    template.faultModel = faultModel(section, inherited: template.faultModel)
    if let services = ServiceReader.ofOne(section) { template.services = services }
    guard let list = section.section("signals", "signals of template \"\(name)\"", keys: []), !list.all.isEmpty else {
      if parent != nil, !section.has("signals") { return template }
      section.missing("signals", remedy: "Add at least one signal.")
      return nil
    }
    readSignals(list, into: &template)
    if template.signals.isEmpty, parent != nil {
      list.report(nil, "no signal is left in \(list.name)", remedy: "Keep at least one signal.")
    }
    return template
  }

  /// New signals, changes of inherited ones, and `none` for those that are not taken over.
  private static func readSignals(_ list: Section, into template: inout EquipmentTemplate) {
    for entry in list.all {
      if Scalar<String>.identifier().parse(entry.key) == nil {
        list.report(
          entry.position, "\"\(entry.key)\" cannot be the name of a signal",
          remedy: "Use letters, digits, \"-\" and \"_\".")
        continue
      }
      let inherited = template.signals.firstIndex { $0.name == entry.key }
      if SignalReader.isOmission(entry.value) {
        if let inherited {
          template.remove(signal: inherited)
        } else {
          list.report(
            entry.position, "there is no inherited signal \"\(entry.key)\" to leave out",
            remedy: NearestWord.remedy(entry.key, in: template.signals.map(\.name), noun: "signal"))
        }
        continue
      }
      let index = inherited ?? template.signals.count
      guard let inherited, !SignalReader.definesAnew(entry) else {
        guard
          let (signal, fields) = SignalReader.define(entry, index: index, in: list, payload: template.payload)
        else { continue }
        template.put(signal, fields, at: index)
        template.put(SignalReader.subtopic(entry, index: index, in: list, inherited: nil), at: index)
        continue
      }
      let own = template.fields.filter { $0.signal == inherited }
      if let (signal, fields) = SignalReader.redefine(entry, template.signals[inherited], own, in: list) {
        template.put(signal, fields, at: inherited)
        let known = template.subtopics.first { $0.signal == inherited }
        template.put(SignalReader.subtopic(entry, index: inherited, in: list, inherited: known), at: inherited)
      }
    }
    QualityReader.checkSiblings(template.signals, list)
  }

  /// `timestamp: { path: ts, format: epoch-ms }`; `.some(nil)` for `none`, nil if the key is absent or wrong.
  static func timestamp(_ section: Section) -> TimestampMapping?? {
    guard section.has("timestamp") else { return nil }
    if section.isOff("timestamp") { return .some(nil) }
    guard
      let inner = section.section(
        "timestamp", "timestamp of \(section.name)", keys: ["path", "format", "nanoseconds"]),
      let path = inner.require("path", .path),
      let format = inner.require("format", .word(TimestampMapping.Format.allCases, noun: "time format"))
    else { return nil }
    let nanoseconds = inner.read("nanoseconds", .path)
    if nanoseconds != nil, format != .epochSeconds {
      inner.report(
        inner.position(of: "nanoseconds"), "\"nanoseconds\" of their own belong to whole seconds",
        remedy: "Write `format: epoch-s`, or remove this line.")
    }
    return TimestampMapping(path: path, format: format, nanoseconds: nanoseconds)
  }

  static func faultModel(_ section: Section, inherited: String?) -> String? {
    if section.isOff("fault-model") { return nil }
    return section.read("fault-model", .identifier()) ?? inherited
  }
}

extension EquipmentTemplate {
  /// Replaces a signal with its fields, or appends one.
  fileprivate mutating func put(_ signal: Signal, _ own: [FieldMapping], at index: Int) {
    if index < signals.count { signals[index] = signal } else { signals.append(signal) }
    fields = fields.filter { $0.signal < index } + own + fields.filter { $0.signal > index }
  }

  /// Replaces the topic that a signal has of its own.
  fileprivate mutating func put(_ subtopic: Subtopic?, at index: Int) {
    subtopics.removeAll { $0.signal == index }
    if let subtopic { subtopics.append(subtopic) }
    subtopics.sort { $0.signal < $1.signal }
  }

  /// Removes a signal and renumbers the fields of the others.
  fileprivate mutating func remove(signal index: Int) {
    signals.remove(at: index)
    subtopics = subtopics.compactMap { subtopic in
      if subtopic.signal == index { return nil }
      var subtopic = subtopic
      if subtopic.signal > index { subtopic.signal -= 1 }
      return subtopic
    }
    fields = fields.compactMap { field in
      if field.signal == index { return nil }
      var field = field
      if field.signal > index { field.signal -= 1 }
      return field
    }
  }
}
