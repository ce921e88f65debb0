import Telemetry

/// Finds a number by a name in the bytes of a payload or topic: one hash, one comparison, no `String`.
struct ByteTable {
  private struct Entry {
    var hash: UInt64 = 0
    var start: Int32 = 0
    var count: Int32 = 0
    /// Negative: free.
    var value: Int32 = -1
  }

  private var entries: [Entry] = Array(repeating: Entry(), count: 8)
  private var bytes: [UInt8] = []
  private(set) var count = 0

  init() {}

  static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var hash = Hash64()
    bytes.extracting(range).withUnsafeBytes { hash.combine($0) }
    return hash.value
  }

  func find(_ key: Span<UInt8>, _ range: Range<Int>) -> Int? {
    let hash = Self.hash(key, range)
    let mask = entries.count &- 1
    var index = Int(truncatingIfNeeded: hash) & mask
    while entries[index].value >= 0 {
      let entry = entries[index]
      if entry.hash == hash, Int(entry.count) == range.count, isEqual(key, range, Int(entry.start)) {
        return Int(entry.value)
      }
      index = (index &+ 1) & mask
    }
    return nil
  }

  func find(_ key: String) -> Int? {
    let key = Array(key.utf8)
    return find(key.span, 0..<key.count)
  }

  /// Adds a key that is not there yet.
  mutating func insert(_ key: Span<UInt8>, _ range: Range<Int>, _ value: Int) {
    if (count + 1) * 2 > entries.count { grow() }
    count += 1
    let start = bytes.count
    key.extracting(range).withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    place(
      Entry(
        hash: Self.hash(key, range), start: Int32(clamping: start), count: Int32(clamping: range.count),
        value: Int32(clamping: value)))
  }

  mutating func insert(_ key: String, _ value: Int) {
    let key = Array(key.utf8)
    insert(key.span, 0..<key.count, value)
  }

  mutating func removeAll() { self = ByteTable() }

  private mutating func place(_ entry: Entry) {
    let mask = entries.count - 1
    var index = Int(truncatingIfNeeded: entry.hash) & mask
    while entries[index].value >= 0 { index = (index + 1) & mask }
    entries[index] = entry
  }

  private mutating func grow() {
    let old = entries
    entries = Array(repeating: Entry(), count: old.count * 2)
    for entry in old where entry.value >= 0 { place(entry) }
  }

  private func isEqual(_ key: Span<UInt8>, _ range: Range<Int>, _ start: Int) -> Bool {
    for offset in 0..<range.count where key[range.lowerBound &+ offset] != bytes[start &+ offset] { return false }
    return true
  }
}
