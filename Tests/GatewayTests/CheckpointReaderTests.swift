import Rules
import Telemetry
import Testing

@testable import Gateway

/// The engine reads its checkpoint while the Store writes it.
@Suite struct CheckpointReaderTests {
  final class FakeStore: StateReader {
    var states: [String: [UInt8]] = ["a": [1], "b": [2], "d": [4]]
    var chunks: [[UInt8]] = [[10]]
    func state(_ key: String) throws -> [UInt8]? { states[key] }
    func history(asset: UInt32, block: Int64) throws -> [[UInt8]] { asset == 1 && block == 7 ? chunks : [] }
  }

  @Test func theSameAnswersBeforeAndAfterTheCommit() throws {
    let store = FakeStore()
    let reader = CheckpointReader(store)
    reader.take(
      Checkpoint(
        position: 5, state: [("a", [3]), ("b", nil)], history: [HistoryChunk(block: 7, asset: 1, bytes: [11])],
        counts: EngineCounts(), oldestBlock: 0))
    func check() throws {
      #expect(try reader.state("a") == [3])
      #expect(try reader.state("b") == nil)
      #expect(try reader.state("c") == nil)
      #expect(try reader.states(["c", "d", "a", "b"]) == [nil, [4], [3], nil])
      #expect(try reader.history(asset: 1, block: 7) == [[10], [11]])
      #expect(try reader.history(asset: 1, block: 8) == [])
    }
    try check()
    // Committed, and nobody has said so yet: nothing is read twice.
    store.states = ["a": [3], "d": [4]]
    store.chunks = [[10], [11]]
    try check()
    reader.drop()
    try check()
  }
}
