import Telemetry

extension Vocabulary {
  /// Reads `Config/discovery.yaml`, which explains its keys itself.
  /// - Throws: all mistakes at once, with file, line and column.
  public static func load(path: String) throws(ConfigurationErrors) -> Vocabulary {
    let diagnostics = Diagnostics()
    let source = SourceText.load(path, diagnostics)
    return try load(source, diagnostics)
  }

  /// The same from text; `file` is the name that errors show.
  public static func load(text: String, file: String) throws(ConfigurationErrors) -> Vocabulary {
    try load(SourceText(file: file, text: text), Diagnostics())
  }

  private static func load(_ source: SourceText?, _ diagnostics: Diagnostics) throws(ConfigurationErrors) -> Vocabulary
  {
    var vocabulary: Vocabulary?
    if let source, let root = YAMLDocument.parse(source, diagnostics) {
      vocabulary = VocabularyReader(source: source, diagnostics: diagnostics).read(root)
    }
    try diagnostics.throwIfAny()
    guard let vocabulary else { throw ConfigurationErrors([]) }
    return vocabulary
  }
}

struct VocabularyReader {
  let source: SourceText
  let diagnostics: Diagnostics

  static let keys = [
    "threshold", "quantities", "attributes", "words", "times", "message-ids", "ignored", "noise", "value-members",
    "name-members", "unit-members", "amounts", "sample-rates", "generic-levels",
  ]
  static let quantityKeys = ["kind", "counts", "names", "not", "units"]

  func read(_ root: YAMLNode) -> Vocabulary? {
    guard let top = Section(root, "the vocabulary", keys: Self.keys, source: source, diagnostics: diagnostics) else {
      return nil
    }
    let share = Scalar<Double>("a number from 0 to 1", example: "0.7") { text in
      Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
    }
    return Vocabulary(
      threshold: top.require("threshold", share) ?? 1, quantities: quantities(top),
      attributes: groups(top, "attributes"), words: groups(top, "words"), timeNames: words(top, "times"),
      messageIDNames: words(top, "message-ids"), ignoredNames: words(top, "ignored"), noise: words(top, "noise"),
      valueNames: words(top, "value-members"), nameNames: words(top, "name-members"),
      unitNames: words(top, "unit-members"), amountWords: words(top, "amounts"),
      sampleRateNames: words(top, "sample-rates"), genericLevels: words(top, "generic-levels"))
  }

  private func words(_ section: Section, _ key: String) -> [String] {
    (section.list(key, .text) ?? []).map(\.value)
  }

  private func groups(_ top: Section, _ key: String) -> [Vocabulary.Group] {
    guard let section = top.section(key, key, keys: []) else { return [] }
    return section.all.map { Vocabulary.Group(name: $0.key, words: words(section, $0.key)) }
  }

  private func quantities(_ top: Section) -> [Vocabulary.Quantity] {
    guard let list = top.section("quantities", "quantities", keys: []) else {
      if !top.has("quantities") { top.missing("quantities", remedy: "Take Config/discovery.yaml as it is delivered.") }
      return []
    }
    return list.all.compactMap { entry in
      guard let section = list.section(entry.value, "quantity \"\(entry.key)\"", keys: Self.quantityKeys),
        let kind = section.require(
          "kind", .word(Vocabulary.Quantity.Kind.allCases, noun: "kind of quantity"))
      else { return nil }
      return Vocabulary.Quantity(
        name: entry.key, kind: kind,
        counts: section.read("counts", .word(Signal.Quantity.allCases, noun: "counted quantity")),
        names: words(section, "names"), excluded: words(section, "not"), units: kind == .state ? [] : bands(section))
    }
  }

  /// `units: { kW: [0.05, 5000], W: [20, 5000000] }`
  private func bands(_ section: Section) -> [Vocabulary.Band] {
    guard let units = section.section("units", "units of \(section.name)", keys: []), !units.all.isEmpty else {
      section.missing("units", remedy: "Add them with their usual magnitudes: `units: { kW: [0.05, 5000] }`.")
      return []
    }
    let bound = Scalar<Double>("a number of zero or more", example: "100") { text in
      Double(text).flatMap { $0 >= 0 && $0.isFinite ? $0 : nil }
    }
    var dimension: Dimension?
    return units.all.compactMap { entry in
      guard let unit = try? UnitCatalogue.unit(entry.key), unit.dimension == dimension ?? unit.dimension else {
        units.report(
          entry.position, "\"\(entry.key)\" is not a unit of \(section.name)",
          remedy: "Use units of one dimension, as Devices/README.md lists them.")
        return nil
      }
      dimension = unit.dimension
      guard let items = entry.value.items, items.count == 2,
        let low = units.value(items[0], "the lower bound of \(entry.key)", bound),
        let high = units.value(items[1], "the upper bound of \(entry.key)", bound), low < high
      else {
        units.report(
          entry.value.position, "the usual magnitudes of \(entry.key) must be two numbers, the lower first",
          remedy: "Write for example `\(entry.key): [0.05, 5000]`.")
        return nil
      }
      return Vocabulary.Band(unit: unit, low: low, high: high)
    }
  }
}
