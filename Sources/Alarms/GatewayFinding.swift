import Rules
import Telemetry

/// A finding about the gateway itself (disk, brokers, destinations), or one that was open before there were alarms, as a
/// command of the journal: so it becomes an alarm at its place there, and a replay gives the same.
public enum GatewayFinding {
  public static let command = "finding"

  public static func command(_ finding: Finding) -> SiteCommand {
    var members: [String: JSONValue] = [
      "key": .string(finding.key), "rule": .string(finding.rule), "subject": .string(finding.subject),
      "severity": .string(finding.severity.word), "opened": .string(finding.opened.rfc3339UTC),
      "summary": .string(finding.summary), "advice": .string(finding.advice),
      "evidence": .array(finding.evidence.map { ["name": .string($0.name), "value": .string($0.value)] }),
    ]
    members["closed"] = finding.closed.map { .string($0.rfc3339UTC) }
    return SiteCommand(name: Self.command, members: members)
  }

  /// The keys of all findings that are open at a start of the gateway: what is not among them has closed meanwhile.
  public static let roll = "findings-open"

  public static func roll(_ keys: [String]) -> SiteCommand {
    SiteCommand(name: roll, members: ["keys": .array(keys.sorted().map { .string($0) })])
  }

  /// Nil for what is no finding.
  static func finding(_ command: SiteCommand) -> Finding? {
    func text(_ name: String) -> String? { command.members[name]?.stringValue }
    guard let key = text("key"), let rule = text("rule"), let subject = text("subject"),
      let severity = Finding.Severity.allCases.first(where: { $0.word == text("severity") }),
      let opened = text("opened").flatMap(Timestamp.init(rfc3339:)), let summary = text("summary"),
      let advice = text("advice")
    else { return nil }
    let evidence = command.members["evidence"]?.arrayValue ?? []
    return Finding(
      key: key, rule: rule, subject: subject, severity: severity, opened: opened,
      closed: text("closed").flatMap(Timestamp.init(rfc3339:)), summary: summary, advice: advice,
      evidence: evidence.map { Event.Attribute($0["name"]?.stringValue ?? "", $0["value"]?.stringValue ?? "") })
  }
}
