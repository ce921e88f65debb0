import Telemetry

/// Why the engine cannot go on. After an error in `process` its state is not to be used any more: restart it from the
/// checkpoint.
public enum EngineError: Error, CustomStringConvertible {
  /// Two rules of an asset would both count the samples of a signal.
  case countedTwice(asset: String, signal: String, first: String, second: String)
  case unknownConnection(asset: String, connection: String)
  /// Two factories have one name, so their saved states would be mixed up.
  case sameName(String)
  case damagedState(key: String, ByteReaderError)
  case damagedHistory(asset: UInt32, block: Int64, ByteReaderError)
  /// A batch that was processed before, or in the wrong order.
  case wrongPosition(expectedAfter: Int64, found: Int64)
  case rule(name: String, asset: String, any Error)

  public var description: String {
    switch self {
    case .countedTwice(let asset, let signal, let first, let second):
      "the rules \(first) and \(second) both count the samples of \(asset)/\(signal); one of them must only watch it"
    case .unknownConnection(let asset, let connection):
      "asset \(asset) is on the connection \(connection), which is not configured"
    case .sameName(let name):
      "two rules are registered under the name \(name)"
    case .damagedState(let key, let error):
      "saved state \(key): \(error)"
    case .damagedHistory(let asset, let block, let error):
      "history of asset number \(asset), block \(block): \(error)"
    case .wrongPosition(let position, let found):
      "batch \(found) of the journal came after batch \(position)"
    case .rule(let name, let asset, let error):
      "rule \(name) of \(asset): \(error)"
    }
  }
}
