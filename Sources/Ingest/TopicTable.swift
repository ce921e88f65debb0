import Telemetry

/// Finds the plan of a topic from the topic's bytes: one hash, one comparison, no `String`.
struct TopicTable {
  private struct Entry {
    var hash: UInt64 = 0
    var start: Int32 = 0
    var count: Int32 = 0
    /// Negative: free.
    var plan: Int32 = -1
  }

  private var entries: [Entry]
  private var bytes: [UInt8] = []
  private let mask: Int

  /// - Parameter topics: distinct; the position of a topic is the number of its plan.
  init(_ topics: [String]) {
    var size = 8
    while size < topics.count * 2 { size *= 2 }
    entries = Array(repeating: Entry(), count: size)
    mask = size - 1
    for (plan, topic) in topics.enumerated() {
      let key = Array(topic.utf8)
      let hash = Self.hash(key.span)
      var index = Int(truncatingIfNeeded: hash) & mask
      while entries[index].plan >= 0 { index = (index + 1) & mask }
      entries[index] = Entry(
        hash: hash, start: Int32(bytes.count), count: Int32(key.count), plan: Int32(plan))
      bytes.append(contentsOf: key)
    }
  }

  /// The plan of a topic; nil if the topic is not configured.
  func plan(for topic: Span<UInt8>) -> Int? {
    let hash = Self.hash(topic)
    var index = Int(truncatingIfNeeded: hash) & mask
    while entries[index].plan >= 0 {
      let entry = entries[index]
      if entry.hash == hash, Int(entry.count) == topic.count, isEqual(topic, Int(entry.start)) {
        return Int(entry.plan)
      }
      index = (index &+ 1) & mask
    }
    return nil
  }

  private static func hash(_ topic: Span<UInt8>) -> UInt64 {
    var hash = Hash64()
    topic.withUnsafeBytes { hash.combine($0) }
    return hash.value
  }

  private func isEqual(_ topic: Span<UInt8>, _ start: Int) -> Bool {
    let known = bytes.span.bytes
    let given = topic.bytes
    let count = given.byteCount
    var index = 0
    while index &+ 8 <= count {
      let a = given.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      let b = known.unsafeLoadUnaligned(fromByteOffset: start &+ index, as: UInt64.self)
      guard a == b else { return false }
      index &+= 8
    }
    while index < count {
      guard topic[index] == bytes[start &+ index] else { return false }
      index &+= 1
    }
    return true
  }
}
