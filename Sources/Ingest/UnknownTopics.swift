/// Which topics arrived that no asset has a mapping for. Bounded: a hostile or chatty neighbour under a wildcard
/// filter costs no more memory than `limit` topics.
public struct UnknownTopics: Sendable {
  /// Messages by topic, of the first `limit` distinct topics.
  public private(set) var messages: [String: Int] = [:]
  /// Messages of all further topics together.
  public private(set) var messagesBeyond = 0
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// - Returns: whether the topic is one of those that are kept.
  mutating func count(_ topic: String) -> Bool {
    if let known = messages[topic] {
      messages[topic] = known + 1
    } else if messages.count < limit {
      messages[topic] = 1
    } else {
      messagesBeyond += 1
      return false
    }
    return true
  }
}
