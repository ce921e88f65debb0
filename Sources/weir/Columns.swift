import Telemetry

/// Plain text tables: columns as wide as their widest cell, numbers with thousands separators.
struct Columns {
  private var rows: [[String]] = []
  private let alignRight: Set<Int>

  init(alignRight: Set<Int> = []) { self.alignRight = alignRight }

  mutating func add(_ cells: String...) { rows.append(cells) }
  mutating func add(cells: [String]) { rows.append(cells) }

  func lines(indent: String = "  ") -> [String] {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = indent
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        line += alignRight.contains(column) ? space + cell : cell + (column + 1 < row.count ? space : "")
        if column + 1 < row.count { line += "  " }
      }
      return line
    }
  }
}

enum Figures {
  /// 1234567 → `1,234,567`.
  static func count(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    groups.insert(digits, at: 0)
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// Bytes with a decimal unit: `12.3 MB`.
  static func bytes(_ number: Double) -> String {
    var value = number
    var unit = 0
    let units = ["B", "kB", "MB", "GB", "TB"]
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 || value >= 100 ? "\(Int(value.rounded())) \(units[unit])" : "\(places(value, 1)) \(units[unit])"
  }

  static func places(_ number: Double, _ places: Int) -> String { FigureText.text(number, places: places) }

  static func age(_ seconds: Double) -> String {
    if seconds < 60 { return "\(places(seconds, 1)) s" }
    if seconds < 3600 { return "\(places(seconds / 60, 0)) min" }
    if seconds < 172_800 { return "\(places(seconds / 3600, 1)) h" }
    return "\(places(seconds / 86400, 1)) d"
  }

  /// `not-json 3, wrong-type 1`, largest first, or empty.
  static func reasons(_ counts: [String: Int]) -> String {
    counts.filter { $0.value != 0 }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key) \(count($0.value))" }.joined(separator: ", ")
  }

  /// Eight levels of blocks; a blank where there is no value.
  static func sparkline(_ values: [Double?]) -> String {
    let known = values.compactMap { $0 }
    guard let low = known.min(), let high = known.max() else { return String(repeating: " ", count: values.count) }
    let blocks = Array("▁▂▃▄▅▆▇█")
    return String(
      values.map { value in
        guard let value else { return " " }
        guard high > low else { return blocks[3] }
        return blocks[min(7, Int((value - low) / (high - low) * 8))]
      })
  }
}
