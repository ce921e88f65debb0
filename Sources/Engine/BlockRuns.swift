import Telemetry

/// Which blocks of an asset may have stored history: sorted runs. Small gaps are closed, so that a source that sends
/// rarely does not make a long list; a block outside the runs has certainly no history.
struct BlockRuns: Hashable, Sendable {
  /// Gaps of up to this many blocks (a day) are closed.
  static let closedGap: Int64 = 96

  private(set) var runs: [ClosedRange<Int64>] = []

  var isEmpty: Bool { runs.isEmpty }
  var first: Int64? { runs.first?.lowerBound }
  var last: Int64? { runs.last?.upperBound }

  mutating func insert(_ block: Int64) {
    if let last = runs.last, last.contains(block) { return }
    // The place of the first run that ends at or after the block's neighbourhood.
    let reach = Self.closedGap + 1
    guard let place = runs.firstIndex(where: { $0.upperBound >= block - reach }) else {
      runs.append(block...block)
      return
    }
    var merged = block...block
    var end = place
    while end < runs.count, runs[end].lowerBound <= block + reach {
      merged = min(merged.lowerBound, runs[end].lowerBound)...max(merged.upperBound, runs[end].upperBound)
      end += 1
    }
    runs.replaceSubrange(place..<end, with: [merged])
  }

  func contains(_ block: Int64) -> Bool {
    guard let run = runs.last(where: { $0.lowerBound <= block }) else { return false }
    return run.contains(block)
  }

  /// The highest block ≤ `block` that may have history.
  func previous(_ block: Int64) -> Int64? {
    runs.last { $0.lowerBound <= block }.map { min($0.upperBound, block) }
  }

  /// The lowest block ≥ `block` that may have history.
  func next(_ block: Int64) -> Int64? {
    runs.first { $0.upperBound >= block }.map { max($0.lowerBound, block) }
  }

  /// Forgets what lies before `block`.
  mutating func trim(before block: Int64) {
    runs.removeAll { $0.upperBound < block }
    if let first = runs.first, first.lowerBound < block { runs[0] = block...first.upperBound }
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(runs.count)
    var previous: Int64 = 0
    for run in runs {
      writer.zigzag(run.lowerBound &- previous)
      writer.zigzag(run.upperBound &- run.lowerBound)
      previous = run.upperBound
    }
  }

  init() {}

  init(from reader: inout ByteReader) throws(ByteReaderError) {
    var previous: Int64 = 0
    for _ in 0..<(try reader.count()) {
      let lower = previous &+ (try reader.zigzag())
      let upper = lower &+ (try reader.zigzag())
      guard lower <= upper, runs.isEmpty || lower > previous else {
        throw ByteReaderError(offset: reader.offset, expected: "rising runs of blocks")
      }
      runs.append(lower...upper)
      previous = upper
    }
  }
}
