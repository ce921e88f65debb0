import Alarms
import Control
import Plant
import Store
import Telemetry
import Templates

/// Everything that is known of one finding.
extension GatewayControl {
  /// Closed findings that are looked through.
  private static let mostFindings = 10_000

  func explain(_ word: String, language: String?) async throws -> ProductDocument {
    let open = try store.openFindings()
    let closed = try store.findings(limit: Self.mostFindings).filter { $0.closed != nil }
    let choice = try FindingChoice(word, among: open + closed)
    let finding = choice.first
    let asset = site.assets.first { $0.id == finding.subject }
    var members: [String: JSONValue] = [
      "finding": .string(finding.key), "rule": .string(finding.rule), "subject": .string(finding.subject),
      "severity": .string(finding.severity.word), "opened": .string(zone.rfc3339(finding.opened)),
      "closed": finding.closed.map { .string(zone.rfc3339($0)) } ?? .null, "summary": .string(finding.summary),
      "advice": .string(finding.advice),
      "evidence": .array(finding.evidence.map { ["name": .string($0.name), "value": .string($0.value)] }),
      "before": .array(
        choice.before.map { past in
          [
            "opened": .string(zone.rfc3339(past.opened)),
            "closed": past.closed.map { .string(zone.rfc3339($0)) } ?? .null,
          ]
        }),
    ]
    var lines = ["\(finding.key)  \(finding.severity.word)", finding.summary]
    lines.append(
      "since \(time(finding.opened))"
        + (finding.closed.map { ", over since \(time($0))" } ?? ", open")
        + (asset.map { $0.place.isEmpty ? "" : ", \($0.place)" } ?? ""))
    if let settings = site.alarms {
      let subject = AlarmSubject(
        finding, place: asset?.place ?? "", criticality: asset?.criticality ?? .normal, settings: settings)
      let voice = try voice(language)
      let guidance = AlarmGuidance(subject, onset: finding.opened, facts: voice.facts)
      let parts = Self.lines(guidance, voice)
      members["guidance"] = .array(
        parts.map { ["heading": .string($0.heading), "texts": .array($0.texts.map { .string($0) })] })
      // What, where and since when stand above already, in the language of the finding.
      let above = Set([AlarmWords.Heading.what, .place, .since].map { $0.text(.english) })
      for part in parts where !above.contains(part.heading) {
        lines += ["\(part.heading):"] + part.texts.map { "  \($0)" }
      }
    } else {
      if !finding.evidence.isEmpty {
        lines.append("evidence:")
        lines += finding.evidence.map { "  \($0.name): \($0.value)" }
      }
      lines.append("→ \(finding.advice)")
    }
    if !choice.before.isEmpty {
      lines.append(
        "before: \(choice.before.count) times, the last from \(time(choice.before[0].opened)) to "
          + (choice.before[0].closed.map(time) ?? "?"))
    }
    return ProductDocument(
      id: finding.key, text: JSONValue.object(members).canonicalText + "\n", summary: lines,
      notes: next(finding, asset), records: [])
  }

  private func time(_ time: Timestamp) -> String {
    String(zone.rfc3339(time).prefix(19)).replacing("T", with: " ")
  }

  /// Where more is to be seen.
  private func next(_ finding: Finding, _ asset: Asset?) -> [String] {
    guard let asset else { return ["`weir status` shows the gateway, its connections and destinations"] }
    var commands = ["`weir asset \(asset.id)` shows its signals"]
    if asset.eventSignal(carrying: ["verdict"]) != nil {
      commands.append("`weir inspection \(asset.id)` its control chart")
    } else if site.faultModel(of: asset) != nil {
      commands.append("`weir asset \(asset.id) --report` its condition, faults, remaining life and history")
    }
    return commands
  }
}
