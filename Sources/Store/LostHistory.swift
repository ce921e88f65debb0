/// History that was given up for space although it was within its horizon.
public struct LostHistory: Hashable, Sendable {
  /// Chunks, ever.
  public var chunks: Int
  /// Of blocks before this one the history is not whole: what arrives late there can be told neither from a duplicate
  /// nor from a new sample, and its window cannot be folded again.
  public var beforeBlock: Int64
}
