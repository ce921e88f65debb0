import Telemetry
import Templates

/// What was measured and found at a station in the time of a rise and before it.
struct CauseTable: Hashable, Sendable {
  /// The rise is held against so long a time before it.
  static let before = Span64.days(2)
  /// Values that are compared.
  static let most = 200
  private static let shown = 3

  /// By `asset value`, and by window.
  private(set) var values: [String: [Timestamp: Double]] = [:]
  /// By `asset rule`.
  private var findings: [String: [CauseFindings.Entry]] = [:]

  mutating func add(_ row: CauseRow, of id: String) {
    for window in row.windows {
      for (name, value) in window.values.sorted(by: { $0.key < $1.key }) { add(value, "\(id) \(name)", window.start) }
    }
  }

  /// What stations measure of parts: torque, gap, width …
  mutating func add(_ measures: [String: InspectionTally.Measure], of id: String, at start: Timestamp) {
    for (name, measure) in measures.sorted(by: { $0.key < $1.key }) { add(measure.mean, "\(id) \(name)", start) }
  }

  mutating func add(_ found: CauseFindings, of id: String) {
    for entry in found.entries { findings["\(id) \(entry.rule)", default: []].append(entry) }
  }

  private mutating func add(_ value: Double, _ name: String, _ start: Timestamp) {
    guard values[name] != nil || values.count < Self.most else { return }
    values[name, default: [:]][start] = value
  }

  /// All that is compared: each makes a chance find more likely, and the significance of all stricter.
  var candidates: Int { values.count + findings.count }

  /// - Parameters:
  ///   - windows: starts of the station's windows with results, by time.
  ///   - since: when the rise began.
  ///   - others: candidates of another kind that are compared as well.
  func associations(windows: [Timestamp], since: Timestamp, others: Int) -> [String] {
    let times = windows.filter { since - Self.before <= $0 }
    let level = 0.05 / Double(max(1, candidates + others))
    var found: [(name: String, effect: Double, text: String)] = []
    for (name, series) in values.sorted(by: { $0.key < $1.key }) {
      let (before, after) = Self.split(times, since) { series[$0] }
      guard let test = TwoWindows(before: before, after: after), test.probability < level else { continue }
      found.append(
        (
          name, abs(test.effect),
          "\(name): \(FigureText.text(test.meanAfter, places: 3)), before \(FigureText.text(test.meanBefore, places: 3)) "
            + Self.strength(test, before.count, after.count)
        ))
    }
    for (name, entries) in findings.sorted(by: { $0.key < $1.key }) {
      let (before, after) = Self.split(times, since) { time -> Double? in
        entries.contains { $0.opened <= time && $0.closed.map { time < $0 } ?? true } ? 1 : 0
      }
      guard let test = TwoWindows(before: before, after: after), test.probability < level, test.effect > 0 else {
        continue
      }
      found.append(
        (
          name, test.effect,
          "\(name): open in \(FigureText.percent(test.meanAfter, places: 0)) of the windows, before in "
            + "\(FigureText.percent(test.meanBefore, places: 0)) " + Self.strength(test, before.count, after.count)
        ))
    }
    return found.sorted { ($1.effect, $0.name) < ($0.effect, $1.name) }.prefix(Self.shown).map(\.text)
  }

  private static func split(
    _ times: [Timestamp], _ since: Timestamp, _ value: (Timestamp) -> Double?
  ) -> (before: [Double], after: [Double]) {
    (times.filter { $0 < since }.compactMap(value), times.filter { since <= $0 }.compactMap(value))
  }

  private static func strength(_ test: TwoWindows, _ before: Int, _ after: Int) -> String {
    "(effect \(FigureText.text(test.effect, places: 2)), \(after) windows against \(before))"
  }
}
