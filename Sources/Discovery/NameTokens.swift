/// Splits names into words: `bearingTemp_DE`, `ia`, `L1.voltage`, `A相电流` → lower-case tokens.
struct NameTokens: Sendable {
  /// Words that are not split although they hold a change of case or a digit: `kWh`, `m3`.
  private let whole: Set<String>
  /// Chinese words, the longest first.
  private let characters: [String]

  init(whole: Set<String>, characters: Set<String>) {
    self.whole = whole
    self.characters = characters.sorted { ($0.count, $1) > ($1.count, $0) }
  }

  private enum Class { case lower, upper, digit, han, other }

  private static func classify(_ scalar: Unicode.Scalar) -> Class {
    switch scalar.value {
    case 0x30...0x39: .digit
    case 0x41...0x5A: .upper
    case 0x61...0x7A: .lower
    case 0x3400...0x9FFF: .han
    case 0x00C0...0x024F: .lower
    default: .other
    }
  }

  func split(_ text: String) -> [String] {
    var result: [String] = []
    var segment: [Unicode.Scalar] = []
    func flush() {
      if !segment.isEmpty { result += words(segment) }
      segment = []
    }
    var last: Class?
    for scalar in text.unicodeScalars {
      let kind = Self.classify(scalar)
      if kind == .other || (kind == .han) != (last == .han) { flush() }
      if kind != .other { segment.append(scalar) }
      last = kind == .other ? nil : kind
    }
    flush()
    return result
  }

  /// The words of a run of letters and digits, or of Chinese characters.
  private func words(_ segment: [Unicode.Scalar]) -> [String] {
    let text = String(String.UnicodeScalarView(segment))
    if Self.classify(segment[0]) == .han { return chinese(text) }
    let lower = text.lowercased()
    if whole.contains(lower) { return [lower] }
    // Phase letters glued to the symbol: ua, ib, vc.
    if segment.count == 2, "uiv".contains(lower.prefix(1)), "abc".contains(lower.suffix(1)) {
      return lower.map { String($0) }
    }
    var parts: [String] = []
    var current = ""
    for (index, scalar) in segment.enumerated() {
      let kind = Self.classify(scalar)
      if index > 0 {
        let before = Self.classify(segment[index - 1])
        let nextIsLower = index + 1 < segment.count && Self.classify(segment[index + 1]) == .lower
        let isStart =
          (kind == .digit) != (before == .digit) || (kind == .upper && before == .lower)
          || (kind == .upper && before == .upper && nextIsLower)
        if isStart, !current.isEmpty {
          parts.append(current)
          current = ""
        }
      }
      current.unicodeScalars.append(scalar)
    }
    parts.append(current)
    return merged(parts.map { $0.lowercased() })
  }

  /// Puts together what is one known word: `k` + `wh`, `m` + `3`.
  private func merged(_ parts: [String]) -> [String] {
    var result: [String] = []
    for part in parts {
      if let last = result.last, last.count <= 2, whole.contains(last + part) {
        result[result.count - 1] = last + part
      } else {
        result.append(part)
      }
    }
    return result
  }

  private func chinese(_ text: String) -> [String] {
    guard let word = characters.first(where: { text.hasSuffix($0) }), word.count < text.count else { return [text] }
    return chinese(String(text.dropLast(word.count))) + [word]
  }
}
