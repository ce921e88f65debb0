/// Paths as people write them.
extension FieldPath {
  /// Reads `values.temperature`, `readings.0.value`, the JSONPath forms `$.readings[0].value` and `$` (the payload
  /// itself), a name that has dots or brackets of its own in quotes (`'em:0'.'a.b'`), and the element of a list that a
  /// member names: `values[name=temp].value`, `tags[id='Line 1.Temp'].v`. `defects[*].code` is every element of a list.
  init?(text: String) {
    if text == "$" {
      self.init([])
      return
    }
    var rest = text[...]
    if rest.hasPrefix("$.") { rest = rest.dropFirst(2) } else if rest.hasPrefix("$[") { rest = rest.dropFirst() }
    var steps: [String] = []
    while true {
      if rest.first != "[" || !steps.isEmpty {
        guard let name = Self.name(&rest) else { return nil }
        steps.append(name)
      }
      while rest.first == "[" {
        guard let step = Self.bracket(&rest) else { return nil }
        steps.append(step)
      }
      // Each selection walks its list once more.
      if steps.count(where: Self.isSelector) > 3 || steps.count(where: { $0 == Self.every }) > 1 { return nil }
      if rest.isEmpty { break }
      guard rest.removeFirst() == ".", !rest.isEmpty, rest.first != "[" else { return nil }
    }
    self.init(steps)
  }

  /// A member's name, plain or in single quotes (`''` is one quote).
  private static func name(_ rest: inout Substring) -> String? {
    if rest.first == "'" { return quoted(&rest).flatMap { isSelector($0) || $0 == every ? nil : $0 } }
    let name = rest.prefix { $0 != "." && $0 != "[" }
    guard !name.isEmpty, !name.contains("]") else { return nil }
    rest = rest[name.endIndex...]
    return String(name)
  }

  private static func quoted(_ rest: inout Substring) -> String? {
    rest.removeFirst()
    var text = ""
    while let character = rest.popFirst() {
      if character != "'" {
        text.append(character)
      } else if rest.first == "'" {
        text.append("'")
        rest.removeFirst()
      } else {
        return text.isEmpty ? nil : text
      }
    }
    return nil
  }

  /// `[3]` becomes the step `3`; `[name=temp]` and `[*]` stay as they are.
  private static func bracket(_ rest: inout Substring) -> String? {
    rest.removeFirst()
    let head = rest.prefix { $0 != "]" && $0 != "=" }
    rest = rest[head.endIndex...]
    guard let next = rest.popFirst() else { return nil }
    if next == "]" { return head == "*" ? every : UInt16(head).map { String($0) } }
    guard !head.isEmpty, !head.contains("[") else { return nil }
    let value: String
    if rest.first == "'" {
      guard let text = quoted(&rest) else { return nil }
      value = text
    } else {
      let text = rest.prefix { $0 != "]" }
      guard !text.isEmpty else { return nil }
      value = String(text)
      rest = rest[text.endIndex...]
    }
    guard rest.popFirst() == "]" else { return nil }
    return "[\(head)=\(value)]"
  }

  /// The step that means every element of a list; in attributes of events only.
  public static let every = "[*]"

  /// The list whose every element is meant, and where the value stands in an element; nil if no step says `[*]`.
  public var list: (path: FieldPath, rest: [String])? {
    guard let place = steps.firstIndex(of: Self.every) else { return nil }
    return (FieldPath(Array(steps[..<place])), Array(steps[(place + 1)...]))
  }

  /// Whether a step selects the element of a list by a member: `[name=temp]`.
  public static func isSelector(_ step: String) -> Bool {
    step.hasPrefix("[") && step.hasSuffix("]") && step.contains("=")
  }

  /// As `init?(text:)` reads it.
  static func text(_ steps: [String]) -> String {
    if steps.isEmpty { return "$" }
    var text = ""
    for step in steps {
      if isSelector(step) || step == every {
        text += step == every ? step : selector(step)
        continue
      }
      if !text.isEmpty { text += "." }
      let isPlain = !step.isEmpty && step != "$" && !step.hasPrefix("'") && !step.contains { ".[]".contains($0) }
      text += isPlain ? step : "'\(step.replacing("'", with: "''"))'"
    }
    return text
  }

  private static func selector(_ step: String) -> String {
    guard let sign = step.firstIndex(of: "="), step.contains("]") else { return step }
    let value = step[step.index(after: sign)...].dropLast()
    if !value.contains("]"), !value.hasPrefix("'") { return step }
    return "\(step[...sign])'\(value.replacing("'", with: "''"))']"
  }
}
