import Telemetry

/// The bytes of a history chunk: samples and events of one asset in one block.
///
/// The signals of one message have one time, so the chunk has one list of times and each series says which of them it
/// has. Times are differences of differences in the coarsest of s, ms, µs and ns that is exact; values are differences
/// of decimal mantissas (a gauge's double too, whenever a short decimal gives exactly the same double). A minute-wise
/// message of several signals costs two to three bytes a sample.
///
/// Layout: version, times (unit, count, first, differences), number of series, series, number of events, events. The
/// lists are written by `ChunkCodec+Columns.swift` and `ChunkCodec+Events.swift`.
enum ChunkCodec {
  static let version: UInt8 = 1
  static let units: [Int64] = [1_000_000_000, 1_000_000, 1_000, 1]

  static func encode(_ chunk: DecodedBlock, block: Int64) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(64 + chunk.columns.reduce(0) { $0 + 8 + 2 * $1.samples.count })
    writer.byte(version)
    let origin = HistoryBlock.start(block).nanoseconds
    let times = times(of: chunk.columns)
    encode(times: times, origin: origin, into: &writer)
    writer.varint(chunk.columns.count)
    var previous: UInt32 = 0
    for column in chunk.columns {
      writer.varint(UInt64(column.series.rawValue &- previous))
      previous = column.series.rawValue
      encode(column.samples, times: times, into: &writer)
    }
    encode(chunk.events, origin: origin, into: &writer)
    return writer.bytes
  }

  static func decode(_ bytes: [UInt8], block: Int64) throws(ByteReaderError) -> DecodedBlock {
    var reader = ByteReader(bytes)
    guard try reader.byte() == version else { throw ByteReaderError(offset: 0, expected: "version \(version)") }
    let origin = HistoryBlock.start(block).nanoseconds
    let times = try decodeTimes(origin: origin, from: &reader)
    var chunk = DecodedBlock()
    var previous: UInt32 = 0
    for _ in 0..<(try reader.count()) {
      previous &+= UInt32(truncatingIfNeeded: try reader.varint())
      let series = SeriesID(previous)
      if let last = chunk.columns.last, series <= last.series {
        throw ByteReaderError(offset: reader.offset, expected: "rising series")
      }
      chunk.columns.append(
        DecodedBlock.Column(series: series, samples: try decodeSamples(series, times: times, from: &reader)))
    }
    chunk.events = try decodeEvents(origin: origin, from: &reader)
    guard reader.isAtEnd else { throw ByteReaderError(offset: reader.offset, expected: "the end of the chunk") }
    return chunk
  }

  // MARK: Times

  /// All times of all series, rising, each once.
  private static func times(of columns: [DecodedBlock.Column]) -> [Int64] {
    guard var longest = columns.first else { return [] }
    for column in columns where column.samples.count > longest.samples.count { longest = column }
    let times = longest.samples.map(\.time.nanoseconds)
    // Usually the longest column has them all.
    var missing: [Int64] = []
    for column in columns where column.series != longest.series {
      var place = 0
      for sample in column.samples {
        let time = sample.time.nanoseconds
        while place < times.count, times[place] < time { place += 1 }
        if place == times.count || times[place] != time { missing.append(time) }
      }
    }
    guard !missing.isEmpty else { return times }
    var all = times + missing
    all.sort()
    var unique: [Int64] = []
    unique.reserveCapacity(all.count)
    for time in all where unique.last != time { unique.append(time) }
    return unique
  }

  private static func encode(times: [Int64], origin: Int64, into writer: inout ByteWriter) {
    let offsets = times.map { $0 &- origin }
    let unit = units.firstIndex { unit in offsets.allSatisfy { $0 % unit == 0 } } ?? units.count - 1
    writer.byte(UInt8(unit))
    writer.varint(times.count)
    var previous: Int64 = 0
    var step: Int64 = 0
    for offset in offsets {
      let scaled = offset / units[unit]
      let next = scaled &- previous
      writer.zigzag(next &- step)
      previous = scaled
      step = next
    }
  }

  private static func decodeTimes(origin: Int64, from reader: inout ByteReader) throws(ByteReaderError) -> [Int64] {
    let unit = Int(try reader.byte())
    guard unit < units.count else { throw ByteReaderError(offset: reader.offset, expected: "a unit of time") }
    let count = try reader.count()
    var times: [Int64] = []
    times.reserveCapacity(count)
    var previous: Int64 = 0
    var step: Int64 = 0
    for _ in 0..<count {
      step = step &+ (try reader.zigzag())
      previous = previous &+ step
      let time = origin &+ previous &* units[unit]
      if let last = times.last, time <= last {
        throw ByteReaderError(offset: reader.offset, expected: "rising times")
      }
      times.append(time)
    }
    return times
  }
}
