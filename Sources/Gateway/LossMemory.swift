import Foundation
import Telemetry

/// Records that destinations refused or that were evicted in the last hours, seen from look to look.
///
/// Totals say that something was lost once; an operator must be told while it is news.
final class LossMemory: @unchecked Sendable {
  /// Records, of one destination, lost between two looks.
  struct Loss: Hashable {
    var destination: String
    var refused = 0
    var evicted = 0
    /// The look before the first of them, counted from the start of the process.
    var since: Span64
  }

  /// One shift.
  static let memory = Span64.hours(8)

  private struct Totals {
    var refused = 0
    var evicted = 0
    var looked: Span64
  }
  private let lock = NSLock()
  private var totals: [String: Totals] = [:]
  private var losses: [(loss: Loss, noticed: Span64)] = []

  /// - Parameter now: since the start of the process.
  func look(_ destination: String, refused: Int, evicted: Int, now: Span64) {
    lock.withLock {
      let before = totals[destination] ?? Totals(refused: refused, evicted: evicted, looked: now)
      totals[destination] = Totals(refused: refused, evicted: evicted, looked: now)
      let loss = Loss(
        destination: destination, refused: max(0, refused - before.refused), evicted: max(0, evicted - before.evicted),
        since: before.looked)
      guard loss.refused + loss.evicted > 0 else { return }
      losses.append((loss, now))
    }
  }

  /// Summed by destination, in the order of their names.
  func recent(now: Span64) -> [Loss] {
    lock.withLock {
      losses.removeAll { $0.noticed + Self.memory < now }
      var sums: [String: Loss] = [:]
      for (loss, _) in losses {
        var sum = sums[loss.destination] ?? Loss(destination: loss.destination, since: loss.since)
        sum.refused += loss.refused
        sum.evicted += loss.evicted
        sums[loss.destination] = sum
      }
      return sums.values.sorted { $0.destination < $1.destination }
    }
  }
}
