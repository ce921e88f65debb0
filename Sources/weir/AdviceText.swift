import Control
import Telemetry

/// Advice for a terminal.
enum AdviceText {
  static func page(_ report: AdviceReport) -> String {
    var lines = [
      "What to do with flexible loads, \(time(report.start)) – \(time(report.end)), policy \(report.policy)"
    ]
    for (place, proposal) in report.proposals.enumerated() {
      lines.append("\(place + 1). \(proposal.action)  [\(proposal.asset)]")
      lines.append("   \(figures(proposal, report).joined(separator: ", "))")
      if !proposal.reasons.isEmpty { lines.append("   why: \(proposal.reasons.joined(separator: "; "))") }
      lines.append("   comfort \(proposal.comfort)")
    }
    if report.proposals.isEmpty { lines.append("  nothing to be gained") }
    let totals = totals(report)
    if !totals.isEmpty, report.proposals.count > 1 { lines.append("all together: \(totals.joined(separator: ", "))") }
    return (lines + report.notes.map { "note: \($0)" }).joined(separator: "\n")
  }

  private static func figures(_ proposal: AdviceReport.Proposal, _ report: AdviceReport) -> [String] {
    [
      "\(places(proposal.power, 1)) kW", "\(places(proposal.energy, 1)) kWh",
      proposal.saving.flatMap { saving in report.currency.map { "saves \(places(saving, 2)) \($0)" } }
        ?? "saving not known",
      emissions(proposal.emissions, report) ?? "emissions not known",
    ]
  }

  private static func totals(_ report: AdviceReport) -> [String] {
    [
      report.saving.flatMap { saving in report.currency.map { "saves \(places(saving, 2)) \($0)" } },
      emissions(report.emissions, report),
    ].compactMap(\.self)
  }

  private static func emissions(_ text: String?, _ report: AdviceReport) -> String? {
    guard let text, let gas = report.gas, let value = ExactDecimal(text) else { return nil }
    let amount = value.magnitude.text(places: 1)
    return value.isNegative ? "\(amount) kg\(gas) MORE" : "\(amount) kg\(gas) less"
  }

  private static func places(_ text: String, _ places: Int) -> String {
    ExactDecimal(text)?.text(places: places) ?? text
  }

  private static func time(_ text: String) -> String { String(text.prefix(16)).replacing("T", with: " ") }
}
