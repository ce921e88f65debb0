import Rules
import Telemetry
import Testing

@testable import Store

@Suite struct HistoryTests {
  @Test func keysSortByBlockRunAndAsset() throws {
    let parts: [(Int64, Int64, UInt32)] = [
      (-HistoryKey.maximumBlock, 0, 0), (-1, 0, 0), (-1, HistoryKey.maximumRun, HistoryKey.maximumAsset), (0, 0, 0),
      (0, 0, 1), (0, 1, 0), (1, 0, 0), (HistoryKey.maximumBlock, HistoryKey.maximumRun, HistoryKey.maximumAsset),
    ]
    let keys = try parts.map { try HistoryKey(block: $0.0, run: $0.1, asset: $0.2) }
    #expect(keys.map(\.rowID) == keys.map(\.rowID).sorted())
    for key in keys { #expect(HistoryKey(rowID: key.rowID) == key) }
    #expect(throws: StoreError.self) { try HistoryKey(block: 0, run: 0, asset: HistoryKey.maximumAsset + 1) }
    #expect(throws: StoreError.self) { try HistoryKey(block: .max, run: 0, asset: 0) }
    // Any block of a timestamp fits.
    for time in [Timestamp.distantPast, .distantFuture] {
      _ = try HistoryKey(block: time.nanoseconds / Span64.minutes(15).nanoseconds, run: 0, asset: 0)
    }
  }

  @Test func chunksComeBackInTheOrderOfTheCheckpoints() throws {
    let store = try StoreFixture().open()
    var random = SplitMix64(seed: 7)
    var model: [[Int64]: [[UInt8]]] = [:]
    for position in 1...60 {
      var chunks: [HistoryChunk] = []
      for asset in UInt32(0)..<4 {
        for block in Int64(-1)...2 where Int.random(in: 0..<3, using: &random) == 0 {
          let bytes = [UInt8](repeating: UInt8(position), count: Int.random(in: 0..<3000, using: &random))
          chunks.append(HistoryChunk(block: block, asset: asset, bytes: bytes))
          model[[Int64(asset), block], default: []].append(bytes)
        }
      }
      chunks.shuffle(using: &random)
      try store.commit(
        checkpoint(Int64(position), history: chunks, oldestBlock: -5), output: EngineOutput(),
        issued: StoreFixture.origin)
    }
    for asset in UInt32(0)..<4 {
      var all: [HistoryChunk] = []
      for block in Int64(-2)...3 {
        let expected = model[[Int64(asset), block]] ?? []
        #expect(try store.history(asset: asset, block: block) == expected)
        all += expected.map { HistoryChunk(block: block, asset: asset, bytes: $0) }
      }
      #expect(try store.historyChunks(asset: asset, fromBlock: -2, toBlock: 3) == all)
    }
    #expect(try store.history(asset: 99, block: 0).isEmpty)
    #expect(try store.history(asset: .max, block: .max).isEmpty)
  }

  @Test func whatNoHorizonNeedsIsDeleted() throws {
    let store = try StoreFixture().open()
    let chunks = (Int64(0)..<10).flatMap { block in
      (UInt32(0)..<3).map { HistoryChunk(block: block, asset: $0, bytes: [1]) }
    }
    try store.commit(checkpoint(1, history: chunks), output: EngineOutput(), issued: StoreFixture.origin)
    var next = checkpoint(2, oldestBlock: 4)
    next.oldestBlocks = [(asset: 1, block: 8), (asset: 2, block: 2)]
    try store.commit(next, output: EngineOutput(), issued: StoreFixture.origin)
    func blocks(_ asset: UInt32) throws -> [Int64] {
      try store.historyChunks(asset: asset, fromBlock: 0, toBlock: 99).map(\.block)
    }
    #expect(try blocks(0) == [4, 5, 6, 7, 8, 9])
    #expect(try blocks(1) == [8, 9])
    #expect(try blocks(2) == [4, 5, 6, 7, 8, 9])
    var last = checkpoint(3, oldestBlock: 4)
    last.oldestBlocks = [(asset: 1, block: 6), (asset: 2, block: 20)]
    try store.commit(last, output: EngineOutput(), issued: StoreFixture.origin)
    #expect(try blocks(1) == [8, 9])
    #expect(try blocks(2).isEmpty)
    #expect(try blocks(0) == [4, 5, 6, 7, 8, 9])
  }
}
