import Telemetry
import Testing

@testable import Forwarding

@Suite struct AnswerTableTests {
  enum Meaning { case delivered, refused, retry, hold }

  @Test func everyStatus() {
    for status in 100..<1000 {
      let expected: Meaning
      switch status {
      case 200...299: expected = .delivered
      case 400, 413, 422: expected = .refused
      case 408, 425, 429, 500...599: expected = .retry
      default: expected = .hold
      }
      let after = Duration.seconds(7)
      switch HTTPAnswers.answer(status: status, detail: "HTTP \(status)", retryAfter: after) {
      case .delivered: #expect(expected == .delivered, "\(status)")
      case .refusedBatch(let refusal):
        #expect(expected == .refused, "\(status)")
        #expect(refusal.reason == "http-\(status)")
        #expect(refusal.isTooLarge == (status == 413))
      case .retry(let trouble):
        #expect(expected == .retry, "\(status)")
        #expect(trouble.after == after)
      case .hold(let trouble):
        #expect(expected == .hold, "\(status)")
        #expect(trouble.after == after && !trouble.advice.isEmpty)
      }
    }
  }

  /// 1994-11-06T08:49:37Z is the example of RFC 9110.
  static let example = Timestamp(seconds: 784_111_777)

  @Test(
    arguments: [
      ("0", 0), ("120", 120), (" 5 ", 5), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
      ("Sunday, 06-Nov-94 08:50:37 GMT", 60), ("Sun Nov  6 08:50:37 1994", 60),
      ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("99999999999999999999", 365 * 86400),
    ] as [(String, Int)])
  func retryAfter(value: String, seconds: Int) {
    #expect(RetryAfter.parse(value, date: nil, now: Self.example) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "-1", "1.5", "soon", "Sun, 31 Foo 1994 08:50:37 GMT", "Sun, 06 Nov 1994 25:50:37 GMT", "tomorrow GMT",
  ])
  func malformedRetryAfter(value: String) {
    #expect(RetryAfter.parse(value, date: nil, now: Self.example) == nil)
  }

  @Test func dateIsTakenRelativeToTheServersOwnClock() {
    let wait = RetryAfter.parse(
      "Sun, 06 Nov 1994 08:50:37 GMT", date: "Sun, 06 Nov 1994 08:50:07 GMT", now: Timestamp(seconds: 0))
    #expect(wait == .seconds(30))
  }
}
