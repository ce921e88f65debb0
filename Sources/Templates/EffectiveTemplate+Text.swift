extension EffectiveTemplate {
  /// A template file, each value with its origin as a comment.
  public var text: String {
    let widths = lines.filter { $0.origin != nil }.map { $0.indent * 2 + $0.text.unicodeScalars.count }
    let column = min(60, widths.max() ?? 0)
    var text = heading.map { "# \($0)\n" }.joined()
    for line in lines {
      let own = String(repeating: "  ", count: line.indent) + line.text
      text += own
      if let origin = line.origin {
        text += String(repeating: " ", count: max(0, column - own.unicodeScalars.count)) + "  # \(origin)"
      }
      text += "\n"
    }
    return text
  }

  /// A scalar, in quotes where an editor or a person would take it for something else than a word.
  static func plain(_ value: String) -> String {
    let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "~", "y", "n", ""]
    let isNumber = value.first.map { $0.isNumber || "+-.".contains($0) } == true
    let isOpen = value.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || " _-./()%°³²µ·Δ¥".unicodeScalars.contains(scalar)
    }
    if value == "true" || value == "false" || Double(value) != nil, value.allSatisfy({ !$0.isWhitespace }) {
      return value
    }
    if isOpen, !words.contains(value.lowercased()), value.first != " ", value.last != " ", value.first != "%",
      !isNumber || value.contains(" ")
    {
      return value
    }
    let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      .replacing("\t", with: "\\t")
    return "\"\(escaped)\""
  }

  /// A node on one line.
  static func flow(_ node: YAMLNode) -> String {
    switch node.content {
    case .scalar(let text, let quoted): text.isEmpty && !quoted ? "" : plain(text)
    case .list(let items): "[\(items.map(flow).joined(separator: ", "))]"
    case .map(let entries): "{ \(entries.map { "\(plain($0.key)): \(flow($0.value))" }.joined(separator: ", ")) }"
    }
  }
}
