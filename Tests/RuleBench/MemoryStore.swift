import Rules

/// What the Store does for the engine, in memory.
public final class MemoryStore: StateReader {
  public private(set) var states: [String: [UInt8]] = [:]
  private var chunks: [String: [[UInt8]]] = [:]

  public init() {}

  public func state(_ key: String) throws -> [UInt8]? { states[key] }
  public func history(asset: UInt32, block: Int64) throws -> [[UInt8]] { chunks["\(asset)/\(block)"] ?? [] }

  public func commit(_ checkpoint: Checkpoint) {
    for (key, bytes) in checkpoint.state { states[key] = bytes }
    for chunk in checkpoint.history { chunks["\(chunk.asset)/\(chunk.block)", default: []].append(chunk.bytes) }
  }
}
