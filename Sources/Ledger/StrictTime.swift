import Telemetry

/// RFC 3339 as the gateway writes it: one text for an instant and an offset.
enum StrictTime {
  /// Nil for any other spelling of a time.
  static func parse(_ text: String) -> Timestamp? {
    guard let time = Timestamp(rfc3339: text), time.rfc3339(offsetSeconds: offset(of: text)) == text else { return nil }
    return time
  }

  /// Seconds east of UTC of `…Z` or `…±hh:mm`.
  private static func offset(of text: String) -> Int {
    let tail = Array(text.utf8.suffix(6))
    guard tail.count == 6, tail[3] == UInt8(ascii: ":") else { return 0 }
    let digits = [tail[1], tail[2], tail[4], tail[5]].map { Int($0) - 48 }
    guard digits.allSatisfy((0...9).contains) else { return 0 }
    let seconds = (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60
    return tail[0] == UInt8(ascii: "-") ? -seconds : seconds
  }
}
