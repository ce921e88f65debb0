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
  /// The reader could not answer: the disk, or the Store's file.
  case unreadable(any Error)
  /// A batch that was processed before, or in the wrong order.
  case wrongPosition(expectedAfter: Int64, found: Int64)

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
    case .unreadable(let error):
      "what the engine saved cannot be read: \(error)"
    case .wrongPosition(let position, let found):
      "batch \(found) of the journal came after batch \(position)"
    }
  }
}
