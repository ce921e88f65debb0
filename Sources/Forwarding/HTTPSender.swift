import Logging
import Telemetry
import Templates

/// Records as CloudEvents by HTTP POST: one event a request (`batch` = 1), or the batch format.
final class HTTPSender: Sender {
  struct Settings: Sendable {
    var url: String
    var batch: Int
    var gzip: Bool
    var token: SecretSource?
    var tls: TLSSettings?
    /// From the start of a request to the end of its answer.
    var timeout: Duration
  }

  let address: String
  var batch: Int { settings.batch }
  let takesAhead = true
  private let settings: Settings
  private let events: CloudEvents
  private let link: HTTPLink

  init(settings: Settings, gateway: String, logger: Logger, wallClock: @escaping @Sendable () -> Timestamp) {
    self.settings = settings
    events = CloudEvents(gateway: gateway)
    address = Redactor.address(settings.url)
    link = HTTPLink(
      address: address,
      settings: HTTPLink.Settings(token: settings.token, tls: settings.tls, timeout: settings.timeout),
      logger: logger, wallClock: wallClock)
  }

  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport {
    let url = settings.url.lowercased()
    guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
      return .hold("url", "\(address) is not an http or https address", advice: "Correct url of the destination.")
    }
    let isBatch = settings.batch > 1
    let plain = isBatch ? events.batch(records) : events.event(records[records.startIndex])
    do {
      let body = settings.gzip ? try Gzip.compress(plain) : plain
      var request = HTTPLink.Request(
        url: settings.url, type: isBatch ? CloudEvents.batch : CloudEvents.single, body: body)
      if settings.gzip { request.headers.append(("Content-Encoding", "gzip")) }
      let answer = try await link.send(request)
      let verdict = HTTPAnswers.answer(status: answer.status, detail: answer.detail, retryAfter: answer.retryAfter)
      guard case .delivered = verdict else { return SendReport(answer: verdict) }
      return SendReport(answer: verdict, bytes: plain.count, wireBytes: body.count)
    } catch let failure as Gzip.Failure {
      return .retry("gzip", failure.description)
    } catch {
      return await link.report(error)
    }
  }

  func close() async { await link.close() }
}
