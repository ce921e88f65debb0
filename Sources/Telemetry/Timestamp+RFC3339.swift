extension Timestamp {
  /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
  public static func days(year: Int, month: Int, day: Int) -> Int {
    // Howard Hinnant's days_from_civil: years are counted from March, so that the leap day is the last.
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The inverse of `days(year:month:day:)`.
  public static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted + (shifted < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// `2026-11-21T08:15:00Z`; a fraction only if there is one (3, 6 or 9 digits).
  public var rfc3339UTC: String { rfc3339(offsetSeconds: 0) }

  /// RFC 3339 with a fixed offset from UTC, `Z` for zero.
  public func rfc3339(offsetSeconds: Int) -> String {
    var seconds = nanoseconds / 1_000_000_000
    var fraction = nanoseconds % 1_000_000_000
    if fraction < 0 {
      fraction += 1_000_000_000
      seconds -= 1
    }
    seconds += Int64(offsetSeconds)
    var days = seconds / 86400
    var rest = seconds % 86400
    if rest < 0 {
      rest += 86400
      days -= 1
    }
    let date = Self.civil(days: Int(days))
    var text: [UInt8] = []
    text.reserveCapacity(35)
    func put(_ value: Int, _ width: Int) {
      let digits = String(value)
      for _ in 0..<max(0, width - digits.utf8.count) { text.append(48) }
      text.append(contentsOf: digits.utf8)
    }
    put(date.year, 4)
    text.append(UInt8(ascii: "-"))
    put(date.month, 2)
    text.append(UInt8(ascii: "-"))
    put(date.day, 2)
    text.append(UInt8(ascii: "T"))
    put(Int(rest / 3600), 2)
    text.append(UInt8(ascii: ":"))
    put(Int(rest % 3600 / 60), 2)
    text.append(UInt8(ascii: ":"))
    put(Int(rest % 60), 2)
    if fraction != 0 {
      text.append(UInt8(ascii: "."))
      if fraction % 1_000_000 == 0 {
        put(Int(fraction / 1_000_000), 3)
      } else if fraction % 1000 == 0 {
        put(Int(fraction / 1000), 6)
      } else {
        put(Int(fraction), 9)
      }
    }
    if offsetSeconds == 0 {
      text.append(UInt8(ascii: "Z"))
    } else {
      text.append(offsetSeconds < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
      let minutes = offsetSeconds.magnitude / 60
      put(Int(minutes / 60), 2)
      text.append(UInt8(ascii: ":"))
      put(Int(minutes % 60), 2)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads RFC 3339 / ISO 8601 with an offset: `2026-11-21T08:15:00.5+08:00`, `…Z`, `…+0800`, a blank for `T`.
  ///
  /// Nil without an offset (a local time without zone is ambiguous), for impossible dates, and beyond 1678…2262.
  public init?(rfc3339 text: Span<UInt8>) {
    guard var reader = DigitReader(text), let year = reader.number(4), reader.skip("-"), let month = reader.number(2),
      reader.skip("-"),
      let day = reader.number(2), reader.skip("T") || reader.skip("t") || reader.skip(" "),
      let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2)
    else { return nil }
    var second = 0
    var fraction: Int64 = 0
    if reader.skip(":") {
      guard let value = reader.number(2) else { return nil }
      second = value
      if reader.skip(".") || reader.skip(",") {
        guard let value = reader.fraction() else { return nil }
        fraction = value
      }
    }
    guard let offset = reader.offset(), reader.isAtEnd, year >= 1678, year <= 2261, month >= 1, month <= 12, day >= 1,
      day <= Self.lengthOfMonth(month, year: year), hour < 24, minute < 60, second < 60
    else { return nil }
    let seconds = Self.days(year: year, month: month, day: day) * 86400 + hour * 3600 + minute * 60 + second - offset
    self.init(nanoseconds: Int64(seconds) * 1_000_000_000 + fraction)
  }

  public init?(rfc3339 text: String) {
    var text = text
    guard let parsed = text.withUTF8({ Timestamp(rfc3339: $0.span) }) else { return nil }
    self = parsed
  }

  private static func lengthOfMonth(_ month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Works on a copy of the few bytes, so that it is an ordinary value and allocates nothing.
private struct DigitReader {
  private var text = InlineArray<40, UInt8>(repeating: 0)
  private let count: Int
  private var index = 0

  /// Nil for a text that is longer than any date.
  init?(_ source: Span<UInt8>) {
    guard source.count <= 40 else { return nil }
    count = source.count
    for position in 0..<source.count { text[position] = source[position] }
  }

  var isAtEnd: Bool { index == count }

  mutating func number(_ width: Int) -> Int? {
    guard index + width <= count else { return nil }
    var value = 0
    for position in index..<index + width {
      let byte = text[position]
      guard byte >= 48, byte <= 57 else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    index += width
    return value
  }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard index < count, text[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  /// Digits after the point as nanoseconds; digits beyond the ninth are dropped.
  mutating func fraction() -> Int64? {
    var value: Int64 = 0
    var width = 0
    while index < count, text[index] >= 48, text[index] <= 57 {
      if width < 9 { value = value * 10 + Int64(text[index] - 48) }
      width += 1
      index += 1
    }
    guard width > 0 else { return nil }
    for _ in 0..<max(0, 9 - width) { value *= 10 }
    return value
  }

  /// Seconds east of UTC.
  mutating func offset() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let sign: Int
    if skip("+") {
      sign = 1
    } else if skip("-") {
      sign = -1
    } else {
      return nil
    }
    guard let hours = number(2), hours < 24 else { return nil }
    var minutes = 0
    if !isAtEnd {
      _ = skip(":")
      guard let value = number(2), value < 60 else { return nil }
      minutes = value
    }
    return sign * (hours * 3600 + minutes * 60)
  }
}
