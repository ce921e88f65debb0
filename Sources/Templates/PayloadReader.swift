/// Reads `payload:` of a template, an asset or a signal with a topic of its own: a format's name, or a group of keys.
struct PayloadReader {
  static let keys = [
    "format", "decimal", "each", "separator", "header", "name", "readings", "value", "unit", "quality",
  ]

  enum FormatWord: String, CaseIterable {
    case json, text, csv, senml
    case nameValue = "name-value"

    /// The keys that mean something for this format.
    var keys: [String] {
      switch self {
      case .json: ["format", "decimal", "each"]
      case .text: ["format", "decimal"]
      case .csv: ["format", "decimal", "separator", "header"]
      case .senml: ["format"]
      case .nameValue: ["format", "decimal", "each", "name", "readings", "value", "unit", "quality"]
      }
    }
  }

  private enum Decimal: String, CaseIterable { case point, comma }

  private static let format = Scalar<FormatWord>.word(FormatWord.allCases, noun: "payload format")

  private static let separator = Scalar<UInt8>(
    "one character, or `tab`", example: "\";\"",
    remedy: { _ in "Write what stands between two cells, in quotes: `separator: \";\"`; `tab` for a tabulator." }
  ) { text in
    if text == "tab" { return 9 }
    guard text.utf8.count == 1, let byte = text.utf8.first, byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "\"")
    else { return nil }
    return byte
  }

  /// Nil if the key is absent or wrong (which is reported).
  static func read(_ parent: Section) -> PayloadMapping? {
    guard let node = parent["payload"] else { return nil }
    if node.entries == nil {
      return parent.read("payload", format).map { PayloadMapping(standard($0)) }
    }
    guard let section = parent.section("payload", "payload of \(parent.name)", keys: keys),
      let word = section.require("format", format)
    else { return nil }
    for entry in section.all where keys.contains(entry.key) && !word.keys.contains(entry.key) {
      section.report(
        entry.position, "\"\(entry.key)\" does not fit the payload format \(word.rawValue)",
        remedy: "Remove this line; \(word.rawValue) has: \(word.keys.dropFirst().joined(separator: ", ")).")
    }
    let decimal = section.read("decimal", .word(Decimal.allCases, noun: "decimal mark"), default: .point)
    return PayloadMapping(settings(word, section), decimalComma: decimal == .comma)
  }

  private static func standard(_ word: FormatWord) -> PayloadMapping.Format {
    switch word {
    case .json: .json(each: nil)
    case .text: .text
    case .csv: .csv(PayloadMapping.CSVSettings())
    case .senml: .senml
    case .nameValue: .nameValue(PayloadMapping.NameValueSettings())
    }
  }

  private static func settings(_ word: FormatWord, _ section: Section) -> PayloadMapping.Format {
    switch word {
    case .json: return .json(each: section.read("each", .path))
    case .text, .senml: return standard(word)
    case .csv:
      let mark: UInt8 = section["decimal"]?.text == "comma" ? UInt8(ascii: ";") : UInt8(ascii: ",")
      let separator = section.read("separator", separator, default: mark)
      if separator == UInt8(ascii: ","), section["decimal"]?.text == "comma" {
        section.report(
          section["separator"]?.position, "a comma cannot be separator and decimal mark at once",
          remedy: "Write `separator: \";\"`, or leave `decimal: comma` out.")
      }
      return .csv(
        PayloadMapping.CSVSettings(
          separator: separator, hasHeader: section.read("header", .boolean, default: false)))
    case .nameValue:
      var settings = PayloadMapping.NameValueSettings()
      settings.each = section.read("each", .path)
      settings.readings = section.read("readings", .path)
      settings.unit = section.read("unit", .path)
      if let path = section.read("name", .path) { settings.name = path }
      if let path = section.read("value", .path) { settings.value = path }
      settings.quality = quality(section)
      return .nameValue(settings)
    }
  }
}

extension PayloadReader {
  private static func quality(_ parent: Section) -> PayloadMapping.QualitySettings? {
    guard
      let section = parent.section(
        "quality", "quality of \(parent.name)", keys: ["path", "good", "uncertain"]),
      let path = section.require("path", .path)
    else { return nil }
    let good = section.list("good", .text)?.map(\.value) ?? []
    if good.isEmpty {
      section.missing("good", remedy: "Add the words for a good reading: `good: [GOOD, \"true\", \"192\"]`.")
    }
    let uncertain = section.list("uncertain", .text)?.map(\.value) ?? []
    return PayloadMapping.QualitySettings(path: path, good: good, uncertain: uncertain)
  }
}

extension PayloadMapping {
  func write(to writer: inout CanonicalWriter) {
    writer.object("payload") { writer in
      switch format {
      case .json(let each):
        writer.field("format", PayloadReader.FormatWord.json.rawValue)
        if let each { writer.path("each", each) }
      case .text: writer.field("format", PayloadReader.FormatWord.text.rawValue)
      case .senml: writer.field("format", PayloadReader.FormatWord.senml.rawValue)
      case .csv(let csv):
        writer.field("format", PayloadReader.FormatWord.csv.rawValue)
        writer.field(
          "separator", csv.separator == 9 ? "tab" : String(Character(Unicode.Scalar(csv.separator))))
        writer.field("header", csv.hasHeader)
      case .nameValue(let settings):
        writer.field("format", PayloadReader.FormatWord.nameValue.rawValue)
        if let each = settings.each { writer.path("each", each) }
        writer.path("name", settings.name)
        if let readings = settings.readings { writer.path("readings", readings) }
        writer.path("value", settings.value)
        if let unit = settings.unit { writer.path("unit", unit) }
        if let quality = settings.quality {
          writer.object("quality") { writer in
            writer.path("path", quality.path)
            writer.list("good", quality.good)
            writer.list("uncertain", quality.uncertain)
          }
        }
      }
      if decimalComma { writer.field("decimal", "comma") }
    }
  }
}
