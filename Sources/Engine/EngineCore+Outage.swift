import Rules
import Telemetry

/// A rule that meets an error must not stop the plant: it is put out of service for its asset, a finding says so, and
/// everything else goes on. It is tried again at the next start of the gateway, from the state that it had.
extension EngineCore {
  /// - Throws: what the reader could not read: that says nothing about the rule, and may be over at the next try.
  mutating func fail(_ rule: Int, _ error: any Error) throws {
    if case .unreadable = error as? EngineError { throw error }
    isOut[rule] = true
    hasOutages = true
    deadlines[rule] = .distantFuture
    collector.output.findings.append(
      finding(
        rule,
        summary: "Rule \(ruleNames[rule]) of \(site.assets[ruleAssets[rule]].id) met an error and is out of service: "
          + "\(error)."))
  }

  /// Tries all rules again that are out of service.
  mutating func retryFailedRules() throws {
    try retrySiteRules()
    guard hasOutages else { return }
    hasOutages = false
    for rule in rules.indices where isOut[rule] {
      isOut[rule] = false
      touch(ruleAssets[rule])
      var closed = finding(rule, summary: "Rule \(ruleNames[rule]) is tried again after a start of the gateway.")
      closed.closed = plant
      collector.output.findings.append(closed)
      try handOverCommands(to: rule)
    }
  }

  private func finding(_ rule: Int, summary: String) -> Finding {
    failure(rule: ruleNames[rule], of: site.assets[ruleAssets[rule]].id, summary: summary)
  }

  func failure(rule: String, of subject: String, summary: String) -> Finding {
    Finding(
      key: "rule-failed/\(subject)/\(rule)", rule: "rule-failed", subject: subject, severity: .critical,
      opened: plant, summary: summary,
      advice:
        "Its readings are kept and commands wait for it, its records stop. Start the gateway again to try once more, "
        + "and report this text."
    )
  }

  /// Tells of rules whose saved state does not fit the new configuration. A happening: it is closed as it is opened.
  mutating func reportRestarts() {
    let names =
      restarted.map { (ruleNames[$0], site.assets[ruleAssets[$0]].id) }
      + siteRules.restarted.map { (siteRules.names[$0], site.gateway.id) }
    for (rule, subject) in names {
      var finding = Finding(
        key: "rule-restarted/\(subject)/\(rule)", rule: "rule-restarted", subject: subject, severity: .info,
        opened: plant,
        summary: "Rule \(rule) of \(subject) begins anew: what it had in hand does not fit the changed "
          + "configuration.",
        advice: "Nothing to do if the change was meant: windows that were open are counted from here on.")
      collector.output.findings.append(finding)
      finding.closed = plant
      collector.output.findings.append(finding)
    }
    restarted = []
    siteRules.restarted = []
  }

  /// Tells of chunks of the history that could not be decoded since the last time.
  mutating func reportDamage() {
    guard !history.damage.isEmpty else { return }
    for damage in history.damage {
      let asset = site.assets[damage.asset].id
      collector.output.findings.append(
        Finding(
          key: "history-damaged/\(asset)", rule: "history-damaged", subject: asset, severity: .critical,
          opened: plant,
          summary: "Stored readings of \(asset) from \(HistoryBlock.start(damage.block).rfc3339UTC) on (15 min) are "
            + "damaged and left out: \(damage.error).",
          advice: "Check the disk and replace it. Corrections of windows of that time may be incomplete."))
    }
    history.damage = []
  }

  // MARK: Checkpoint

  func encodeOutages(_ asset: Int, into writer: inout ByteWriter) {
    let out = rulesOfAsset[asset].filter { isOut[$0] }
    writer.varint(out.count)
    for rule in out { writer.string(ruleNames[rule]) }
    // Behind the rest, which is as long as it was before commands waited.
    guard out.contains(where: { waiting[$0] != nil }) else { return }
    for rule in out {
      let commands = waiting[rule] ?? []
      writer.varint(commands.count)
      for command in commands { writer.string(command.text) }
    }
  }

  mutating func restoreOutages(_ asset: Int, from reader: inout ByteReader) throws(ByteReaderError) {
    var out: [Int?] = []
    for _ in 0..<(try reader.count()) {
      let name = try reader.string()
      out.append(nil)
      // A rule that the asset no longer has needs no service.
      guard let rule = rulesOfAsset[asset].first(where: { ruleNames[$0] == name }) else { continue }
      out[out.count - 1] = rule
      isOut[rule] = true
      hasOutages = true
    }
    guard !reader.isAtEnd else { return }
    for rule in out {
      for _ in 0..<(try reader.count()) {
        let text = try reader.string()
        guard let command = SiteCommand(text: text) else {
          throw ByteReaderError(offset: reader.offset, expected: "a command that waits, found \(text)")
        }
        if let rule { waiting[rule, default: []].append(command) }
      }
    }
  }
}
