import Rules
import Telemetry

/// Reads stored history for people: drill-down and sparklines. (The engine itself reads it by `History`.)
public enum HistorySamples {
  /// The block that holds samples of `time`.
  public static func block(of time: Timestamp) -> Int64 { HistoryBlock.number(time) }

  /// All samples of the chunks by series, in time order.
  ///
  /// - Throws: `ByteReaderError` for damaged chunks.
  public static func read(_ chunks: [HistoryChunk]) throws -> [SeriesID: [Sample]] {
    var found: [SeriesID: [Sample]] = [:]
    for chunk in chunks {
      for column in try ChunkCodec.decode(chunk.bytes, block: chunk.block).columns {
        found[column.series, default: []] += column.samples
      }
    }
    return found.mapValues { samples in samples.sorted { $0.time < $1.time } }
  }

  /// All events of a series in the chunks, in (time, identity) order.
  public static func events(_ chunks: [HistoryChunk], of series: SeriesID) throws -> [Event] {
    try chunks.flatMap { try ChunkCodec.decode($0.bytes, block: $0.block).events }
      .filter { $0.series == series }.sorted { $0.isBefore($1) }
  }
}
