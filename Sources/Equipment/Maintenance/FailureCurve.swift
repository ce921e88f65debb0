import Foundation
import Telemetry

/// When something will have failed, with what probability: between the quantiles of a prediction on straight lines, behind
/// the last one as it fell there, exponentially.
public struct FailureCurve: Hashable, Sendable {
  public var p10: Timestamp
  public var p50: Timestamp
  public var p90: Timestamp
  /// When it was said: it had not failed then.
  public var said: Timestamp

  /// nil for quantiles that are not in their order.
  public init?(said: Timestamp, p10: Timestamp, p50: Timestamp, p90: Timestamp) {
    guard p10 <= p50, p50 <= p90 else { return nil }
    (self.said, self.p10, self.p50, self.p90) = (min(said, p10), p10, p50, p90)
  }

  /// That it has failed by then; 0 … 1.
  public func probability(by time: Timestamp) -> Double {
    guard time > said else { return 0 }
    if time < p10 { return 0.1 * Self.share(time, said, p10) }
    if time < p50 { return 0.1 + 0.4 * Self.share(time, p10, p50) }
    if time < p90 { return 0.5 + 0.4 * Self.share(time, p50, p90) }
    let width = (p90 - p50).seconds
    guard width > 0 else { return 1 }
    // The rate at the 90 % point goes on: 0.4 of all in `width`, of the 0.1 that are left.
    return 1 - 0.1 * exp(-4 * (time - p90).seconds / width)
  }

  /// That it has failed by then, given that it has not by now.
  public func probability(by time: Timestamp, now: Timestamp) -> Double {
    let before = probability(by: now)
    guard before < 1 else { return 1 }
    return max(0, (probability(by: time) - before) / (1 - before))
  }

  private static func share(_ time: Timestamp, _ from: Timestamp, _ to: Timestamp) -> Double {
    to > from ? (time - from).seconds / (to - from).seconds : 1
  }
}
