import Synchronization

/// Remembers what was made last: equal assets follow one another, and what their rules have in common is then there
/// once, and not for each of thousands.
public final class LastMade<Key: Equatable & Sendable, Value: Sendable>: Sendable {
  private let last = Mutex<(key: Key, value: Value)?>(nil)

  public init() {}

  /// The last value if its key was equal, else what `make` makes.
  public func value(for key: Key, _ make: () -> Value) -> Value {
    last.withLock { last in
      if let last, last.key == key { return last.value }
      let value = make()
      last = (key, value)
      return value
    }
  }
}
