/// The payloads that the comment at the head of a template shows: the indented lines below "Expected payload".
///
/// ```
/// # Expected payload, for example:
/// #   {"ts":1795226100000,
/// #    "kwh":"126238.29"}
/// ```
public enum TemplateExample {
  /// - Parameter text: of the template file.
  /// - Returns: nil if the comment shows none.
  public static func payload(in text: String) -> String? {
    var lines: [Substring] = []
    var isInside = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("#") else { break }
      if line.hasPrefix("# Expected payload") {
        isInside = true
      } else if isInside {
        guard line.hasPrefix("#   ") else { break }
        lines.append(line.dropFirst(4))
      }
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// What comes on topics below the asset's own: `#   …/review {…}`.
  public static func below(in text: String) -> [(subtopic: String, payload: String)] {
    let mark = "#   …/"
    return text.split(separator: "\n").prefix { $0.hasPrefix("#") }.filter { $0.hasPrefix(mark) }.compactMap { line in
      let parts = line.dropFirst(mark.count).split(separator: " ", maxSplits: 1)
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
  }
}
