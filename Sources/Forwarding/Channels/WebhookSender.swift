import Foundation
import Logging
import NIOHTTP1
import Telemetry
import Templates

/// One record a request, in the shape that the other side wants, with an idempotency key: the record's id, which is the
/// same at every repetition. A receiver that honours it has everything exactly once.
///
/// Of a record with revisions (an alarm that clears, an order that is done) the first is posted; later ones go to `update`
/// by PUT, or are posted in the same shape with their own key, unless the receiver wants none (`update: off`). Two headers
/// say which record it is, the same for all its revisions, and which revision.
final class WebhookSender: Sender {
  let address: String
  let batch = 1
  let takesAhead = true
  private let webhook: Destination.Webhook
  private let shaper: MessageShaper
  private let link: HTTPLink
  private let url: SecretSource?
  private let signing: SecretSource?
  private let wallClock: @Sendable () -> Timestamp

  init(_ webhook: Destination.Webhook, logger: Logger, wallClock: @escaping @Sendable () -> Timestamp) {
    self.webhook = webhook
    self.wallClock = wallClock
    shaper = MessageShaper(shape: webhook.shape, template: webhook.template)
    signing = webhook.signing.map { SecretSource($0) }
    switch webhook.address {
    case .plain(let text):
      address = Redactor.address(text)
      url = nil
    case .secret(let secret):
      let source = SecretSource(secret)
      address = "webhook of \(source.description)"
      url = source
    }
    link = HTTPLink(
      address: address,
      settings: HTTPLink.Settings(
        token: webhook.token.map { SecretSource($0) }, tls: webhook.tls,
        timeout: .nanoseconds(webhook.timeout.nanoseconds)), logger: logger, wallClock: wallClock)
  }

  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport {
    let record = records[records.startIndex]
    let isFirst = MessageShaper.isFirst(record)
    // Nobody there wants to know of it.
    if !isFirst, webhook.update == Destination.Webhook.noUpdate { return SendReport(answer: .delivered) }
    var hidden: [SecretValue] = []
    do {
      var target: String
      var isUpdate = false
      if !isFirst, let update = webhook.update {
        isUpdate = true
        let number = try MessageShaper.message(record).number
        target = update.replacing("{number}", with: "\(number)")
      } else if let url {
        let secret = try url.read()
        hidden.append(secret)
        target = secret.reveal()
      } else if case .plain(let text) = webhook.address {
        target = text
      } else {
        target = ""
      }
      guard target.lowercased().hasPrefix("http://") || target.lowercased().hasPrefix("https://") else {
        return .hold("url", "\(address) is not an http or https address", advice: "Correct the address.")
      }
      let now = wallClock()
      let secret = try signing?.read()
      if let secret { hidden.append(secret) }
      if shaper.shape == .dingtalk, let secret { target = Self.signed(target, secret, now) }
      let seconds = now.nanoseconds / 1_000_000_000
      let body = try shaper.bytes(record, signing: secret, now: seconds)
      var request = HTTPLink.Request(url: target, type: shaper.contentType, body: body)
      if isUpdate { request.method = .PUT }
      let (base, revision) = MessageShaper.identity(record)
      request.headers += [("Idempotency-Key", record.id), ("Weir-Record", base), ("Weir-Revision", revision)]
      let answer = try await link.send(request, hiding: hidden)
      return verdict(answer, bytes: body.count)
    } catch let error as JSONParseError {
      return SendReport(answer: .refusedBatch(SendReport.Refusal(reason: "shape", detail: "\(error)")))
    } catch {
      return await link.report(error, hiding: hidden)
    }
  }

  func close() async { await link.close() }

  private static func signed(_ url: String, _ secret: SecretValue, _ now: Timestamp) -> String {
    let milliseconds = now.nanoseconds / 1_000_000
    var allowed = CharacterSet.alphanumerics
    allowed.insert(charactersIn: "-_.~")
    let sign = MessageShaper.dingTalkSign(secret, milliseconds: milliseconds)
    let escaped = sign.addingPercentEncoding(withAllowedCharacters: allowed) ?? sign
    return "\(url)\(url.contains("?") ? "&" : "?")timestamp=\(milliseconds)&sign=\(escaped)"
  }

  /// Robots of messengers answer 200 and say in the body what was wrong.
  private func verdict(_ answer: HTTPLink.Answer, bytes: Int) -> SendReport {
    let verdict = HTTPAnswers.answer(status: answer.status, detail: answer.detail, retryAfter: answer.retryAfter)
    guard case .delivered = verdict else { return SendReport(answer: verdict) }
    if [.wecom, .dingtalk, .feishu].contains(shaper.shape), let code = Self.code(answer.text), code != 0 {
      let detail = "the robot answers \(code): \(Redactor().line(answer.text))"
      return Self.tooOften.contains(code)
        ? .retry("robot-rate", detail, after: .seconds(60))
        : .hold("robot-\(code)", detail, advice: "Check key, signature and allowed words of the robot.")
    }
    return SendReport(answer: .delivered, bytes: bytes, wireBytes: bytes)
  }

  /// What robots answer to whom they have heard too often: WeCom, DingTalk (two), Feishu (two).
  private static let tooOften: Set<Int64> = [45009, 130101, 660026, 9499, 11232]

  private static func code(_ text: String) -> Int64? {
    guard case .success(let value) = Result(catching: { try JSONValue(parsing: text) }) else { return nil }
    return value["errcode"]?.integerValue ?? value["code"]?.integerValue ?? value["StatusCode"]?.integerValue
  }
}
