import Telemetry
import Templates

/// Writes a report as a piece of configuration that a person reads and edits.
public struct FragmentWriter {
  let report: DiscoveryReport
  let threshold: Double
  /// Name of the broker that entries name; nil where the configuration has only one.
  let broker: String?
  /// Name of the broker entry that is a Sparkplug B host for what was found; nil: there is none, and the entries of edge
  /// nodes stand there as comments.
  let sparkplugBroker: String?

  public init(
    _ report: DiscoveryReport, threshold: Double, broker: String? = nil, sparkplugBroker: String? = nil
  ) {
    var report = report
    if sparkplugBroker == nil { report.doubtSparkplug() }
    self.report = report
    self.threshold = threshold
    self.broker = broker
    self.sparkplugBroker = sparkplugBroker
  }

  /// Whether there is anything to add to a configuration.
  public var isUsable: Bool { report.isUsable }
  /// The groups of the edge nodes among the entries, sorted.
  public var sparkplugGroups: [String] { report.sparkplugGroups }

  /// `templates:` (if there are own ones) and `assets:` with everything below, and the notes as comments.
  public func text() -> String {
    var text = ""
    if !report.templates.isEmpty {
      text += "templates:\n" + templateLines(indent: "  ").joined(separator: "\n") + "\n\n"
    }
    text += "assets:\n" + assetLines(indent: "  ").joined(separator: "\n") + "\n"
    let notes = noteLines()
    return notes.isEmpty ? text : text + "\n" + notes.joined(separator: "\n") + "\n"
  }

  /// The entries of `templates:`.
  func templateLines(indent: String) -> [String] {
    var lines: [String] = []
    for draft in report.templates {
      if !lines.isEmpty { lines.append("") }
      lines.append("\(indent)\(draft.name):")
      lines.append("\(indent)  summary: \(YAMLText.scalar(draft.summary))")
      if let payload = draft.payload { lines.append("\(indent)  payload: \(payload)") }
      if let timestamp = draft.timestamp { lines.append("\(indent)  timestamp: \(YAMLText.timestamp(timestamp))") }
      lines.append("\(indent)  signals:")
      for signal in draft.signals { lines += signalLines(signal, indent: indent + "    ") }
    }
    return lines
  }

  /// The entries of `assets:`; those that are unsure as a whole as comments.
  func assetLines(indent: String) -> [String] {
    var lines: [String] = []
    for (index, asset) in report.assets.enumerated() {
      if index > 0 { lines.append("") }
      var entry = entryLines(asset, anchor: anchor(index))
      if !asset.isSure { entry = entry.map { $0.hasPrefix("#") ? $0 : "# \($0)" } }
      lines += entry.map { $0.isEmpty ? "" : indent + $0 }
    }
    return lines
  }

  /// The anchor under which later entries find the signals of this one; nil if none needs them.
  private func anchor(_ index: Int) -> String? {
    guard index + 1 < report.assets.count, !report.assets[index].repeatsSignals, report.assets[index + 1].repeatsSignals
    else { return nil }
    return Self.anchorName(report.assets[index])
  }

  private static func anchorName(_ asset: AssetProposal) -> String {
    "found-"
      + asset.id.unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
          ? String(scalar) : "-"
      }.joined()
  }

  private func entryLines(_ asset: AssetProposal, anchor: String?) -> [String] {
    let topics = asset.topics.count == 1 ? "1 topic" : "\(asset.topics.count) topics"
    let messages = asset.messages == 1 ? "1 message" : "\(asset.messages) messages"
    let unsure = asset.isSure ? "" : "UNSURE: remove the # to use it. "
    var lines = ["# \(topics), \(messages), as above."]
    if !asset.repeatsSignals || !asset.isSure {
      lines = YAMLText.comment(
        "\(unsure)\(topics), \(messages). Template \(asset.template) \(YAMLText.confidence(asset.confidence)): "
          + "\(asset.reason).", indent: "")
      for remark in asset.remarks { lines += YAMLText.comment("Not used: \(remark).", indent: "") }
    }
    lines.append("- id: \(YAMLText.scalar(asset.id))")
    if let count = asset.count {
      lines.append("  count: \(count)")
      if asset.first != 1 { lines.append("  first: \(asset.first)") }
    }
    if let place = asset.place { lines.append("  place: \(YAMLText.scalar(place))") }
    lines.append("  template: \(asset.template)")
    if let address = asset.sparkplug {
      lines.append("  broker: \(YAMLText.scalar(sparkplugBroker ?? "sparkplug"))")
      var parts = ["group: \(YAMLText.scalar(address.group))", "node: \(YAMLText.scalar(address.node))"]
      if let device = address.device { parts.append("device: \(YAMLText.scalar(device))") }
      lines.append("  sparkplug: { \(parts.joined(separator: ", ")) }")
    } else if let broker {
      lines.append("  broker: \(YAMLText.scalar(broker))")
    }
    if let topic = asset.topic, asset.sparkplug == nil { lines.append("  topic: \(YAMLText.scalar(topic))") }
    if let interval = asset.interval { lines.append("  expected-interval: \(YAMLText.duration(interval))") }
    if let payload = asset.payload { lines.append("  payload: \(payload)") }
    lines += timeLines(asset)
    if let messageID = asset.messageID { lines.append("  message-id: \(messageID)") }
    lines += signals(asset, anchor)
    return lines
  }

  private func timeLines(_ asset: AssetProposal) -> [String] {
    let time = asset.timestamp
    var lines: [String] = []
    if asset.repeatsSignals, asset.isSure {
      // Said above.
    } else if let doubt = time.doubt {
      lines += YAMLText.comment(
        "unsure: time \(YAMLText.confidence(time.confidence)): \(time.reason), but \(doubt).", indent: "  ")
      if let mapping = time.mapping { lines.append("  # timestamp: \(YAMLText.timestamp(mapping))") }
    } else {
      lines += YAMLText.comment("time \(YAMLText.confidence(time.confidence)): \(time.reason)", indent: "  ")
    }
    if asset.writesTimestamp {
      lines.append("  timestamp: \(YAMLText.timestamp(time.doubt == nil ? time.mapping : nil))")
    }
    return lines
  }

  private func signals(_ asset: AssetProposal, _ anchor: String?) -> [String] {
    if asset.repeatsSignals, !asset.signals.isEmpty {
      guard
        let first = report.assets.last(where: {
          !$0.repeatsSignals && $0.template == asset.template && $0.signals == asset.signals
        })
      else { return [] }
      return Self.isAsTemplate(first) ? [] : ["  signals: *\(Self.anchorName(first))"]
    }
    guard !asset.signals.isEmpty else { return [] }
    if Self.isAsTemplate(asset) { return asset.signals.flatMap { signalLines($0, indent: "  ") } }
    let mark = anchor.map { " &\($0)" } ?? ""
    return ["  signals:\(mark)"] + asset.signals.flatMap { signalLines($0, indent: "    ") }
  }

  /// Nothing is different from the template.
  private static func isAsTemplate(_ asset: AssetProposal) -> Bool { asset.signals.allSatisfy { $0.text == nil } }

  private func signalLines(_ signal: SignalLine, indent: String) -> [String] {
    var lines: [String] = []
    if let confidence = signal.confidence, !signal.reason.isEmpty {
      if confidence >= threshold {
        let what = signal.text == nil ? "\(signal.name) " : ""
        lines += YAMLText.comment("\(what)\(YAMLText.confidence(confidence)): \(signal.reason)", indent: indent)
      } else {
        lines += YAMLText.comment(
          "unsure \(YAMLText.confidence(confidence)): \(signal.reason). Choose:", indent: indent)
        lines += signal.alternatives.map { "\(indent)# \($0)" }
      }
    }
    if let text = signal.text { lines.append("\(indent)\(signal.name): \(text)") }
    return lines
  }

  /// What is not proposed, and why.
  func noteLines() -> [String] {
    var lines: [String] = []
    for note in report.notes {
      let topics = note.topics.prefix(3).joined(separator: ", ") + (note.topics.count > 3 ? " …" : "")
      let count = note.topics.count > 1 ? "\(note.topics.count) topics: " : ""
      lines += YAMLText.comment(
        "Not mapped: \(note.topics.isEmpty ? "" : "\(count)\(topics). ")\(note.reason).", indent: "")
    }
    return lines
  }
}
