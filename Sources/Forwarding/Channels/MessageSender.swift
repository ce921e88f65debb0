import Telemetry
import Templates

/// One record a message on an MQTT topic, in the shape that the other side wants.
final class MessageSender: Sender {
  let address: String
  let batch = 1
  let takesAhead = true
  private let link: any MQTTLink
  private let topic: TopicPattern
  private let shaper: MessageShaper
  private let retain: Bool

  init(link: any MQTTLink, address: String, topic: TopicPattern, shape: Destination.MessageShape, retain: Bool) {
    self.link = link
    self.address = address
    self.topic = topic
    self.retain = retain
    shaper = MessageShaper(shape: shape)
  }

  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport {
    let record = records[records.startIndex]
    let message: MQTTLinkMessage
    do {
      message = MQTTLinkMessage(
        topic: topic.topic(kind: record.kind, asset: record.asset), payload: try shaper.bytes(record), retain: retain)
    } catch {
      return SendReport(answer: .refusedBatch(SendReport.Refusal(reason: "shape", detail: "\(error)")))
    }
    guard let answer = await link.publish([message]).first else {
      return .retry("connection", "\(address): no answer")
    }
    let size = message.payload.count
    return SendReport(answer: MQTTSender.verdict(answer), bytes: size, wireBytes: size)
  }

  func close() async { await link.close() }
}
