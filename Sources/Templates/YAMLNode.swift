/// A YAML value with its place, independent of the parser: aliases are resolved and merge keys (`<<`) applied.
struct YAMLNode {
  indirect enum Content {
    /// `quoted` tells `"5"` from `5`; an empty value that is not quoted is "nothing".
    case scalar(String, quoted: Bool)
    case list([YAMLNode])
    case map([Entry])
  }

  struct Entry {
    var key: String
    var position: Position
    var value: YAMLNode
  }

  var position: Position
  var content: Content

  /// What a person would call it in a sentence.
  var description: String {
    switch content {
    case .scalar(let text, let quoted): text.isEmpty && !quoted ? "nothing" : "\"\(text)\""
    case .list: "a list"
    case .map: "a group of keys"
    }
  }

  var isNothing: Bool {
    if case .scalar(let text, quoted: false) = content { return text.isEmpty || text == "~" || text == "null" }
    return false
  }

  var entries: [Entry]? {
    if case .map(let entries) = content { return entries }
    return nil
  }

  var items: [YAMLNode]? {
    if case .list(let items) = content { return items }
    return nil
  }

  /// The text of a scalar; nil for lists, maps and nothing.
  var text: String? {
    if case .scalar(let text, let quoted) = content, quoted || !text.isEmpty { return text }
    return nil
  }
}
