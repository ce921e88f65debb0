import Telemetry

/// History is kept in blocks of 15 minutes of sample time.
enum HistoryBlock {
  static let length = Span64.minutes(15)

  static func number(_ time: Timestamp) -> Int64 {
    time.nanoseconds / length.nanoseconds - (time.nanoseconds % length.nanoseconds < 0 ? 1 : 0)
  }

  /// The first instant of a block; saturates for the block that contains `distantPast`.
  static func start(_ block: Int64) -> Timestamp {
    let product = block.multipliedReportingOverflow(by: length.nanoseconds)
    return Timestamp(nanoseconds: product.overflow ? (block < 0 ? .min : .max) : product.partialValue)
  }
}
