import Rules

/// What the Store does for the engine, in memory.
final class MemoryStore: StateReader {
  private(set) var states: [String: [UInt8]] = [:]
  private(set) var chunks: [String: [[UInt8]]] = [:]
  private(set) var position: Int64 = 0
  private(set) var historyReads = 0

  func state(_ key: String) throws -> [UInt8]? { states[key] }

  func history(asset: UInt32, block: Int64) throws -> [[UInt8]] {
    historyReads += 1
    return chunks["\(asset)/\(block)"] ?? []
  }

  func commit(_ checkpoint: Checkpoint) {
    for (key, bytes) in checkpoint.state { states[key] = bytes }
    for chunk in checkpoint.history { chunks["\(chunk.asset)/\(chunk.block)", default: []].append(chunk.bytes) }
    position = checkpoint.position
  }

  /// Cuts every chunk in half.
  func damage() {
    for key in chunks.keys { chunks[key] = chunks[key]?.map { Array($0.prefix($0.count / 2)) } }
  }

  var historyBytes: Int { chunks.values.joined().reduce(0) { $0 + $1.count } }
}
