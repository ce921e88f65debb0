import Telemetry
import Testing

@testable import Engine

@Suite struct BlockRunsTests {
  @Test("covers what was inserted, and nothing that is far from it", arguments: 1...10 as ClosedRange<UInt64>)
  func againstASet(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var runs = BlockRuns()
    var model: Set<Int64> = []
    for _ in 0..<200 {
      let block = Int64.random(in: -3000...3000, using: &random)
      runs.insert(block)
      model.insert(block)
      let sorted = model.sorted()
      // The same set with the small gaps closed.
      var closed: [ClosedRange<Int64>] = []
      for block in sorted {
        if let last = closed.last, block - last.upperBound <= BlockRuns.closedGap + 1 {
          closed[closed.count - 1] = last.lowerBound...block
        } else {
          closed.append(block...block)
        }
      }
      #expect(runs.runs == closed)
      let probe = Int64.random(in: -3200...3200, using: &random)
      #expect(runs.contains(probe) == closed.contains { $0.contains(probe) })
      #expect(runs.previous(probe) == closed.last { $0.lowerBound <= probe }.map { min($0.upperBound, probe) })
      #expect(runs.next(probe) == closed.first { $0.upperBound >= probe }.map { max($0.lowerBound, probe) })
    }
    var writer = ByteWriter()
    runs.encode(into: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try BlockRuns(from: &reader) == runs)
    runs.trim(before: 0)
    #expect(runs.first.map { $0 >= 0 } ?? true)
    #expect(runs.last == model.max())
  }
}
