import Production
import Telemetry
import Templates

/// Whose pieces are those of a part of the plant: stations in series count the same pieces.
struct PieceCounters {
  private let assets: [Asset]
  private let lines: [ProductionLine]

  init(_ assets: [Asset], lines: [ProductionLine]) {
    self.assets = assets
    self.lines = lines
  }

  /// Of each line in the group, and of what is in no line, the counters that say `counts-pieces: yes`, or the only one.
  ///
  /// - Parameter counts: whether an asset has counted pieces.
  /// - Returns: whose pieces are added up; or nobody's, and those of which it is not known.
  func counters(of group: Set<Int>, where counts: (Int) -> Bool) -> (counters: [Int], doubtful: [Int]) {
    var members: [Int?: [Int]] = [:]
    for place in group.sorted() where counts(place) && assets[place].production.countsPieces != false {
      members[ProductionLine.line(of: assets[place], in: lines), default: []].append(place)
    }
    var counters: [Int] = []
    var doubtful: [Int] = []
    for own in members.values {
      let marked = own.filter { assets[$0].production.countsPieces == true }
      if !marked.isEmpty {
        counters += marked
      } else if own.count == 1 {
        counters += own
      } else {
        doubtful += own
      }
    }
    return doubtful.isEmpty ? (counters.sorted(), []) : ([], doubtful.sorted())
  }

  /// Why there is no figure by piece; nil where there is one.
  static func note(_ doubtful: [String]) -> String? {
    guard !doubtful.isEmpty else { return nil }
    let shown = doubtful.prefix(4).joined(separator: ", ") + (doubtful.count > 4 ? " …" : "")
    return
      "\(doubtful.count) counters (\(shown)) may count the same pieces: say `counts-pieces: yes` at the last one, or "
      + "at all that work beside each other"
  }
}
