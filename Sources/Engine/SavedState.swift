import Rules

/// The saved state as the engine sees it: what the reader has, under what was saved since the last checkpoint.
final class SavedState {
  private let reader: any StateReader
  private var unsaved: [String: [UInt8]?] = [:]
  private var cache: GenerationCache<String, [UInt8]?>

  init(reader: any StateReader, cachedBytes: Int) {
    self.reader = reader
    cache = GenerationCache(bytes: cachedBytes)
  }

  var cachedBytes: Int { cache.bytes }

  func load(_ key: String) throws -> [UInt8]? {
    if let found = unsaved[key] { return found }
    if let found = cache.value(key) { return found }
    let stored = try read(key)
    keep(key, stored)
    return stored
  }

  /// - Returns: in the order of the keys.
  func load(_ keys: [String]) throws -> [[UInt8]?] {
    var found: [[UInt8]?] = Array(repeating: nil, count: keys.count)
    var missing: [Int] = []
    for (place, key) in keys.enumerated() {
      if let known = unsaved[key] ?? cache.value(key) { found[place] = known } else { missing.append(place) }
    }
    guard !missing.isEmpty else { return found }
    do {
      for (place, bytes) in zip(missing, try reader.states(missing.map { keys[$0] })) {
        found[place] = bytes
        keep(keys[place], bytes)
      }
    } catch {
      throw EngineError.unreadable(error)
    }
    return found
  }

  /// What the reader has, not kept in memory.
  func read(_ key: String) throws(EngineError) -> [UInt8]? {
    do {
      return try reader.state(key)
    } catch {
      throw .unreadable(error)
    }
  }

  func save(_ key: String, _ bytes: [UInt8]?) { unsaved[key] = .some(bytes) }

  /// What changed since the last time, in no order.
  func take() -> [(key: String, bytes: [UInt8]?)] {
    let changed = unsaved.map { (key: $0.key, bytes: $0.value) }
    unsaved = [:]
    for (key, bytes) in changed { keep(key, bytes) }
    return changed
  }

  private func keep(_ key: String, _ bytes: [UInt8]?) {
    cache.insert(key, bytes, bytes: 96 + key.utf8.count + (bytes?.count ?? 0))
  }
}
