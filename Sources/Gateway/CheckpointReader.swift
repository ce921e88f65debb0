import Rules

/// What the engine reads back while a checkpoint is on its way to the Store: the checkpoint over what the Store has.
///
/// So the engine goes on while a slow Store writes. Used by the engine's thread alone.
final class CheckpointReader: StateReader {
  private struct Block: Hashable {
    var asset: UInt32
    var number: Int64
  }

  private let store: any StateReader
  private var state: [String: [UInt8]?] = [:]
  private var chunks: [Block: [[UInt8]]] = [:]

  init(_ store: any StateReader) { self.store = store }

  /// From now on the checkpoint counts as saved.
  func take(_ checkpoint: Checkpoint) {
    drop()
    for (key, bytes) in checkpoint.state { state[key] = .some(bytes) }
    for chunk in checkpoint.history {
      chunks[Block(asset: chunk.asset, number: chunk.block), default: []].append(chunk.bytes)
    }
  }

  /// The Store has it.
  func drop() {
    state = [:]
    chunks = [:]
  }

  func state(_ key: String) throws -> [UInt8]? {
    if let taken = state[key] { return taken }
    return try store.state(key)
  }

  func states(_ keys: [String]) throws -> [[UInt8]?] {
    let stored = try store.states(keys.filter { state[$0] == nil })
    var next = 0
    return keys.map { key in
      if let taken = state[key] { return taken }
      next += 1
      return stored[next - 1]
    }
  }

  func history(asset: UInt32, block: Int64) throws -> [[UInt8]] {
    let stored = try store.history(asset: asset, block: block)
    guard let taken = chunks[Block(asset: asset, number: block)] else { return stored }
    // The commit may be through and not be known of yet: no two checkpoints have the same samples.
    return stored.suffix(taken.count).elementsEqual(taken) ? stored : stored + taken
  }
}
