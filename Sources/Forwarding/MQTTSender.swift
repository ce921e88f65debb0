import NIOConcurrencyHelpers
import Telemetry

/// Records to another MQTT broker at QoS 1: one message a record, or JSON arrays of up to `arraySize` records.
///
/// | PUBACK | meaning |
/// |---|---|
/// | < 0x80 | delivered |
/// | 0x95 packet too large, 0x99 payload format invalid | the record is refused (an array is bisected) |
/// | 0x87 not authorized, 0x97 quota exceeded, any other ≥ 0x80 | held with a finding |
///
/// With `retainLast` the newest record of each kind and asset is kept by the broker for whoever subscribes later.
final class MQTTSender: Sender {
  let address: String
  let batch: Int
  /// What is retained must be the newest, which only the order of the outbox tells.
  var takesAhead: Bool { !retainLast }
  private let link: any MQTTLink
  private let topic: TopicPattern
  private let arraySize: Int
  private let retainLast: Bool
  /// Key of the newest record that was retained, by topic: a late revision of an old window must not replace it.
  private let lastKeys = NIOLockedValueBox<[String: String]>([:])

  init(link: any MQTTLink, address: String, topic: TopicPattern, batch arraySize: Int, retainLast: Bool) {
    self.link = link
    self.address = address
    self.topic = topic
    self.arraySize = arraySize
    self.retainLast = retainLast
    // Single messages are pipelined; the broker's receive maximum bounds what is under way.
    batch = arraySize > 1 ? arraySize : 256
  }

  private struct Planned {
    var message: MQTTLinkMessage
    /// Positions of the records of the send that it carries.
    var records: Range<Int>
    /// Key of the record, for messages that are retained.
    var key = ""
    var isCopy = false
  }

  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport {
    let records = Array(records)
    var plan = arraySize > 1 ? arrays(records) : singles(records)
    if retainLast && (arraySize > 1 || !topic.isPerKindAndAsset) { plan += copies(records) }
    let answers = await link.publish(plan.map(\.message))
    return report(plan, answers, count: records.count)
  }

  func close() async { await link.close() }

  // MARK: - Messages

  private func singles(_ records: [OutboundRecord]) -> [Planned] {
    let retained = retainLast && topic.isPerKindAndAsset ? newest(records) : []
    return records.indices.map { index in
      let record = records[index]
      let name = topic.topic(kind: record.kind, asset: record.asset)
      let message = MQTTLinkMessage(topic: name, payload: record.json, retain: retained.contains(index))
      return Planned(message: message, records: index..<index + 1, key: record.key)
    }
  }

  /// One array for each run of records with the same topic, so that the order within a topic is kept.
  private func arrays(_ records: [OutboundRecord]) -> [Planned] {
    var plan: [Planned] = []
    var start = 0
    while start < records.count {
      let name = topic.topic(kind: records[start].kind, asset: records[start].asset)
      var end = start + 1
      while end < records.count, topic.topic(kind: records[end].kind, asset: records[end].asset) == name { end += 1 }
      var payload = [UInt8(ascii: "[")]
      for record in records[start..<end] {
        if payload.count > 1 { payload.append(UInt8(ascii: ",")) }
        payload.append(contentsOf: record.json)
      }
      payload.append(UInt8(ascii: "]"))
      let message = MQTTLinkMessage(topic: name, payload: payload, retain: false)
      plan.append(Planned(message: message, records: start..<end))
      start = end
    }
    return plan
  }

  private func copies(_ records: [OutboundRecord]) -> [Planned] {
    newest(records).map { index in
      let record = records[index]
      let name = topic.lastTopic(kind: record.kind, asset: record.asset)
      let message = MQTTLinkMessage(topic: name, payload: record.json, retain: true)
      return Planned(message: message, records: index..<index + 1, key: record.key, isCopy: true)
    }
  }

  /// The positions of the records that are the newest of their kind and asset, and not older than what was retained
  /// before; rising. Keys of windows sort by time; findings, alarms and incidents have no order but
  /// that of their issue.
  private func newest(_ records: [OutboundRecord]) -> [Int] {
    var best: [String: Int] = [:]
    let known = lastKeys.withLockedValue { $0 }
    for (index, record) in records.enumerated() {
      let name = topic.lastTopic(kind: record.kind, asset: record.asset)
      let previous = best[name].map { records[$0].key } ?? known[name]
      let isUnordered = record.kind == .finding || record.kind == .alarm || record.kind == .incident
      if isUnordered || record.key >= previous ?? "" { best[name] = index }
    }
    return best.values.sorted()
  }

  // MARK: - Answers

  private func report(_ plan: [Planned], _ answers: [MQTTLinkAnswer], count: Int) -> SendReport {
    var report = SendReport(settled: count, answer: .delivered)
    var trouble: (at: Int, answer: SendReport.Answer)?
    for (planned, answer) in zip(plan, answers) {
      let verdict = Self.verdict(answer)
      if case .delivered = verdict {
        report.bytes += planned.message.payload.count
        if planned.message.retain { lastKeys.withLockedValue { $0[planned.message.topic] = planned.key } }
      } else if case .refusedBatch(let refusal) = verdict, planned.records.count == 1 {
        // A copy has the fate of its record.
        if !planned.isCopy { report.refused[planned.records.lowerBound] = refusal }
      } else if planned.records.lowerBound < trouble?.at ?? .max {
        trouble = (planned.records.lowerBound, verdict)
      }
    }
    if let trouble {
      report.settled = trouble.at
      report.answer = trouble.answer
    }
    report.wireBytes = report.bytes
    return report
  }

  static func verdict(_ answer: MQTTLinkAnswer) -> SendReport.Answer {
    switch answer {
    case .acknowledged:
      return .delivered
    case .refused(let code, let name):
      let reason = "mqtt-0x" + String(code, radix: 16, uppercase: true)
      let detail = "the broker refused the message: \(name)"
      if code == 0x95 || code == 0x99 {
        return .refusedBatch(SendReport.Refusal(reason: reason, detail: detail, isTooLarge: code == 0x95))
      }
      return .hold(SendReport.Trouble(reason: reason, detail: detail, advice: advice(code)))
    case .unreachable(let why):
      return .retry(SendReport.Trouble(reason: "connection", detail: why))
    case .denied(let why):
      let advice = "Check user, password, certificate and client id of the connection."
      return .hold(SendReport.Trouble(reason: "mqtt-connect", detail: why, advice: advice))
    }
  }

  private static func advice(_ code: UInt8) -> String {
    switch code {
    case 0x87: "Give the gateway's account the right to publish to this topic."
    case 0x97: "The broker's quota is used up: raise it, or clear what fills it."
    case 0x90: "Correct the topic of the destination."
    case 0x9A: "The broker keeps no messages: switch retainLast off."
    default: "Check the broker; delivery goes on by itself as soon as it accepts."
    }
  }
}
