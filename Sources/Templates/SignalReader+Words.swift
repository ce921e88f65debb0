import Telemetry

/// States and event attributes: closed lists of words, with the words that devices use for them.
extension SignalReader {
  /// `states: { running: [run, "1"], stopped: [] }`: the names in order, and every payload word with its position.
  static func states(_ section: Section) -> (names: [String], words: [String: Int]) {
    guard let node = section["states"] else {
      section.missing("states", remedy: "Add the names: `states: { running: [run], stopped: [stop] }`.")
      return ([], [:])
    }
    guard let states = section.section(node, "states of \(section.name)", keys: []), !states.all.isEmpty else {
      return ([], [:])
    }
    let names = states.all.map(\.key)
    var words: [String: Int] = [:]
    for (index, entry) in states.all.enumerated() {
      add([(entry.key, entry.position)] + aliases(entry.value, states), as: index, to: &words, states)
    }
    return (names, words)
  }

  /// The words of the states that an asset names anew; the others keep theirs.
  static func stateWords(_ section: Section, names: [String], base: [String: Int]) -> [String: Int] {
    guard let states = section.section("states", "states of \(section.name)", keys: names) else { return base }
    var words = base
    for entry in states.all {
      guard let index = names.firstIndex(of: entry.key) else { continue }
      words = words.filter { $0.value != index }
    }
    for entry in states.all {
      guard let index = names.firstIndex(of: entry.key) else { continue }
      add([(entry.key, entry.position)] + aliases(entry.value, states), as: index, to: &words, states)
    }
    return words
  }

  private static func add<T: Equatable>(
    _ found: [(String, Position)], as target: T, to words: inout [String: T], _ section: Section
  ) {
    for (word, position) in found {
      if let other = words[word], other != target {
        section.report(
          position, "the word \"\(word)\" has two meanings in \(section.name)", remedy: "Keep it in one place only.")
      }
      words[word] = target
    }
  }

  private static func aliases(_ node: YAMLNode, _ section: Section) -> [(String, Position)] {
    if node.isNothing { return [] }
    return (node.items ?? [node]).compactMap { item in
      section.value(item, "each word in \(section.name)", .text).map { ($0, item.position) }
    }
  }

  /// Event attributes, one field each, in the order of the template. With `base`, those named are
  /// changed; `mayAdd` (a template that extends another one) adds others, and `none` leaves one out.
  static func attributes(
    _ section: Section, index: Int, base: [FieldMapping]?, mayAdd: Bool = false
  ) -> [FieldMapping] {
    guard section.has("attributes") else {
      if base == nil {
        section.missing("attributes", remedy: "Add what an event tells: `attributes: { verdict: verdict }`.")
      }
      return base ?? []
    }
    let known = base?.compactMap(\.attribute) ?? []
    guard let list = section.section("attributes", "attributes of \(section.name)", keys: mayAdd ? [] : known)
    else { return base ?? [] }
    var fields = base ?? []
    for entry in list.all {
      let position = fields.firstIndex { $0.attribute == entry.key }
      if base != nil, position == nil, !mayAdd { continue }
      if mayAdd, let position, isOmission(entry.value) {
        fields.remove(at: position)
        continue
      }
      var field =
        position.map { fields[$0] }
        ?? FieldMapping(
          signal: index, path: FieldPath([entry.key]), conversion: .identity, required: false, attribute: entry.key)
      change(&field, entry, list)
      if let position { fields[position] = field } else { fields.append(field) }
    }
    return fields
  }

  private static func change(_ field: inout FieldMapping, _ entry: YAMLNode.Entry, _ list: Section) {
    let what = "attribute \"\(entry.key)\""
    if entry.value.entries == nil {
      if let path = list.value(entry.value, what, .attributePath) { field.path = path }
      return
    }
    guard let section = list.section(entry.value, what, keys: attributeKeys) else { return }
    if let path = section.read("path", .attributePath) { field.path = path }
    if let required = section.read("required", .boolean) { field.required = required }
    guard let words = section.section("words", "words of \(what)", keys: []) else { return }
    field.words = [:]
    for word in words.all {
      add([(word.key, word.position)] + aliases(word.value, words), as: word.key, to: &field.words, words)
    }
  }
}
