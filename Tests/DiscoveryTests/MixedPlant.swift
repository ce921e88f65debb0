import Discovery
import Telemetry
import Templates

/// A plant on paper with devices of many vendors on one broker, and the truth about each topic.
struct MixedPlant {
  /// What is right for one topic.
  struct Truth {
    var shape: String
    /// The template; nil = one of the site's own.
    var template: String?
    /// Unit of the payload by path; for states and attributes "".
    var fields: [String: String]
    var time: TimestampMapping?
    /// Fields of which nobody can know the unit: they must not be mapped.
    var unknowable: Set<String> = []
    /// Fields that need not be mapped, with the only right unit.
    var optional: [String: String] = [:]
    /// The whole topic cannot be mapped.
    var isForeign = false
  }

  var messages: [ObservedMessage] = []
  var truth: [String: Truth] = [:]
  var random: SplitMix64

  static let start = Timestamp(seconds: 1_795_226_100)
  /// Messages of each topic, and the time between them.
  static let rounds = 10
  static let step = Span64.seconds(5)

  init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    presses()
    nestedMeters()
    wattMeters()
    boilers()
    stations()
    chinesePumps()
    zigbee()
    tasmota()
    shelly()
    machines()
    unitMembers()
    compressors()
    scalars()
    csv()
    senML()
    namedValues()
    timedValues()
    readings()
    propertyBatches()
    ambiguous()
    sparkplug()
    messages.sort { ($0.received, $0.topic) < ($1.received, $1.topic) }
  }

  var observations: Observations {
    var observations = Observations()
    for message in messages { observations.add(message) }
    return observations
  }

  // MARK: - Making messages

  /// A number with two places around a middle.
  mutating func value(_ middle: Double, _ spread: Double, places: Int = 2) -> String {
    let factor = [1.0, 10, 100, 1000][places]
    let raw = middle + spread * Double.random(in: -1...1, using: &random)
    let rounded = Int64((raw * factor).rounded())
    if places == 0 { return "\(rounded)" }
    let digits = String(rounded.magnitude % UInt64(factor))
    let sign = rounded < 0 ? "-" : ""
    return "\(sign)\(rounded.magnitude / UInt64(factor))." + String(repeating: "0", count: places - digits.count)
      + digits
  }

  func time(_ round: Int) -> Timestamp { Self.start + Span64(nanoseconds: Self.step.nanoseconds * Int64(round)) }

  mutating func send(_ topic: String, _ round: Int, _ payload: String) {
    messages.append(
      ObservedMessage(topic: topic, payload: Array(payload.utf8), received: time(round) + .milliseconds(120)))
  }

  static func time(_ path: String, _ format: TimestampMapping.Format) -> TimestampMapping {
    TimestampMapping(path: FieldPath(path.split(separator: ".").map(String.init)), format: format)
  }

  mutating func each(_ topics: [String], _ truth: Truth, _ payload: (inout MixedPlant, Int, Int) -> String) {
    for (number, topic) in topics.enumerated() {
      self.truth[topic] = truth
      for round in 0..<Self.rounds { send(topic, round, payload(&self, number, round)) }
    }
  }

  func milliseconds(_ round: Int) -> Int64 { time(round).nanoseconds / 1_000_000 }
}
