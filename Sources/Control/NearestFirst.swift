/// Known words in the order of their likeness to a mistyped one.
public enum NearestFirst {
  /// Sorted by edit distance, equal ones in their given order.
  public static func sorted(_ known: [String], to word: String) -> [String] {
    let typed = Array(word.lowercased())
    return known.enumerated().map { (distance($1.lowercased(), typed), $0, $1) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { $0.2 }
  }

  /// The nearest one, if no more than a third of it has to change.
  public static func plausible(_ known: [String], for word: String) -> String? {
    guard let nearest = sorted(known, to: word).first else { return nil }
    return distance(nearest.lowercased(), Array(word.lowercased())) <= max(1, nearest.count / 3) ? nearest : nil
  }

  /// Insertions, deletions and substitutions.
  private static func distance(_ a: String, _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let best = min(row[j] + 1, row[j + 1] + 1, diagonal + (letter == b[j] ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = best
      }
    }
    return row[b.count]
  }
}
