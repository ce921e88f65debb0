/// A text with placeholders, compiled once and filled in for every asset of a group: `plant/{area}/{id}`, `meter-{n:03}`.
struct NamePattern {
  enum Part: Hashable {
    case literal(String)
    /// The number in the group, with at least so many digits.
    case number(digits: Int)
    case field(Field)
  }
  enum Field: String, CaseIterable { case id, place, site, area, line, cell }

  struct Mistake: Error {
    var message: String
    var remedy: String
  }

  private(set) var parts: [Part] = []

  /// - Parameter fields: the placeholders that may stand here, besides `{n}`.
  init(_ text: String, fields: [Field]) throws(Mistake) {
    var rest = text[...]
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
      guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
        throw Mistake(message: "a brace has no partner in \"\(text)\"", remedy: "Write placeholders as `{id}`.")
      }
      parts.append(try Self.part(rest[rest.index(after: open)..<close], fields: fields))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty || parts.isEmpty { parts.append(.literal(String(rest))) }
  }

  private static func part(_ name: Substring, fields: [Field]) throws(Mistake) -> Part {
    if name == "n" { return .number(digits: 1) }
    if name.hasPrefix("n:0"), let digits = Int(name.dropFirst(2)), (1...9).contains(digits) {
      return .number(digits: digits)
    }
    if let field = fields.first(where: { $0.rawValue == name }) { return .field(field) }
    throw Mistake(
      message: "unknown placeholder \"{\(name)}\"",
      remedy: NearestWord.remedy(String(name), in: ["n"] + fields.map(\.rawValue), noun: "placeholder"))
  }

  var hasNumber: Bool {
    parts.contains { part in
      if case .number = part { return true }
      return false
    }
  }

  /// The placeholders that it uses, without `{n}`.
  var fields: [Field] {
    parts.compactMap { part in
      if case .field(let field) = part { return field }
      return nil
    }
  }

  func text(number: Int, field: (Field) -> String = { _ in "" }) -> String {
    if parts.count == 1, case .literal(let text) = parts[0] { return text }
    var text = ""
    for part in parts {
      switch part {
      case .literal(let literal): text += literal
      case .number(let digits):
        let number = String(number)
        for _ in 0..<max(0, digits - number.utf8.count) { text += "0" }
        text += number
      case .field(let name): text += field(name)
      }
    }
    return text
  }
}
