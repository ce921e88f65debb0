import Foundation

/// The templates that a configuration can use: those written in it, then those of the template folders.
struct TemplateCatalogue {
  private var templates: [String: EquipmentTemplate] = [:]
  private var origin: [String: String] = [:]

  var names: [String] { templates.keys.sorted() }

  subscript(_ name: String) -> EquipmentTemplate? { templates[name] }

  /// Adds templates of the configuration itself (`templates:`). They stand before those of the folders.
  mutating func add(inline section: Section) {
    for entry in section.all {
      guard
        let body = section.section(entry.value, "template \"\(entry.key)\"", keys: TemplateReader.bodyKeys),
        let template = TemplateReader.read(body, name: entry.key)
      else { continue }
      templates[entry.key] = template
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

  private mutating func add(file path: String, _ diagnostics: Diagnostics) {
    guard let source = SourceText.load(path, diagnostics), let root = YAMLDocument.parse(source, diagnostics),
      let (template, position) = TemplateReader.file(root, source, diagnostics)
    else { return }
    if let other = origin[template.name] {
      // The same folder given twice is no mistake.
      guard other != path else { return }
      diagnostics.report(
        source, position, "the template \"\(template.name)\" is defined in \(other) already",
        remedy: "Give the copy a name of its own.")
      return
    }
    origin[template.name] = path
    if templates[template.name] == nil { templates[template.name] = template }
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
