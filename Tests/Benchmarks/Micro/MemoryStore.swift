import Rules

/// The engine's reader without a disk: what is measured is the engine alone.
final class MemoryStore: StateReader {
  private struct Place: Hashable {
    var asset: UInt32
    var block: Int64
  }

  private var states: [String: [UInt8]] = [:]
  private var chunks: [Place: [[UInt8]]] = [:]
  private(set) var historyBytes = 0

  /// Of saved state.
  var stateBytes: Int { states.values.reduce(0) { $0 + $1.count } }

  func state(_ key: String) throws -> [UInt8]? { states[key] }

  func history(asset: UInt32, block: Int64) throws -> [[UInt8]] { chunks[Place(asset: asset, block: block)] ?? [] }

  func commit(_ checkpoint: Checkpoint) {
    for (key, bytes) in checkpoint.state { states[key] = bytes }
    for chunk in checkpoint.history {
      chunks[Place(asset: chunk.asset, block: chunk.block), default: []].append(chunk.bytes)
      historyBytes += chunk.bytes.count
    }
  }
}
