import Telemetry

/// The `Retry-After` header (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
  /// - Parameters:
  ///   - date: the answer's `Date` header. A date is taken relative to it if it is there, so that a gateway whose clock
  ///     is wrong waits as long as the server meant.
  ///   - now: the gateway's clock.
  /// - Returns: nil if the header is malformed; zero if its date has passed.
  static func parse(_ value: String, date: String?, now: Timestamp) -> Duration? {
    let value = trimmed(value)
    if !value.isEmpty, value.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      // Absurdly many digits are a very long time, not an error.
      return .seconds(min(Int64(value) ?? .max, 365 * 86400))
    }
    guard let until = httpDate(value) else { return nil }
    let reference = date.flatMap { httpDate(trimmed($0)) } ?? now
    return .nanoseconds(max(0, (until - reference).nanoseconds))
  }

  /// IMF-fixdate (`Sun, 06 Nov 1994 08:49:37 GMT`) and the two obsolete forms that RFC 9110 still wants accepted.
  static func httpDate(_ text: String) -> Timestamp? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "-" }).map(String.init)
    switch words.count {
    case 6 where words[5] == "GMT":
      // Sun 06 Nov 1994 08:49:37 GMT, or Sunday 06 Nov 94 08:49:37 GMT
      return time(day: words[1], month: words[2], year: words[3], clock: words[4])
    case 5:
      // Sun Nov  6 08:49:37 1994
      return time(day: words[2], month: words[1], year: words[4], clock: words[3])
    default:
      return nil
    }
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func time(day: String, month: String, year: String, clock: String) -> Timestamp? {
    let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard let day = Int(day), (1...31).contains(day), let month = months.firstIndex(of: month), var year = Int(year),
      parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
      (0..<24).contains(hour), (0..<60).contains(minute), (0...60).contains(second)
    else { return nil }
    if year < 100 { year += year < 70 ? 2000 : 1900 }
    guard (1970..<2262).contains(year) else { return nil }
    let days = Timestamp.days(year: year, month: month + 1, day: day)
    return Timestamp(seconds: Int64(days * 86400 + hour * 3600 + minute * 60 + second))
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    return String(text)
  }
}
