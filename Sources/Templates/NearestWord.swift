/// Finds the known word that a mistyped one probably means.
enum NearestWord {
  /// The known word with the smallest edit distance, if it is near enough to be a plausible slip.
  /// Of equally near ones the first in the list.
  static func of(_ word: String, in known: some Sequence<String>) -> String? {
    let folded = Array(word.lowercased().unicodeScalars)
    guard !folded.isEmpty, folded.count <= 64 else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in known {
      let other = Array(candidate.lowercased().unicodeScalars)
      let limit = min(max(1, max(folded.count, other.count) / 3), (best?.distance ?? 99) - 1)
      guard limit >= 0, abs(other.count - folded.count) <= limit else { continue }
      let distance = self.distance(folded, other)
      if distance <= limit { best = (candidate, distance) }
    }
    return best?.word
  }

  /// A remedy: the nearest word, else the list of what is possible (shortened to twelve).
  static func remedy(_ word: String, in known: [String], noun: String) -> String {
    if let near = of(word, in: known) { return "Did you mean \"\(near)\"?" }
    guard !known.isEmpty else { return "There is no known \(noun)." }
    let shown = known.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
    return "Known \(noun)s: \(shown)\(known.count > 12 ? " …" : "")."
  }

  /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
