import Templates

/// What a name says about the value that it names.
struct NameMeaning: Hashable, Sendable {
  /// Position among the vocabulary's quantities; nil if none is recognised.
  var quantity: Int?
  /// The unit that the name says: `power_kw`.
  var unit: Unit?
  /// Phase or number: 1, 2, 3 of `v1`, `current_b`, `phases.l3.power`.
  var index: Int?
  /// Further words: `bearing`, `de`.
  var qualifiers: Set<String> = []
  /// A word with which it is not the quantity that it looks like: `today` in `energy_today`.
  var exclusion: String?
  /// All words, joined: what equal names have in common.
  var normalized = ""
}

/// Reads names by the vocabulary.
struct NameReader: Sendable {
  private struct Known: Sendable {
    var words: [String]
    var quantity: Int
  }

  let vocabulary: Vocabulary
  let tokens: NameTokens
  private let known: [Known]
  private let excluded: [[String: String]]
  private let noise: Set<String>
  private let ignored: Set<String>

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    let texts = vocabulary.quantities.flatMap { $0.names + $0.excluded } + vocabulary.noise + vocabulary.ignoredNames
    // A plain tokeniser finds the single words first; they are then kept whole.
    var whole: Set<String> = []
    var characters: Set<String> = []
    for text in texts {
      if text.unicodeScalars.contains(where: { $0.value >= 0x3400 }) {
        characters.insert(text)
      } else if !text.contains(" ") {
        whole.insert(text.lowercased())
      }
    }
    for quantity in vocabulary.quantities {
      for band in quantity.units {
        for symbol in UnitCatalogue.symbols(of: band.unit.dimension) where !symbol.contains("/") {
          whole.insert(symbol.lowercased())
        }
      }
    }
    let tokens = NameTokens(whole: whole, characters: characters)
    self.tokens = tokens
    known = vocabulary.quantities.enumerated().flatMap { number, quantity in
      quantity.names.map { Known(words: tokens.split($0), quantity: number) }
    }.filter { !$0.words.isEmpty }
    excluded = vocabulary.quantities.map { quantity in
      Dictionary(quantity.excluded.map { (tokens.split($0).joined(), $0) }) { first, _ in first }
    }
    noise = Set(vocabulary.noise.flatMap(tokens.split))
    ignored = Set(vocabulary.ignoredNames.map { tokens.split($0).joined() })
  }

  func quantity(_ meaning: NameMeaning) -> Vocabulary.Quantity? { meaning.quantity.map { vocabulary.quantities[$0] } }

  /// A field about the message or the device, not about the plant.
  func isIgnored(_ labels: [String]) -> Bool {
    ignored.contains(tokens.split(labels.last ?? "").joined())
      || ignored.contains(labels.suffix(2).flatMap(tokens.split).joined())
  }

  /// - Parameters:
  ///   - labels: what names a value, from the outside in.
  ///   - siblings: the other names beside it; they tell phase `a` from ampere.
  func read(_ labels: [String], siblings: Set<String> = []) -> NameMeaning {
    guard var last = labels.last else { return NameMeaning() }
    var bracketUnit: String?
    if let open = last.lastIndex(where: { "([（".contains($0) }), let end = last.last, ")]）".contains(end) {
      bracketUnit = String(last[last.index(after: open)...].dropLast())
      last = String(last[..<open])
    }
    let inner = tokens.split(last)
    let outer = labels.dropLast().flatMap(tokens.split)
    let normalized = inner.joined()
    var best: NameMeaning?
    if let bracketUnit { best = meaning(outer, inner, unitText: [bracketUnit]) }
    if best?.unit == nil {
      for count in [3, 2, 1] where inner.count >= count && inner.count + outer.count > count {
        let words = Array(inner.suffix(count))
        if count == 1, isPhase(words[0], last, siblings) { continue }
        let spellings = [words.joined(), words.joined(separator: "/")]
        if let found = meaning(outer, Array(inner.dropLast(count)), unitText: spellings), found.unit != nil {
          best = found
          break
        }
      }
    }
    var result = best ?? meaning(outer, inner, unitText: []) ?? NameMeaning(index: Self.index(outer, inner).index)
    result.normalized = normalized
    return result
  }

  /// `current_a` is phase a, not ampere, where there is a `current_b`.
  private func isPhase(_ word: String, _ label: String, _ siblings: Set<String>) -> Bool {
    guard word.count == 1, "abc".contains(word) else { return false }
    let other = word == "b" ? "c" : "b"
    return siblings.contains(label.lowercased().dropLast() + other)
  }

  private static func index(_ outer: [String], _ inner: [String]) -> (index: Int?, inner: [String], outer: [String]) {
    var index: Int?
    func strip(_ words: [String]) -> [String] {
      var kept: [String] = []
      for (position, word) in words.enumerated() {
        let isEdge = position == 0 || position == words.count - 1
        if let number = Int(word), (0...9).contains(number) {
          if kept.last == "l" { kept.removeLast() }
          if index == nil { index = number }
        } else if isEdge, word.count == 1, let phase = ["a", "b", "c"].firstIndex(of: word) {
          if index == nil { index = phase + 1 }
        } else {
          kept.append(word)
        }
      }
      return kept
    }
    let keptInner = strip(inner)
    let keptOuter = strip(outer)
    return (index, keptInner, keptOuter)
  }

  /// The reading with some trailing words taken as a unit; nil if there is no quantity, or it has no such unit.
  private func meaning(_ outer: [String], _ inner: [String], unitText: [String]) -> NameMeaning? {
    let (index, innerWords, outerWords) = Self.index(outer, inner)
    let words = outerWords + innerWords
    var best: (known: Known, start: Int, isExcluded: Bool)?
    for candidate in known {
      guard let start = position(of: candidate, in: words, outer: outerWords.count, hasUnit: !unitText.isEmpty) else {
        continue
      }
      let isExcluded = exclusion(candidate.quantity, words, start, candidate.words.count) != nil
      let end = start + candidate.words.count
      if let current = best {
        let currentEnd = current.start + current.known.words.count
        let order = (isExcluded ? 0 : 1, end, candidate.words.count)
        guard order > (current.isExcluded ? 0 : 1, currentEnd, current.known.words.count) else { continue }
      }
      best = (candidate, start, isExcluded)
    }
    guard let best else { return nil }
    let range = best.start..<best.start + best.known.words.count
    var result = NameMeaning(quantity: best.known.quantity, index: index)
    result.exclusion = exclusion(best.known.quantity, words, best.start, range.count)
    for (position, word) in words.enumerated() where !range.contains(position) && !noise.contains(word) {
      // Outer words are often only folders; inside the name each word says something.
      if position >= outerWords.count { result.qualifiers.insert(word) }
    }
    let quantity = vocabulary.quantities[best.known.quantity]
    if let dimension = quantity.units.first?.unit.dimension {
      result.unit =
        Self.unit(unitText, dimension) ?? (unitText.isEmpty ? Self.unit([best.known.words.last ?? ""], dimension) : nil)
    }
    if !unitText.isEmpty, result.unit == nil { return nil }
    return result
  }

  /// Where the words of a name stand; nil if they do not, or if words beside them say something else.
  private func position(of candidate: Known, in words: [String], outer: Int, hasUnit: Bool) -> Int? {
    let count = candidate.words.count
    guard words.count >= count else { return nil }
    for start in stride(from: words.count - count, through: 0, by: -1)
    where Array(words[start..<start + count]) == candidate.words {
      let rest = words[outer...].indices.filter { !(start..<start + count).contains($0) && !noise.contains(words[$0]) }
      // A single letter is a name only where it is all there is, or where it begins a name with a unit (`i_motor_a`).
      if count == 1, candidate.words[0].utf8.count == 1 {
        guard start >= outer, rest.isEmpty || (hasUnit && start == outer) else { continue }
      }
      // A quantity further out counts only if the name itself says nothing.
      if start + count <= outer, !rest.isEmpty, exclusion(candidate.quantity, words, start, count) == nil { continue }
      return start
    }
    return nil
  }

  private func exclusion(_ quantity: Int, _ words: [String], _ start: Int, _ count: Int) -> String? {
    for (position, word) in words.enumerated() where !(start..<start + count).contains(position) {
      if let found = excluded[quantity][word] { return found }
    }
    return nil
  }

  /// The unit of a dimension that one of the spellings means. Where only the case is wrong, the dimension decides.
  static func unit(_ spellings: [String], _ dimension: Dimension) -> Unit? {
    for spelling in spellings where !spelling.isEmpty {
      if let unit = try? UnitCatalogue.unit(spelling), unit.dimension == dimension, unit.symbol != "1" { return unit }
      let symbol = UnitCatalogue.symbols(of: dimension).filter { $0.lowercased() == spelling.lowercased() }
      if symbol.count == 1, let unit = try? UnitCatalogue.unit(symbol[0]) { return unit }
    }
    return nil
  }
}
