import Factors
import Rules
import Telemetry
import Templates

/// Why there are no emissions of an asset: one finding at a time, which is open from the first interval without a figure
/// to the next one of the same length that has one. What a window can be counted with says nothing of the month.
struct CarbonTroubles: Hashable, Sendable {
  struct Trouble: Hashable, Sendable {
    var period: MeterFigures.Period
    /// What is missing, of which quantity; the same on every day.
    var kind: String
    var message: String
  }

  /// By period, at most one each.
  private var known: [Trouble] = []
  /// The one that is told.
  private var told: Trouble?

  init() {}

  mutating func report(
    _ problem: (quantity: Signal.Quantity, problem: FactorProblem)?, of period: MeterFigures.Period, asset: String,
    at time: Timestamp, context: inout RuleContext
  ) {
    known.removeAll { $0.period == period }
    if let (quantity, problem) = problem {
      let kind = quantity.rawValue + " " + problem.message.filter { !$0.isNumber }
      known.append(Trouble(period: period, kind: kind, message: problem.message))
      known.sort { $0.period.rawValue < $1.period.rawValue }
    }
    if let told, known.contains(where: { $0.kind == told.kind }) { return }
    if let told {
      context.emit(Self.finding(told, of: asset, remedy: "", at: time, closed: time))
    }
    told = known.first { $0.period == period } ?? known.first
    guard let told else { return }
    let remedy = told.period == period ? problem?.problem.remedy ?? "" : ""
    context.emit(Self.finding(told, of: asset, remedy: remedy, at: time, closed: nil))
  }

  private static func finding(
    _ trouble: Trouble, of asset: String, remedy: String, at time: Timestamp, closed: Timestamp?
  ) -> Finding {
    var finding = Finding(
      key: "carbon-no-figure/\(asset)", rule: "carbon-no-figure", subject: asset, severity: .warning, opened: time,
      summary: "No emissions of \(asset) by at least one method: \(trouble.message).",
      advice: remedy.isEmpty ? "" : remedy.prefix(1).uppercased() + remedy.dropFirst() + ".")
    finding.closed = closed
    return finding
  }

  // MARK: Saved state

  private static let mark: Character = "\u{1F}"

  /// For the saved state; empty without troubles.
  var text: String {
    known.map { trouble in
      let isTold = trouble.kind == told?.kind
      return ["\(trouble.period.rawValue)", isTold ? "told" : "", trouble.kind, trouble.message].joined(
        separator: String(Self.mark))
    }.joined(separator: "\n")
  }

  /// - Parameter text: one that is no list is the message of a state of before, for which any figure was enough.
  init(text: String) {
    guard !text.isEmpty else { return }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: Self.mark, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 4, let number = UInt8(parts[0]), let period = MeterFigures.Period(rawValue: number) else {
        known = [Trouble(period: .window, kind: text, message: text)]
        told = known[0]
        return
      }
      known.append(Trouble(period: period, kind: parts[2], message: parts[3]))
      if parts[1] == "told", told == nil { told = known.last }
    }
  }
}
