/// A point in time: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Arithmetic saturates, so that a nonsensical device clock can never trap the process.
public struct Timestamp: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  @inlinable
  public init(seconds: Int64) { self.nanoseconds = saturating(seconds.multipliedReportingOverflow(by: 1_000_000_000)) }

  public static let distantPast = Timestamp(nanoseconds: .min)
  public static let distantFuture = Timestamp(nanoseconds: .max)

  @inlinable
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.nanoseconds < b.nanoseconds }
  @inlinable
  public static func + (a: Timestamp, b: Span64) -> Timestamp {
    Timestamp(nanoseconds: saturating(a.nanoseconds.addingReportingOverflow(b.nanoseconds)))
  }
  @inlinable
  public static func - (a: Timestamp, b: Span64) -> Timestamp {
    Timestamp(nanoseconds: saturating(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds)))
  }
  @inlinable
  public static func - (a: Timestamp, b: Timestamp) -> Span64 {
    Span64(nanoseconds: saturating(a.nanoseconds.subtractingReportingOverflow(b.nanoseconds)))
  }

  /// The start of the half-open window of `length` that contains this instant; windows are counted from the epoch.
  @inlinable
  public func windowStart(_ length: Span64) -> Timestamp {
    let remainder = nanoseconds % length.nanoseconds
    return Timestamp(nanoseconds: nanoseconds - (remainder < 0 ? remainder + length.nanoseconds : remainder))
  }
}

extension Timestamp? {
  /// The lower of two deadlines; nil is none.
  @inlinable
  public static func earlier(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
    guard let one else { return other }
    guard let other else { return one }
    return Swift.min(one, other)
  }
}

/// A length of time in nanoseconds. (`Swift.Duration` is 128 bits wide; samples are not.)
public struct Span64: Hashable, Comparable, Sendable {
  public var nanoseconds: Int64

  @inlinable
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  @inlinable
  public static func milliseconds(_ n: Int64) -> Span64 { Span64(nanoseconds: n * 1_000_000) }
  @inlinable
  public static func seconds(_ n: Int64) -> Span64 { Span64(nanoseconds: n * 1_000_000_000) }
  @inlinable
  public static func minutes(_ n: Int64) -> Span64 { .seconds(n * 60) }
  @inlinable
  public static func hours(_ n: Int64) -> Span64 { .seconds(n * 3600) }
  @inlinable
  public static func days(_ n: Int64) -> Span64 { .seconds(n * 86400) }
  public static let zero = Span64(nanoseconds: 0)

  @inlinable
  public static func < (a: Span64, b: Span64) -> Bool { a.nanoseconds < b.nanoseconds }
  @inlinable
  public static func + (a: Span64, b: Span64) -> Span64 {
    Span64(nanoseconds: saturating(a.nanoseconds.addingReportingOverflow(b.nanoseconds)))
  }

  /// Seconds as a double, for display and for statistics only.
  @inlinable
  public var seconds: Double { Double(nanoseconds) / 1e9 }
}

@inlinable
func saturating(_ r: (partialValue: Int64, overflow: Bool)) -> Int64 {
  r.overflow ? (r.partialValue < 0 ? .max : .min) : r.partialValue
}
