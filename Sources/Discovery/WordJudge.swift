import Templates

/// Which of a closed list of words a device's words mean.
struct WordJudge {
  let vocabulary: Vocabulary

  struct Verdict: Hashable {
    /// Words that were not known, by the list's word; empty if the template knows all.
    var added: [Vocabulary.Group] = []
    var unknown: [String] = []
    var confidence: Double
  }

  /// - Parameters:
  ///   - words: what the device sends.
  ///   - names: the list's own words.
  ///   - known: every word that is known already, with its meaning.
  func judge(_ words: [String], names: [String], known: [String: String]) -> Verdict {
    var added: [(name: String, words: [String])] = []
    var unknown: [String] = []
    for word in words where known[word] == nil {
      let folded = word.lowercased()
      let meaning =
        vocabulary.words.first { group in
          names.contains(group.name) && group.words.contains { $0.lowercased() == folded }
        }?.name ?? names.first { $0.lowercased() == folded }
      guard let meaning else {
        unknown.append(word)
        continue
      }
      if let position = added.firstIndex(where: { $0.name == meaning }) {
        added[position].words.append(word)
      } else {
        added.append((meaning, [word]))
      }
    }
    // Numbers are codes of a vendor; only off and on mean the same everywhere.
    let codes = words.filter { Double($0) != nil }
    let confidence: Double
    if !unknown.isEmpty {
      confidence = 0.4
    } else if codes.contains(where: { $0 != "0" && $0 != "1" }) {
      confidence = 0.5
    } else if codes.isEmpty {
      confidence = added.isEmpty ? 0.96 : 0.88
    } else {
      confidence = 0.75
    }
    let groups = added.sorted { $0.name < $1.name }.map { item in
      let before = known.filter { $0.value == item.name && $0.key != item.name }.keys.sorted()
      return Vocabulary.Group(name: item.name, words: before + item.words)
    }
    return Verdict(added: groups, unknown: unknown, confidence: confidence)
  }
}
