import Sparkplug
import Telemetry

/// Tells people of the gaps that Sparkplug cannot close by itself, of edge nodes that do not answer, and of rules that
/// they break. Sparkplug messages are at QoS 0 and the broker keeps nothing for a host that is away: what an edge node
/// published meanwhile without marking it historical is lost, and that must be seen.
struct SparkplugFindings {
  private let connection: String
  private let findings: GatewayFindings
  private let text: @Sendable (Timestamp) -> String

  static let gap = "sparkplug-gap"
  static let offline = "sparkplug-offline"
  static let silent = "sparkplug-no-birth"
  static let violation = "sparkplug-violation"
  /// Requests without an answer that are worth a look.
  private static let patience = 3

  init(connection: String, findings: GatewayFindings, text: @escaping @Sendable (Timestamp) -> String) {
    self.connection = connection
    self.findings = findings
    self.text = text
  }

  /// A start: what was open about edge nodes is judged anew, and the time since the last run is a gap.
  func begin(awaySince: Timestamp?) {
    let now = PlantClock.system().wall
    for rule in [Self.silent, Self.violation] {
      for key in findings.openKeys(rule: rule) where key.hasPrefix(self.key(rule, "")) {
        findings.close(key: key, at: now)
      }
    }
    if let awaySince { disconnected(at: awaySince) }
  }

  // MARK: The gateway's own connection

  func disconnected(at time: Timestamp) {
    let key = key(Self.gap, "")
    guard !findings.isOpen(key) else { return }
    findings.note(
      Finding(
        key: key, rule: Self.gap, subject: GatewayFindings.subject, severity: .warning, opened: time,
        summary: "The gateway has not heard the Sparkplug edge nodes of \(connection) since \(text(time)).",
        advice: Self.gapAdvice, evidence: [Event.Attribute("from", text(time))]))
  }

  func connected(at time: Timestamp) {
    findings.close(key: key(Self.gap, ""), at: time) { finding in
      finding.summary =
        "The gateway did not hear the Sparkplug edge nodes of \(connection) from \(text(finding.opened)) to "
        + "\(text(time))."
      finding.evidence = [Event.Attribute("from", text(finding.opened)), Event.Attribute("to", text(time))]
    }
  }

  private static let gapAdvice =
    "Current values come back by rebirths, the rest only as far as edge nodes store and forward it (historical data)."

  // MARK: Edge nodes and devices

  func note(_ note: SparkplugNote) {
    switch note.event {
    case .offline(.connection): break
    case .offline(let cause): offline(note, cause)
    case .online: online(note)
    case .rebirthRequested(let wish, let attempt):
      if attempt >= Self.patience { unanswered(note, wish) }
    case .violation(let violation, let detail, let count): broken(note, violation, detail, count)
    }
  }

  private func offline(_ note: SparkplugNote, _ cause: SparkplugNote.Cause) {
    let what = note.source.device == nil ? "Edge node" : "Device"
    let summary =
      cause == .sequence
      ? "Messages of edge node \(note.source) were lost; it does not count since \(text(note.at))."
      : "\(what) \(note.source) is offline since \(text(note.at))."
    findings.note(
      Finding(
        key: key(Self.offline, note.source.description), rule: Self.offline, subject: GatewayFindings.subject,
        severity: note.source.device == nil ? .warning : .info, opened: note.at, summary: summary,
        advice: cause == .sequence
          ? "A rebirth was asked for. Check the network between edge node and broker if this happens often."
          : "Check power and network of \(note.source). \(Self.gapAdvice)",
        evidence: [Event.Attribute("cause", cause.rawValue), Event.Attribute("from", text(note.at))]))
  }

  private func online(_ note: SparkplugNote) {
    findings.close(key: key(Self.offline, note.source.description), at: note.at) { finding in
      let cause = finding.evidence.first { $0.name == "cause" }?.value ?? ""
      finding.summary =
        "\(note.source) was \(cause == SparkplugNote.Cause.sequence.rawValue ? "not complete" : "offline") from "
        + "\(text(finding.opened)) to \(text(note.at))."
      finding.evidence.append(Event.Attribute("to", text(note.at)))
    }
    findings.close(key: key(Self.silent, note.source.description), at: note.at)
  }

  private func unanswered(_ note: SparkplugNote, _ wish: SparkplugNote.Wish) {
    findings.note(
      Finding(
        key: key(Self.silent, note.source.description), rule: Self.silent, subject: GatewayFindings.subject,
        severity: .warning, opened: note.at,
        summary: "Edge node \(note.source) does not settle: \(Self.patience) rebirths were asked for, because "
          + "\(wish.rawValue).",
        advice: "Check that the edge node runs, that group and node are written as it writes them, and that it may "
          + "receive \(SparkplugTopic(kind: .nodeCommand, group: note.source.group, node: note.source.node).text).",
        evidence: [Event.Attribute("because", wish.rawValue)]))
  }

  private func broken(_ note: SparkplugNote, _ violation: SparkplugViolation, _ detail: String, _ count: Int) {
    findings.note(
      Finding(
        key: key(Self.violation, "\(note.source)/\(violation.rawValue)"), rule: Self.violation,
        subject: GatewayFindings.subject, severity: .info, opened: note.at,
        summary: "\(note.source) breaks a rule of Sparkplug B (\(violation.rawValue)): \(detail).",
        advice: "Tell the supplier of the edge node. Values that are not certain are not used.",
        evidence: [Event.Attribute("rule", violation.rawValue), Event.Attribute("times", "\(count)")]))
  }

  private func key(_ rule: String, _ rest: String) -> String {
    "\(rule)/\(connection)\(rest.isEmpty ? "" : "/" + rest)"
  }
}
