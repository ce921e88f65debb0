import Telemetry

/// What would run, for `weir check`: one line each, ready to print.
extension Site {
  public var summaryLines: [String] {
    let topics = assets.reduce(0) { $0 + $1.topics.count }
    let signals = assets.reduce(0) { $0 + $1.signals.count }
    var lines = [
      "gateway \(gateway.id), zone \(zone), data in \(gateway.dataDirectory), configuration \(hash.prefix(12))",
      "\(count(assets.count, "asset")), \(count(signals, "signal")), \(count(topics, "subscription")), about "
        + "\(Self.rounded(messagesPerMinute)) messages per minute expected",
    ]
    for (template, number) in counts(assets.map(\.template)) {
      lines.append("  template \(template): \(count(number, "asset"))")
    }
    let assetsOfConnection = Dictionary(counts(assets.map(\.connection)), uniquingKeysWith: +)
    for connection in connections {
      let kind = connection.embedded == nil ? "" : " (embedded)"
      let security = connection.tls == nil ? "" : ", TLS"
      lines.append(
        "  broker \(connection.name): \(connection.host):\(connection.port)\(kind)\(security), client id "
          + "\(connection.clientID), \(count(assetsOfConnection[connection.name] ?? 0, "asset"))"
          + (connection.sparkplug.map { ", Sparkplug host \($0.hostID), groups \($0.groups.joined(separator: ", "))" }
            ?? "") + (connection.share.map { ", shared subscription \($0)" } ?? "")
          + (connection.rateLimit.map { ", at most \($0.text) from a topic" } ?? ""))
    }
    for destination in destinations {
      let allowed = assets.count { asset in destination.assets.contains { Wildcard.matches(asset.id, $0) } }
      lines.append(
        "  destination \(destination.name): \(destination.transport.summary), records of \(count(allowed, "asset")): "
          + destination.kinds.map(\.rawValue).sorted().joined(separator: ", "))
    }
    if let carbon { lines.append("  \(carbon.summary)") }
    if let shifts { lines.append("  \(shifts.summary)") }
    return lines + tariffLines + (notes + tariffNotes).map { "note: \($0)" }
  }

  /// Messages in a minute if every source keeps its expected interval (the shortest of a topic's signals).
  public var messagesPerMinute: Double {
    assets.reduce(0) { sum, asset in
      asset.topics.reduce(sum) { sum, topic in
        let interval = topic.fields.map { asset.signals[$0.signal].expectedInterval.seconds }.min()
        return sum + (interval.map { 60 / $0 } ?? 0)
      }
    }
  }

  /// What a careful person would want to know before it runs.
  private var notes: [String] {
    var notes: [String] = []
    let undated = assets.filter { $0.sparkplug == nil && $0.topics.contains { $0.timestamp == nil } }
    add(undated, "send no time: the gateway's receive time is taken", to: &notes)
    let unprotected = assets.filter { asset in
      asset.topics.contains { topic in
        topic.timestamp == nil && topic.messageID == nil
          && topic.fields.contains { asset.signals[$0.signal].kind == .event }
          && !Set(["unit", "step", "attempt"]).isSubset(of: topic.fields.compactMap(\.attribute))
      }
    }
    add(
      unprotected,
      "send events without id and time: only redeliveries of the broker are recognised, not repetitions by the device",
      to: &notes)
    let unrated = assets.filter { asset in
      asset.signals.contains { signal in
        guard let quantity = signal.kind.quantity else { return false }
        return signal.maximumRate == nil && !(quantity.isElectric && asset.ratedPower != nil)
      }
    }
    add(
      unrated, "have registers but no rated-power (electricity) or maximum-rate: implausible jumps cannot be told",
      to: &notes)
    let undatedDeltas = undated.filter { asset in
      asset.topics.contains { topic in
        topic.timestamp == nil
          && topic.fields.contains { if case .delta = asset.signals[$0.signal].kind { true } else { false } }
      }
    }
    add(
      undatedDeltas,
      "send amounts without time: only redeliveries of the broker are recognised, not repetitions by the device",
      to: &notes)
    let slowDeltas = assets.filter { asset in
      asset.signals.contains { signal in
        if case .delta = signal.kind { signal.expectedInterval > energy.window } else { false }
      }
    }
    add(
      slowDeltas,
      "send amounts less often than once an energy window: an amount counts in the window of its message",
      to: &notes)
    for connection in connections where !assets.contains(where: { $0.connection == connection.name }) {
      notes.append("broker \(connection.name) has no assets")
    }
    for connection in connections where connection.share != nil {
      notes.append(
        "broker \(connection.name) divides the messages of each asset among all members of the group: what one "
          + "gateway computes from them rests on its part only")
    }
    if destinations.isEmpty { notes.append("there are no destinations: records stay in the store") }
    if clock == .messages { notes.append("the plant clock follows messages on $weir/clock, not the system clock") }
    return notes
  }

  private func add(_ assets: [Asset], _ text: String, to notes: inout [String]) {
    guard !assets.isEmpty else { return }
    let shown = assets.prefix(3).map(\.id).joined(separator: ", ")
    notes.append("\(count(assets.count, "asset")) (\(shown)\(assets.count > 3 ? " …" : "")) \(text)")
  }

  private func counts(_ words: [String]) -> [(String, Int)] {
    var counts: [String: Int] = [:]
    for word in words { counts[word, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private static func rounded(_ value: Double) -> String { String(Int(min(value, 1e15).rounded(.up))) }
}

extension Destination.Transport {
  /// Where to, without secrets.
  var summary: String {
    switch self {
    case .file(let path, _, _): "file \(path)"
    case .mqtt(let connection, let topic, _, _): "mqtt \(connection.host):\(connection.port) \(topic)"
    case .http(let url, _, _, _, _, _): url
    case .message(let connection, let topic, let shape, _):
      "mqtt \(connection.host):\(connection.port) \(topic) (\(shape.rawValue))"
    case .webhook(let webhook): "webhook (\(webhook.shape.rawValue))"
    case .email(let email): "mail to \(email.to.joined(separator: ", "))"
    }
  }
}
