import Foundation

/// The templates that a configuration can use: those written in it, then those of the template folders.
///
/// They are gathered first and read then (`resolve`), so that one can extend another wherever that stands.
struct TemplateCatalogue {
  /// A template as it is written.
  struct Source {
    var name: String
    /// The body, with `template:` if it is a file of its own.
    var section: Section
    /// Of its name.
    var position: Position
    var isInline: Bool
  }

  private var templates: [String: EquipmentTemplate] = [:]
  private(set) var sources: [String: Source] = [:]
  private var origin: [String: String] = [:]

  /// Of all that can be used.
  var names: [String] { templates.keys.sorted() }

  subscript(_ name: String) -> EquipmentTemplate? { templates[name] }

  /// Whether there is such a template, but with mistakes.
  func isBroken(_ name: String) -> Bool { sources[name] != nil && templates[name] == nil }

  /// The template and those that it extends, itself first.
  func lineage(of name: String) -> [Source] {
    var found: [Source] = []
    var next: String? = name
    while let name = next, let source = sources[name], !found.contains(where: { $0.name == name }) {
      found.append(source)
      next = source.section["extends"]?.text
    }
    return found
  }

  // MARK: - Gathering

  /// Adds templates of the configuration itself (`templates:`). They stand before those of the folders.
  mutating func add(inline section: Section) {
    for entry in section.all {
      guard let body = section.section(entry.value, "template \"\(entry.key)\"", keys: TemplateReader.bodyKeys)
      else { continue }
      sources[entry.key] = Source(name: entry.key, section: body, position: entry.position, isInline: true)
    }
  }

  /// Adds every `*.yaml` of a folder, in the order of their names. Two folders may not define the same name.
  /// - Returns: an explanation if the folder cannot be read.
  mutating func add(folder: String, _ diagnostics: Diagnostics) -> String? {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      return "the template folder \"\(folder)\" cannot be read"
    }
    for name in names where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
      add(file: path, diagnostics)
    }
    return nil
  }

  /// Adds the template of a file, which must say its name (`template: three-phase-meter`).
  /// - Returns: the name; nil if it has none that can be used.
  @discardableResult
  mutating func add(file path: String, _ diagnostics: Diagnostics) -> String? {
    guard let text = SourceText.load(path, diagnostics), let root = YAMLDocument.parse(text, diagnostics),
      let section = Section(
        root, "the template", keys: ["template"] + TemplateReader.bodyKeys, source: text, diagnostics: diagnostics),
      let name = section.require("template", .identifier())
    else { return nil }
    let position = section["template"]?.position ?? section.position
    if let other = origin[name] {
      // The same folder given twice is no mistake.
      guard other != path else { return name }
      section.report(
        position, "the template \"\(name)\" is defined in \(other) already", remedy: "Give the copy a name of its own.")
      return name
    }
    origin[name] = path
    if sources[name] == nil {
      sources[name] = Source(name: name, section: section, position: position, isInline: false)
    }
    return name
  }

  // MARK: - Reading

  /// Reads all templates, parents before those that extend them.
  mutating func resolve() {
    var open: [String] = []
    for name in sources.keys.sorted() { _ = resolve(name, &open) }
  }

  private mutating func resolve(_ name: String, _ open: inout [String]) -> EquipmentTemplate? {
    if let known = templates[name] { return known }
    guard let source = sources[name] else { return nil }
    var parent: EquipmentTemplate?
    if let node = source.section["extends"] {
      guard let other = source.section.read("extends", .identifier()) else { return nil }
      open.append(name)
      defer { open.removeLast() }
      if open.contains(other) {
        let circle = (open[(open.firstIndex(of: other) ?? 0)...] + [other]).joined(separator: " → ")
        source.section.report(
          node.position, "template \"\(name)\" extends itself: \(circle)",
          remedy: "Let one of them stand on its own, without `extends`.")
        return nil
      }
      guard sources[other] != nil else {
        source.section.report(
          node.position, "unknown template \"\(other)\"",
          remedy: NearestWord.remedy(other, in: sources.keys.filter { $0 != name }.sorted(), noun: "template"))
        return nil
      }
      parent = resolve(other, &open)
      // What is wrong with the parent is told there.
      if parent == nil { return nil }
    }
    let template = TemplateReader.read(source.section, name: name, parent: parent)
    templates[name] = template
    return template
  }
}

extension SourceText {
  /// Reads a file; reported and nil if it is missing or not UTF-8.
  static func load(_ path: String, _ diagnostics: Diagnostics) -> SourceText? {
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      diagnostics.report(
        file: path, exists ? "the file cannot be read" : "there is no such file",
        remedy: exists
          ? "Check its permissions, and that it is a file." : "Check the path; it counts from the current directory.")
      return nil
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    guard let text = String(validating: content, as: UTF8.self) else {
      diagnostics.report(
        file: path, "the file is not UTF-8 text",
        remedy: "Save it with the encoding UTF-8 (it may be GBK or UTF-16 now).")
      return nil
    }
    return SourceText(file: path, text: text)
  }
}
