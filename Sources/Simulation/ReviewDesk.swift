import Plant
import Telemetry
import Templates

/// The people who look again at parts of a simulated inspection station: at all that it rejected or was not sure of, and at
/// a sample of those that it passed. What they say has the time of the result, and comes some time after it.
struct ReviewDesk: Sendable {
  /// Shares: of the passed parts those that are looked at, of the rejected ones those that are good, and of the passed ones
  /// those that are not.
  private static let sample = 0.01
  private static let falseCalls = 0.05
  private static let escapes = 0.0005

  private let topic: String
  private var writer: PayloadWriter
  private var generator: SeededGenerator
  /// Keys of what the station says, and of what is said of it, by attribute.
  private let said: [String: String]
  private let own: [String: String]

  /// Nil for a topic that tells no verdicts, and for a station whose reviews come on no topic of their own.
  init?(of results: TopicMapping, asset: Asset, seed: UInt64) {
    said = Self.keys(results)
    guard said["verdict"] != nil, let desk = asset.topics.first(where: { Self.isDesk($0) }) else { return nil }
    own = Self.keys(desk)
    topic = desk.topic
    writer = PayloadWriter(mapping: desk, asset: asset, seed: seed)
    generator = SeededGenerator(seed: seed, name: "reviews/\(asset.id)")
  }

  /// Whether people, and no device, send on a topic.
  static func isDesk(_ mapping: TopicMapping) -> Bool {
    let keys = keys(mapping)
    return keys["review"] != nil && keys["verdict"] == nil
  }

  private static func keys(_ mapping: TopicMapping) -> [String: String] {
    Dictionary(
      mapping.fields.compactMap { field in field.attribute.map { ($0, DeviceModel.key(field)) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// What somebody says of a result, and how long after it; nil if nobody looks at it.
  mutating func review(
    _ readings: [String: DeviceModel.Reading], time: Timestamp
  ) -> (message: SimulatedMessage, delay: Span64)? {
    guard case .text(let verdict)? = said["verdict"].flatMap({ readings[$0] }), let word = word(verdict) else {
      return nil
    }
    let delay = Span64.minutes(10 + Int64(generator.uniform() * 40))
    var review: [String: DeviceModel.Reading] = [
      "review": .text(word), "by": .text("inspector-\(1 + generator.next() % 4)"),
      "reviewed": .text(String((time + delay).nanoseconds / 1_000_000)),
    ]
    for name in ["unit", "step", "attempt"] { review[name] = said[name].flatMap { readings[$0] } }
    var cells: [String: DeviceModel.Reading] = [:]
    for (name, key) in own { cells[key] = review[name] }
    if case .text(let id)? = readings[DeviceModel.messageID] { cells[DeviceModel.messageID] = .text("rv-\(id)") }
    return (SimulatedMessage(time: time, topic: topic, payload: writer.payload(cells, stamp: time)), delay)
  }

  private mutating func word(_ verdict: String) -> String? {
    switch verdict {
    case "NG": generator.chance(Self.falseCalls) ? "false-call" : "agree"
    case "unsure": generator.chance(0.5) ? "OK" : "NG"
    case "OK":
      generator.chance(Self.sample) ? (generator.chance(Self.escapes) ? "escape" : "agree") : nil
    default: nil
    }
  }
}
