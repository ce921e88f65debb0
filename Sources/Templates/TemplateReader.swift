import Telemetry

/// Reads one equipment template. The schema is described in `Devices/README.md`.
struct TemplateReader {
  static let bodyKeys = ["summary", "payload", "timestamp", "message-id", "signals"]

  /// The template in a file of its own, which must say its name (`template: three-phase-meter`).
  static func file(
    _ root: YAMLNode, _ source: SourceText, _ diagnostics: Diagnostics
  ) -> (template: EquipmentTemplate, position: Position)? {
    guard
      let section = Section(
        root, "the template", keys: ["template"] + bodyKeys, source: source, diagnostics: diagnostics)
    else { return nil }
    guard let name = section.require("template", .identifier()) else { return nil }
    return read(section, name: name).map { ($0, section["template"]?.position ?? section.position) }
  }

  /// The body of a template; nil if it has no usable signal.
  static func read(_ section: Section, name: String) -> EquipmentTemplate? {
    guard let list = section.section("signals", "signals of template \"\(name)\"", keys: []), !list.all.isEmpty else {
      section.missing("signals", remedy: "Add at least one signal.")
      return nil
    }
    var template = EquipmentTemplate(
      name: name, summary: section.read("summary", .text, default: ""), timestamp: timestamp(section) ?? nil,
      messageID: section.read("message-id", .path), signals: [], fields: [],
      payload: PayloadReader.read(section) ?? .json)
    for entry in list.all {
      if Scalar<String>.identifier().parse(entry.key) == nil {
        list.report(
          entry.position, "\"\(entry.key)\" cannot be the name of a signal",
          remedy: "Use letters, digits, \"-\" and \"_\".")
        continue
      }
      guard
        let (signal, fields) = SignalReader.define(
          entry, index: template.signals.count, in: list, payload: template.payload)
      else { continue }
      if let subtopic = SignalReader.subtopic(entry, index: template.signals.count, in: list) {
        template.subtopics.append(subtopic)
      }
      template.signals.append(signal)
      template.fields += fields
    }
    return template
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
}
