import Telemetry

/// Lengths of time and sizes as people write them: `20 ms`, `15 min`, `45 d`; `256 MB`, `4 GB`, `64 KiB`.
enum QuantityText {
  private static let durations: [(name: String, nanoseconds: Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
    ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
  ]
  private static let durationAliases = [
    "day": "d", "days": "d", "hour": "h", "hours": "h", "minute": "min", "minutes": "min", "second": "s",
    "seconds": "s", "sec": "s", "µs": "us", "μs": "us", "天": "d", "小时": "h", "分钟": "min", "秒": "s", "毫秒": "ms",
  ]
  private static let sizes: [(name: String, bytes: Int64)] = [
    ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1),
    ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
  ]

  /// A length of time of zero or more; nil if it is none. A bare number (except 0) has no unit and is refused.
  static func duration(_ text: String) -> Span64? {
    guard let (number, unit) = split(text) else { return nil }
    let name = durationAliases[unit.lowercased()] ?? unit.lowercased()
    if unit.isEmpty { return number.mantissa == 0 ? .zero : nil }
    guard let factor = durations.first(where: { $0.name == name })?.nanoseconds,
      let value = scale(number, by: factor)
    else { return nil }
    return Span64(nanoseconds: value)
  }

  /// The largest unit that gives a whole number: `900 s` becomes `15 min`.
  static func text(_ span: Span64) -> String {
    if span.nanoseconds == 0 { return "0 s" }
    let unit = durations.first { span.nanoseconds % $0.nanoseconds == 0 } ?? ("ns", 1)
    return "\(span.nanoseconds / unit.nanoseconds) \(unit.name)"
  }

  /// A number of bytes; `KB`, `MB`, `GB` are powers of 1000, `KiB`, `MiB`, `GiB` of 1024.
  static func size(_ text: String) -> Int? {
    guard let (number, unit) = split(text) else { return nil }
    if unit.isEmpty { return number.mantissa == 0 ? 0 : nil }
    guard let factor = sizes.first(where: { $0.name.lowercased() == unit.lowercased() })?.bytes,
      let value = scale(number, by: factor)
    else { return nil }
    return Int(value)
  }

  static func text(bytes: Int) -> String {
    if bytes == 0 { return "0 B" }
    let unit = sizes.prefix(4).first { Int64(bytes) % $0.bytes == 0 } ?? ("B", 1)
    return "\(Int64(bytes) / unit.bytes) \(unit.name)"
  }

  /// Splits `15 min` or `15min` into the number and what follows it.
  static func split(_ text: String) -> (ScaledInteger, String)? {
    let trimmed = trim(text[...])
    let number = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") }
    guard let value = ScaledInteger(String(number)) else { return nil }
    return (value, String(trim(trimmed[number.endIndex...])))
  }

  private static func trim(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  /// `number × factor` if that is a whole number that is not negative and fits.
  private static func scale(_ number: ScaledInteger, by factor: Int64) -> Int64? {
    guard number.mantissa >= 0 else { return nil }
    let (product, overflow) = number.mantissa.multipliedReportingOverflow(by: factor)
    guard !overflow, let whole = ScaledInteger(product, exponent: number.exponent).rescaled(to: 0) else { return nil }
    return whole.mantissa
  }
}
