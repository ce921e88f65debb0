import Foundation

/// Scoring of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015), standard profile, raw score of one file.
struct NABScore {
  var windows: [ClosedRange<Int>]
  var rows: Int

  static func sigmoid(_ y: Double) -> Double { y > 3 ? -1 : 2 / (1 + exp(5 * y)) - 1 }

  /// Rows that are not scored.
  var probation: Int { min(rows * 15 / 100, 750) }

  /// Of each window: what its earliest detection is worth, −1 without any; and what false detections cost.
  func score(_ detections: [Int]) -> (windows: [Double], falsePositives: Double, raw: Double) {
    let counted = detections.filter { $0 >= probation }.sorted()
    let found = windows.map { window in
      counted.first { window.contains($0) }.map {
        Self.sigmoid(-Double(window.upperBound - $0 + 1) / Double(window.count)) / Self.sigmoid(-1)
      } ?? -1
    }
    var cost = 0.0
    for row in counted where !windows.contains(where: { $0.contains(row) }) {
      let last = windows.last { $0.upperBound < row }
      cost += 0.11 * (last.map { Self.sigmoid(Double(row - $0.upperBound) / Double($0.count - 1)) } ?? -1)
    }
    return (found, cost, found.reduce(0, +) + cost)
  }
}
