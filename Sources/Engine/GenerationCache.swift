/// A cache with a bound on its bytes. What was not asked for while half of the bound was newly filled is dropped:
/// nearly the order of last use, without a list.
struct GenerationCache<Key: Hashable, Value> {
  private var young: [Key: (value: Value, bytes: Int)] = [:]
  private var old: [Key: (value: Value, bytes: Int)] = [:]
  private var youngBytes = 0
  private var oldBytes = 0
  private let bound: Int

  init(bytes bound: Int) { self.bound = bound }

  /// Never more than the bound, unless a single value is larger than half of it: then nothing is kept beside it, and it goes
  /// with the next `shrink`.
  var bytes: Int { youngBytes + oldBytes }

  mutating func value(_ key: Key) -> Value? {
    if let found = young[key] { return found.value }
    guard let found = old.removeValue(forKey: key) else { return nil }
    oldBytes -= found.bytes
    add(key, found.value, bytes: found.bytes)
    return found.value
  }

  mutating func insert(_ key: Key, _ value: Value, bytes: Int) {
    remove(key)
    add(key, value, bytes: bytes)
  }

  mutating func remove(_ key: Key) {
    if let found = young.removeValue(forKey: key) { youngBytes -= found.bytes }
    if let found = old.removeValue(forKey: key) { oldBytes -= found.bytes }
  }

  /// Drops what is above the bound.
  mutating func shrink() {
    guard bytes > bound else { return }
    (young, old) = ([:], [:])
    (youngBytes, oldBytes) = (0, 0)
  }

  private mutating func add(_ key: Key, _ value: Value, bytes: Int) {
    if bytes > bound / 2 {
      (young, old) = ([:], [:])
      (youngBytes, oldBytes) = (0, 0)
    } else if youngBytes + bytes > bound / 2, !young.isEmpty {
      old = young
      oldBytes = youngBytes
      young = [:]
      youngBytes = 0
    }
    young[key] = (value, bytes)
    youngBytes += bytes
  }
}
