import Telemetry

/// Reads one group of keys of a source text and reports what is wrong with it; reading always goes on.
struct Section {
  let source: SourceText
  let diagnostics: Diagnostics
  let position: Position
  /// What the group is, for messages: `broker`, `asset "press-1"`.
  var name: String
  private let entries: [YAMLNode.Entry]

  /// - Parameters:
  ///   - keys: every key that may stand here; another one is reported with the nearest of them.
  ///   - special: remedies for keys that people plausibly try and that are deliberately not there.
  init?(
    _ node: YAMLNode, _ name: String, keys: [String], special: [String: String] = [:], source: SourceText,
    diagnostics: Diagnostics
  ) {
    self.source = source
    self.diagnostics = diagnostics
    self.name = name
    position = node.position
    if node.isNothing {
      entries = []
      return
    }
    guard let entries = node.entries else {
      diagnostics.report(
        source, node.position, "\(name) must be a group of keys, found \(node.description)",
        remedy: "Write the keys below it, indented: \(keys.prefix(4).map { "\($0): …" }.joined(separator: ", ")).")
      return nil
    }
    self.entries = entries
    for entry in entries where !keys.isEmpty && !keys.contains(entry.key) {
      diagnostics.report(
        source, entry.position, "unknown key \"\(entry.key)\" in \(name)",
        remedy: special[entry.key] ?? NearestWord.remedy(entry.key, in: keys, noun: "key"))
    }
  }

  /// All entries in the order of the file (for groups whose keys are names).
  var all: [YAMLNode.Entry] { entries }

  func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  subscript(_ key: String) -> YAMLNode? {
    for entry in entries where entry.key == key { return entry.value }
    return nil
  }

  func position(of key: String) -> Position { entries.first { $0.key == key }?.position ?? position }

  func section(_ key: String, _ name: String, keys: [String], special: [String: String] = [:]) -> Section? {
    guard let node = self[key] else { return nil }
    return Section(node, name, keys: keys, special: special, source: source, diagnostics: diagnostics)
  }

  func section(_ node: YAMLNode, _ name: String, keys: [String], special: [String: String] = [:]) -> Section? {
    Section(node, name, keys: keys, special: special, source: source, diagnostics: diagnostics)
  }

  func report(_ position: Position?, _ message: String, remedy: String) {
    diagnostics.report(source, position ?? self.position, message, remedy: remedy)
  }

  // MARK: - Values

  /// The value of a key by a rule of `Scalars`; nil if the key is absent or its value wrong (which is reported).
  func read<T>(_ key: String, _ scalar: Scalar<T>) -> T? {
    guard let node = self[key] else { return nil }
    return value(node, "\"\(key)\" in \(name)", scalar)
  }

  func read<T>(_ key: String, _ scalar: Scalar<T>, default: T) -> T { read(key, scalar) ?? `default` }

  /// As `read`, but the absence of the key is reported too.
  func require<T>(_ key: String, _ scalar: Scalar<T>, remedy: String? = nil) -> T? {
    guard has(key) else {
      missing(key, remedy: remedy ?? "Add `\(key): \(scalar.example)`.")
      return nil
    }
    return read(key, scalar)
  }

  func missing(_ key: String, remedy: String) {
    report(position, "\"\(key)\" is missing in \(name)", remedy: remedy)
  }

  /// `off`, `none` and `no` switch an optional setting off.
  func isOff(_ key: String) -> Bool { ["off", "none", "no", "false"].contains(self[key]?.text ?? "") }

  func value<T>(_ node: YAMLNode, _ what: @autoclosure () -> String, _ scalar: Scalar<T>) -> T? {
    if let text = node.text, let value = scalar.parse(text) { return value }
    report(
      node.position, "\(what()) must be \(scalar.expected), found \(node.description)",
      remedy: scalar.remedy(node.text ?? ""))
    return nil
  }

  /// A list of values; a single value counts as a list of one.
  func list<T>(_ key: String, _ scalar: Scalar<T>) -> [(value: T, position: Position)]? {
    guard let node = self[key] else { return nil }
    return (node.items ?? [node]).compactMap { item in
      value(item, "each entry of \"\(key)\" in \(name)", scalar).map { ($0, item.position) }
    }
  }
}
