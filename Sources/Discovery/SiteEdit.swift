/// Adds what discovery found to the text of a configuration, or makes a new one. Nothing else of the text changes.
public struct SiteEdit: Sendable {
  /// Why a text cannot be added to, with the remedy.
  public struct Obstacle: Error, Hashable, Sendable, CustomStringConvertible {
    public var line: Int
    public var message: String
    public var remedy: String
    public var description: String { "line \(line): \(message)\n  → \(remedy)" }
  }

  /// Lines that take the place of `removed` lines at `line` (from 0).
  private struct Change {
    var line: Int
    var removed: Int
    var added: [String]
  }

  private let lines: [String]
  private var changes: [Change] = []
  private let lineEnd: String

  /// - Parameters:
  ///   - writer: what to add.
  ///   - text: the configuration as it is.
  public init(adding writer: FragmentWriter, to text: String) throws(Obstacle) {
    lineEnd = text.utf8.contains(UInt8(ascii: "\r")) ? "\r\n" : "\n"
    // A Windows line end is one character.
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
    if lines.last == "" { lines.removeLast() }
    self.lines = lines
    if !writer.report.templates.isEmpty {
      try add("templates", isList: false) { indent in writer.templateLines(indent: indent) }
    }
    try add("assets", isList: true) { indent in
      writer.assetLines(indent: indent) + [""] + writer.noteLines().map { indent + $0 }
    }
    // Of two at the same place the first stays the first.
    changes = changes.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
  }

  private mutating func add(_ key: String, isList: Bool, _ content: (String) -> [String]) throws(Obstacle) {
    guard let start = lines.firstIndex(where: { $0.hasPrefix("\(key):") }) else {
      // Templates stand before the assets that use them.
      let assets = isList ? nil : lines.firstIndex { $0.hasPrefix("assets:") }
      let block = ["\(key):"] + trimmed(content("  "))
      changes.append(
        Change(line: assets ?? lines.count, removed: 0, added: assets == nil ? [""] + block : block + [""]))
      return
    }
    let value = Self.withoutComment(lines[start].dropFirst(key.count + 1))
    guard ["", "[]", "{}", "~", "null"].contains(value) else {
      throw Obstacle(
        line: start + 1, message: "\"\(key)\" is written in one line, where nothing can be added",
        remedy: "Write \(isList ? "each entry on a line of its own, beginning with `- `" : "each on lines of its own")"
          + ", below `\(key):`.")
    }
    var end = start + 1
    var last = start
    while end < lines.count {
      let line = lines[end]
      let isInside = line.hasPrefix(" ") || (isList && line.hasPrefix("-"))
      let isBlank = line.allSatisfy(\.isWhitespace) || line.hasPrefix("#")
      if !isInside && !isBlank { break }
      if isInside, !line.allSatisfy(\.isWhitespace) { last = end }
      end += 1
    }
    let entry = lines[start..<end].dropFirst().first { line in
      let body = line.drop { $0 == " " }
      return !body.isEmpty && !body.hasPrefix("#") && (!isList || body.hasPrefix("-"))
    }
    let indent = entry.map { String($0.prefix { $0 == " " }) } ?? "  "
    if !value.isEmpty { changes.append(Change(line: start, removed: 1, added: ["\(key):"])) }
    let gap = last > start ? [""] : []
    changes.append(Change(line: last + 1, removed: 0, added: gap + trimmed(content(indent))))
  }

  private func trimmed(_ lines: [String]) -> [String] {
    var lines = lines
    while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
    return lines
  }

  /// The value on the line of a key, without blanks and comment.
  private static func withoutComment(_ text: Substring) -> String {
    var value = ""
    var last: Character = " "
    for character in text {
      if character == "#", last == " " { break }
      value.append(character)
      last = character
    }
    while value.last == " " { value.removeLast() }
    return String(value.drop { $0 == " " })
  }

  /// The new text.
  public var text: String {
    var result: [String] = []
    var next = 0
    for change in changes {
      result += lines[next..<change.line] + change.added
      next = change.line + change.removed
    }
    return (result + lines[next...]).joined(separator: lineEnd) + lineEnd
  }

  /// What changes, in the form that `diff -u` made familiar: `-` goes, `+` comes, with three lines around.
  public var difference: String {
    var shown: [String] = []
    for (index, change) in changes.enumerated() {
      let after = change.line + change.removed
      let before = max(index > 0 ? changes[index - 1].line + changes[index - 1].removed : 0, change.line - 3)
      let next = index + 1 < changes.count ? changes[index + 1].line : lines.count
      shown.append("@@ line \(change.line + 1) @@")
      shown += lines[before..<change.line].map { "  \($0)" }
      shown += lines[change.line..<after].map { "- \($0)" }
      shown += change.added.map { $0.isEmpty ? "+" : "+ \($0)" }
      shown += lines[after..<min(next, after + 3)].map { "  \($0)" }
    }
    return shown.joined(separator: "\n")
  }
}

/// A configuration around a fragment, so that it can be checked and run as it is.
public struct NewSite: Sendable {
  public var host: String
  public var port: Int
  public var username: String?
  public var passwordEnvironment: String?
  public var zone: String

  public init(host: String, port: Int, username: String?, passwordEnvironment: String?, zone: String) {
    self.host = host
    self.port = port
    self.username = username
    self.passwordEnvironment = passwordEnvironment
    self.zone = zone
  }

  public func text(_ writer: FragmentWriter) -> String {
    var broker = ["host: \(YAMLText.scalar(host))", "port: \(port)"]
    if let username { broker.append("username: \(YAMLText.scalar(username))") }
    if let passwordEnvironment { broker.append("password-env: \(passwordEnvironment)") }
    if let sparkplug = writer.sparkplugBroker, !writer.sparkplugGroups.isEmpty {
      let groups = writer.sparkplugGroups.map(YAMLText.scalar).joined(separator: ", ")
      let own = broker.joined(separator: ", ")
      return head + """
        brokers:
          - { name: \(YAMLText.scalar(writer.broker ?? "plant")), \(own) }
          # A host application of Sparkplug B, on a connection of its own.
          - { name: \(YAMLText.scalar(sparkplug)), \(own), sparkplug: { groups: [\(groups)] } }
        \(rest)

        \(writer.text())
        """
    }
    return head + """
      broker: { \(broker.joined(separator: ", ")) }
      \(rest)

      \(writer.text())
      """
  }

  private var head: String {
    """
    # Made by weir discover. Config/weir.yaml explains every setting.
    gateway: { id: plant-1, data: data }   # a name and a folder of your choice
    zone: \(YAMLText.scalar(zone))   # the plant's time zone

    """
  }

  private var rest: String {
    """
    destinations:
      - name: archive
        file: { path: data/records.jsonl }
        records: all
        assets: ["*"]
    """
  }
}
