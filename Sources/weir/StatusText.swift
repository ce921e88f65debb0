import Control

/// `weir status` as text: what an operator sees at 3 a.m.
enum StatusText {
  static func exitCode(_ verdict: GatewayStatus.Verdict) -> Int32 {
    switch verdict {
    case .good: 0
    case .degraded: 1
    case .down: 2
    }
  }

  /// One line, for logs and for terminals that are none.
  static func line(_ status: GatewayStatus) -> String {
    let pending = status.destinations.map(\.pending).reduce(0, +)
    let records = status.records.values.reduce(0, +)
    return "\(status.now) \(status.verdict.rawValue): \(Figures.places(status.stages.messagesPerSecond, 0)) msg/s, "
      + "\(Figures.count(status.messages.received)) messages, \(Figures.count(records)) records, "
      + "\(Figures.count(pending)) to deliver, \(status.findings.count) open findings"
      + (status.reasons.first.map { "; \($0)" } ?? "")
  }

  static func page(_ status: GatewayStatus, color: Bool = false) -> String {
    var lines: [String] = []
    lines.append(
      "weir \(status.gateway)  \(paint(status.verdict.rawValue.uppercased(), status.verdict, color))  \(status.now)  "
        + "(since \(status.started), version \(status.version))")
    for reason in status.reasons { lines.append("  → \(reason)") }
    lines.append("")
    if let alarms = status.alarms { lines += self.alarms(alarms) }
    lines += connections(status)
    lines += flow(status)
    lines += sums(status)
    lines += destinations(status)
    lines += storage(status)
    lines += findings(status, color: color)
    return lines.joined(separator: "\n")
  }

  private static func alarms(_ alarms: AlarmTotals) -> [String] {
    let order = ["safety", "high", "medium", "low"]
    func counts(_ all: [String: Int]) -> String {
      let parts = order.compactMap { word in all[word].map { "\($0) \(word)" } }
      return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }
    var notes = ["\(alarms.waiting) to acknowledge"]
    if alarms.silenced > 0 { notes.append("\(alarms.silenced) silenced") }
    if alarms.isFlood { notes.append("a flood is under way") }
    if alarms.workOrders > 0 {
      notes.append("\(alarms.workOrders) work order\(alarms.workOrders == 1 ? "" : "s")")
    }
    return [
      "alarms      \(counts(alarms.active)); incidents: \(counts(alarms.incidents)); "
        + notes.joined(separator: ", ")
    ] + alarms.first.map { "  ! \($0)" } + [""]
  }

  private static func paint(_ text: String, _ verdict: GatewayStatus.Verdict, _ color: Bool) -> String {
    guard color else { return text }
    let code =
      switch verdict {
      case .good: 32
      case .degraded: 33
      case .down: 31
      }
    return "\u{1B}[1;\(code)m\(text)\u{1B}[0m"
  }

  private static func connections(_ status: GatewayStatus) -> [String] {
    var table = Columns()
    for connection in status.connections {
      let last = connection.lastMessageAgeSeconds.map { "last message \(Figures.age($0)) ago" } ?? "no message yet"
      let times = connection.reconnects
      var notes = times > 0 ? "\(Figures.count(times)) reconnect\(times == 1 ? "" : "s")" : ""
      if let seconds = connection.brokerSavesEverySeconds {
        notes += (notes.isEmpty ? "" : ", ") + "broker saves every \(Figures.age(seconds))"
      }
      table.add(connection.name, connection.broker, connection.state, last, notes)
    }
    return ["CONNECTIONS"] + table.lines()
      + status.connections.flatMap { connection in
        let error = connection.lastError.map { ["  \(connection.name): \($0)"] } ?? []
        return error + topics(connection.refusedTopics, "refused by the broker")
          + topics(connection.weakTopics, "QoS 0 only")
      } + [""]
  }

  private static func topics(_ topics: [String], _ word: String) -> [String] {
    topics.prefix(5).map { "    \(word): \($0)" }
      + (topics.count > 5 ? ["    \(word): … and \(topics.count - 5) more: weir status --json"] : [])
  }

  private static func flow(_ status: GatewayStatus) -> [String] {
    let stages = status.stages
    var lines = [
      "FLOW",
      "  \(Figures.places(stages.messagesPerSecond, 1)) messages/s, \(Figures.places(stages.samplesPerSecond, 1)) "
        + "samples/s; \(lag(stages)); memory \(Figures.bytes(Double(stages.residentBytes)))",
      "  plant clock \(stages.plantClock ?? "not yet set"); assets: \(assets(status.assets))",
    ]
    if !stages.waitingConnections.isEmpty {
      lines.append("  windows wait for: \(stages.waitingConnections.joined(separator: ", "))")
    }
    return lines + [""]
  }

  private static func lag(_ stages: GatewayStatus.Stages) -> String {
    // The engine shows itself once a second; what is younger is on its way.
    guard stages.engineLagSeconds >= 3 else { return "the engine keeps up" }
    return "the engine is behind by \(Figures.age(stages.engineLagSeconds)) "
      + "(\(Figures.count(stages.engineLagBatches)) batches)"
  }

  private static func assets(_ totals: GatewayStatus.AssetTotals) -> String {
    let others = [
      (totals.quiet, "quiet"), (totals.silent, "silent"), (totals.waiting, "waiting for their connection"),
      (totals.never, "never heard of"),
    ].filter { $0.0 > 0 }.map { ", \(Figures.count($0.0)) \($0.1)" }
    return "\(Figures.count(totals.reporting)) of \(Figures.count(totals.configured)) report\(others.joined())"
  }

  private static func sums(_ status: GatewayStatus) -> [String] {
    func reasons(_ counts: [String: Int]) -> String {
      let total = counts.values.reduce(0, +)
      let words = Figures.reasons(counts)
      return Figures.count(total) + (words.isEmpty ? "" : " (\(words))")
    }
    let messages = status.messages
    let samples = status.samples
    return [
      "ACCOUNTS",
      "  messages  received \(Figures.count(messages.received)) = decoded \(Figures.count(messages.decoded)) + "
        + "redelivered \(Figures.count(messages.redelivered)) + quarantined \(reasons(messages.quarantined))"
        + mark(messages.balanced),
      "  samples   decoded \(Figures.count(samples.decoded)) = used \(Figures.count(samples.used)) + duplicate "
        + "\(Figures.count(samples.duplicate)) + quarantined \(reasons(samples.quarantined)) + pending "
        + "\(Figures.count(samples.pending))" + mark(samples.balanced),
      "  records   " + (Figures.reasons(status.records).isEmpty ? "none yet" : Figures.reasons(status.records)),
      "",
    ]
  }

  private static func mark(_ balanced: Bool) -> String { balanced ? "  ✓" : "  ✗ DOES NOT ADD UP" }

  private static func destinations(_ status: GatewayStatus) -> [String] {
    guard !status.destinations.isEmpty else { return ["DESTINATIONS", "  none: records stay in the store", ""] }
    var table = Columns()
    for destination in status.destinations {
      let lost = Figures.reasons(destination.refused)
      let evicted = Figures.reasons(destination.evicted)
      table.add(
        destination.name, destination.transport, destination.state,
        "issued \(Figures.count(destination.issued)) = delivered \(Figures.count(destination.delivered)) + pending "
          + "\(Figures.count(destination.pending)) + refused "
          + "\(Figures.count(destination.refused.values.reduce(0, +)))\(lost.isEmpty ? "" : " (\(lost))") + evicted "
          + "\(Figures.count(destination.evicted.values.reduce(0, +)))\(evicted.isEmpty ? "" : " (\(evicted))")"
          + mark(destination.balanced))
    }
    return ["DESTINATIONS"] + table.lines()
      + status.destinations.compactMap { destination in
        destination.lastError.map { "  \(destination.name): \($0)" }
      } + [""]
  }

  private static func storage(_ status: GatewayStatus) -> [String] {
    let storage = status.storage
    let broker = storage.brokerBytes.map { ", broker \(Figures.bytes(Double($0)))" } ?? ""
    let reduction =
      storage.reduction.map { " (\(Figures.places(abs($0) * 100, 1)) % \($0 < 0 ? "more" : "less"))" } ?? ""
    // A few minutes say nothing of a day.
    let written =
      status.uptimeSeconds < 600
      ? "\(Figures.bytes(Double(storage.bytesWritten))) since the start"
      : "\(Figures.bytes(storage.bytesWrittenPerDay)) a day"
    return [
      "DISK",
      "  journal \(Figures.bytes(Double(storage.journalBytes))), store \(Figures.bytes(Double(storage.storeBytes)))"
        + "\(broker), free \(Figures.bytes(Double(storage.freeBytes))); "
        + "written \(written)",
      "  since the start: received \(Figures.bytes(Double(storage.payloadBytes))) → forwarded "
        + "\(Figures.bytes(Double(storage.forwardedBytes)))\(reduction)",
      "",
    ]
  }

  private static func findings(_ status: GatewayStatus, color: Bool) -> [String] {
    guard !status.findings.isEmpty else { return ["FINDINGS", "  none open"] }
    var lines = ["FINDINGS (\(status.findings.count) open)"]
    for finding in status.findings.prefix(20) {
      lines.append("  \(finding.severity.uppercased())  \(finding.summary)  (since \(finding.opened))")
      lines.append("      → \(finding.advice)")
    }
    if status.findings.count > 20 { lines.append("  … and \(status.findings.count - 20) more: weir status --json") }
    return lines
  }
}
