import Yams

/// Parses a source text into nodes with places; the only file that knows the YAML library.
///
/// Duplicate keys are reported all at once, each at its second occurrence: the library stops at the first, so the key
/// is overwritten by placeholders of the same length (columns stay true) and the text is parsed again.
struct YAMLDocument {
  private let source: SourceText
  private let diagnostics: Diagnostics
  /// The true names of overwritten keys.
  private var renamed: [Position: String] = [:]
  private var nodeCount = 0

  /// Aliases can make a small file huge; far beyond any plant.
  private static let maximumNodes = 20_000_000
  private static let maximumDuplicates = 50

  private init(_ source: SourceText, _ diagnostics: Diagnostics) {
    self.source = source
    self.diagnostics = diagnostics
  }

  /// The root of the document; nil (and a report) if the text is not YAML or empty.
  static func parse(_ source: SourceText, _ diagnostics: Diagnostics) -> YAMLNode? {
    var document = YAMLDocument(source, diagnostics)
    return document.parse()
  }

  private mutating func parse() -> YAMLNode? {
    var text = source.text
    while true {
      do {
        // The basic resolver: types are decided by the schema, not by guessing (and the regular expressions of the
        // default one would cost more than the parsing).
        guard let root = try compose(yaml: text, .basic, .default, .utf8) else {
          diagnostics.report(
            file: source.file, "the file is empty", remedy: "Start from the commented example Config/weir.yaml.")
          return nil
        }
        return convert(root)
      } catch YamlError.duplicatedKeysInMapping(let names, let context) {
        let position = Position(line: context.mark.line, column: context.mark.column)
        // A key that is overwritten and still meets itself (through an anchor, say) would go round for ever.
        guard let name = names.first, renamed[position] == nil, renamed.count < Self.maximumDuplicates,
          let changed = overwrite(name, at: position, in: text)
        else {
          diagnostics.report(
            source, position, "the key \"\(names.first ?? "?")\" is given twice", remedy: "Keep only one of the two.")
          return nil
        }
        renamed[position] = name
        text = changed
      } catch {
        report(error)
        return nil
      }
    }
  }

  /// `text` with the key at `position` replaced by as many private characters; nil if it does not stand there.
  private func overwrite(_ name: String, at position: Position, in text: String) -> String? {
    guard let placeholder = Unicode.Scalar(UInt32(0xE000 + renamed.count)) else { return nil }
    var scalars = text.unicodeScalars
    var index = scalars.startIndex
    var line = 1
    while line < position.line, index < scalars.endIndex {
      if scalars[index] == "\n" { line += 1 }
      index = scalars.index(after: index)
    }
    guard var start = scalars.index(index, offsetBy: position.column - 1, limitedBy: scalars.endIndex),
      start < scalars.endIndex
    else { return nil }
    if scalars[start] == "\"" || scalars[start] == "'" { start = scalars.index(after: start) }
    let length = name.unicodeScalars.count
    guard let end = scalars.index(start, offsetBy: length, limitedBy: scalars.endIndex),
      scalars[start..<end].elementsEqual(name.unicodeScalars)
    else { return nil }
    scalars.replaceSubrange(start..<end, with: repeatElement(placeholder, count: length))
    return String(scalars)
  }

  private mutating func convert(_ node: Node) -> YAMLNode {
    nodeCount += 1
    switch node {
    case .scalar(let scalar):
      let quoted = scalar.style != .plain && scalar.style != .any
      return YAMLNode(position: Self.position(scalar.mark), content: .scalar(scalar.string, quoted: quoted))
    case .sequence(let sequence):
      return YAMLNode(position: Self.position(sequence.mark), content: .list(convertAll(sequence)))
    case .mapping(let mapping):
      return YAMLNode(position: Self.position(mapping.mark), content: .map(convert(mapping)))
    case .alias(let alias):
      // The parser resolves aliases itself; this case exists for the emitter.
      return YAMLNode(position: Self.position(alias.mark), content: .scalar("", quoted: false))
    }
  }

  private mutating func convertAll(_ sequence: Node.Sequence) -> [YAMLNode] {
    var items: [YAMLNode] = []
    items.reserveCapacity(sequence.count)
    for item in sequence where withinLimit(item) { items.append(convert(item)) }
    return items
  }

  private mutating func convert(_ mapping: Node.Mapping) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var inherited: [YAMLNode.Entry] = []
    entries.reserveCapacity(mapping.count)
    for (key, value) in mapping where withinLimit(value) {
      let position = Self.position(key.mark)
      guard case .scalar(let scalar) = key else {
        diagnostics.report(
          source, position, "a key must be a word", remedy: "Write `key: value`, with a simple word before the colon.")
        continue
      }
      if scalar.string == "<<" {
        inherited += merged(convert(value))
        continue
      }
      let name = renamed[position] ?? scalar.string
      let entry = YAMLNode.Entry(key: name, position: position, value: convert(value))
      // Only an overwritten key can meet itself again, so there is nothing to search without one.
      if !renamed.isEmpty, let first = entries.first(where: { $0.key == name }) {
        diagnostics.report(
          source, position, "the key \"\(name)\" is given twice (first in line \(first.position.line))",
          remedy: "Keep only one of the two.")
        continue
      }
      entries.append(entry)
    }
    for entry in inherited where !entries.contains(where: { $0.key == entry.key }) { entries.append(entry) }
    return entries
  }

  /// The entries that a merge key brings: of a map or, first one wins, of a list of maps.
  private func merged(_ node: YAMLNode) -> [YAMLNode.Entry] {
    if let entries = node.entries { return entries }
    if let items = node.items, items.allSatisfy({ $0.entries != nil }) { return items.flatMap { $0.entries ?? [] } }
    diagnostics.report(
      source, node.position, "\"<<\" needs a group of keys, found \(node.description)",
      remedy: "Write `<<: *name`, where `&name` marks a group of keys further up.")
    return []
  }

  private mutating func withinLimit(_ node: Node) -> Bool {
    guard nodeCount < Self.maximumNodes else {
      diagnostics.report(
        source, Self.position(node.mark), "the document becomes too large",
        remedy: "Do not nest anchors inside anchors; use groups with `count:`.")
      return false
    }
    return true
  }

  private static func position(_ mark: Mark?) -> Position { Position(line: mark?.line ?? 1, column: mark?.column ?? 1) }

  private func report(_ error: any Error) {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      // What was never closed is to be looked for where it was opened.
      let position = Self.position(problem.contains("unexpected end of stream") ? context?.mark ?? mark : mark)
      diagnostics.report(
        source, position, "this is not valid YAML: \(problem)",
        remedy: YAMLDocument.remedy(problem, context: context, line: source.line(position.line) ?? ""))
    case YamlError.reader(let problem, _, _, _):
      diagnostics.report(
        file: source.file, "the file holds characters that YAML does not allow: \(problem)",
        remedy: "Save it as plain UTF-8 text.")
    default:
      diagnostics.report(
        file: source.file, "the file cannot be read as YAML: \(error)", remedy: "Check it with a YAML-aware editor.")
    }
  }

  /// The library's words say what it expected; these say what the person probably did.
  private static func remedy(_ problem: String, context: YamlError.Context?, line: String) -> String {
    if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
      return "Indent with spaces; YAML does not allow tabs there."
    }
    if problem.contains("mapping values are not allowed") {
      return "Check the indentation, and quote a text that contains \": \"."
    }
    if problem.contains("could not find expected ':'") { return "Put a colon and a space after the key." }
    if problem.contains("undefined alias") { return "Mark the group that is meant with `&name` further up." }
    if problem.contains("cannot start any token") {
      return "Quote a text that begins with a special character such as @, %, ` or *."
    }
    if problem.contains("another document") { return "Keep one document a file: remove the line `---`." }
    if problem.contains("found unexpected end of stream") { return "Close the quotation mark or bracket." }
    if let context, context.mark.line > 0 {
      return
        "Check the indentation and brackets from line \(context.mark.line) on; keys of one group stand in one column."
    }
    return "Check the indentation: keys of one group stand in one column."
  }
}
