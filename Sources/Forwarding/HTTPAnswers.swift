/// What an HTTP status means for the records that were posted.
///
/// | status | meaning |
/// |---|---|
/// | 2xx | delivered |
/// | 400, 413, 422 | the record is refused (a batch is bisected down to the record) |
/// | 408, 425, 429, 5xx | try again, not before `Retry-After` |
/// | 3xx | held: redirects are not followed |
/// | 401, 403, 404, 405, 407, other 4xx, anything else | held with a finding |
enum HTTPAnswers {
  /// - Parameter detail: one line for a person: status and what the server said, without secrets.
  static func answer(status: Int, detail: String, retryAfter: Duration?) -> SendReport.Answer {
    let reason = "http-\(status)"
    switch status {
    case 200..<300:
      return .delivered
    case 400, 413, 422:
      return .refusedBatch(SendReport.Refusal(reason: reason, detail: detail, isTooLarge: status == 413))
    case 408, 425, 429, 500..<600:
      return .retry(SendReport.Trouble(reason: reason, detail: detail, after: retryAfter))
    default:
      let trouble = SendReport.Trouble(reason: reason, detail: detail, advice: advice(status), after: retryAfter)
      return .hold(trouble)
    }
  }

  private static func advice(_ status: Int) -> String {
    switch status {
    case 300..<400: "Redirects are not followed: configure the address that the server names."
    case 401: "Renew the token where the configuration says that it is; it is read again at the next attempt."
    case 403: "Give the gateway's account the right to post to this address."
    case 404, 410: "Check the address in the configuration."
    case 405: "The address does not take POST: check it in the configuration."
    case 407: "A proxy on the way asks for credentials: let the gateway pass without it."
    case 415: "The server does not take this format: check batch and gzip of the destination."
    default: "Check destination and server; delivery goes on by itself as soon as the server accepts."
    }
  }
}
