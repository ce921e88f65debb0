/// Up to where the steps of the eviction have looked through the records, so that they need not read all of a long
/// outbox again each time. Holds while the file is open: allow-lists do not change then.
struct EvictionMemory: Sendable {
  private var cursors: [String: Int64] = [:]
  private var deliveredUpTo: Int64 = 0
  private var undeliveredUpTo: [EvictionStep: Int64] = [:]

  /// No record that a step takes has this sequence or a lower one.
  func start(of step: EvictionStep, cursors now: [String: Int64]) -> Int64 {
    guard step.evictsDelivered else { return undeliveredUpTo[step] ?? 0 }
    // A record becomes a delivered one only when a cursor passes it.
    return now.reduce(deliveredUpTo) { start, entry in
      let before = cursors[entry.key] ?? 0
      return entry.value == before ? start : min(start, before)
    }
  }

  /// No record up to `sequence` is one that every destination had, by these cursors.
  mutating func noDelivered(upTo sequence: Int64, cursors: [String: Int64]) {
    self.cursors = cursors
    deliveredUpTo = sequence
  }

  /// Everything up to `sequence` that the step takes is gone; what is not delivered now never was.
  mutating func done(_ step: EvictionStep, upTo sequence: Int64) {
    if !step.evictsDelivered { undeliveredUpTo[step] = max(undeliveredUpTo[step] ?? 0, sequence) }
  }
}
