import Telemetry
import Templates

/// Holds each topic of a connection to its rate, and knows which of them babble. A pure value: time is given to it.
///
/// A bucket of `burst` tokens a topic, filled at the rate, kept as the time at which the bucket is full again (the
/// generic cell rate algorithm, ITU-T I.371): eight bytes a topic, and integers only.
public struct SourceLimiter: Sendable {
  public enum Verdict: Hashable, Sendable {
    case admitted
    /// Over the limit. `keeps`: one of the few that are kept as a sample; `begins`: the topic did not babble until now.
    case excess(keeps: Bool, begins: Bool)
  }

  /// A topic that has kept the limit for long enough.
  public struct End: Hashable, Sendable {
    public var topic: Int
    /// Messages over the limit.
    public var messages: Int
  }

  /// Messages over the limit that are kept of a topic in a minute: enough to see what it sends.
  public static let keptPerMinute = 10

  private struct Babble {
    var last: Timestamp
    var messages = 0
    var minute: Timestamp
    var kept = 0
  }

  /// Nanoseconds that one message costs, and that a full bucket holds beyond the first.
  private let cost: Int64
  private let tolerance: Int64
  private let quiet: Span64
  /// By topic: when the bucket is full again.
  private var full: [Int64]
  private var babbling: [Int: Babble] = [:]

  /// - Parameter topics: how many there are.
  public init(_ settings: RateLimitSettings, topics: Int) {
    cost = max(1, settings.per.nanoseconds / Int64(max(1, settings.messages)))
    let (product, overflow) = cost.multipliedReportingOverflow(by: Int64(max(0, settings.burst - 1)))
    tolerance = overflow ? Self.longest : min(product, Self.longest)
    quiet = settings.quiet
    full = Array(repeating: .min, count: topics)
  }

  /// A century and a half; times and this together stay in range.
  private static let longest: Int64 = 1 << 62

  /// - Parameter now: of a clock that does not go back.
  @inline(__always)
  public mutating func admit(topic: Int, at now: Timestamp) -> Verdict {
    let start = max(full[topic], now.nanoseconds)
    if start - now.nanoseconds <= tolerance {
      full[topic] = start &+ cost
      return .admitted
    }
    return excess(topic, now)
  }

  @inline(never)
  private mutating func excess(_ topic: Int, _ now: Timestamp) -> Verdict {
    let known = babbling[topic]
    var babble = known ?? Babble(last: now, minute: now)
    babble.last = now
    babble.messages += 1
    if now - babble.minute >= .minutes(1) {
      babble.minute = now
      babble.kept = 0
    }
    let keeps = babble.kept < Self.keptPerMinute
    if keeps { babble.kept += 1 }
    babbling[topic] = babble
    return .excess(keeps: keeps, begins: known == nil)
  }

  /// Takes a topic for babbling since an earlier run.
  public mutating func resume(topic: Int, at now: Timestamp) {
    babbling[topic] = Babble(last: now, minute: now)
  }

  public var hasBabblers: Bool { !babbling.isEmpty }

  /// Topics that have kept the limit for the quiet time, in their order; they do not babble any more.
  public mutating func ended(at now: Timestamp) -> [End] {
    let over = babbling.filter { now - $0.value.last >= quiet }.sorted { $0.key < $1.key }
    for (topic, _) in over { babbling[topic] = nil }
    return over.map { End(topic: $0.key, messages: $0.value.messages) }
  }
}
