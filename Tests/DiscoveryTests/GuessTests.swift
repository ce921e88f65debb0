import Telemetry
import Templates
import TestSupport
import Testing

@testable import Discovery

/// One topic at a time: what is guessed, and what is said to be unsure.
@Suite struct GuessTests {
  private static let start = Timestamp(seconds: 1_795_226_100)

  /// The report of one topic's messages, five seconds apart.
  private func report(
    _ topic: String = "plant/m1", retained: Bool = false, count: Int = 8, _ payload: (Int, Timestamp) -> String
  ) throws -> DiscoveryReport {
    var observations = Observations()
    for round in 0..<count {
      let time = Self.start + .seconds(Int64(round) * 5)
      observations.add(
        ObservedMessage(topic: topic, payload: Array(payload(round, time).utf8), received: time, isRetained: retained))
    }
    let templates = try FixedTemplates()
    return try Reference.discovery(devices: [templates.folder]).report(observations)
  }

  private func text(_ report: DiscoveryReport) -> String { FragmentWriter(report, threshold: 0.7).text() }

  @Test(
    "time formats are told by the time of arrival",
    arguments: [
      (1_000_000_000, 0, "epoch-s"), (1_000_000, 0, "epoch-ms"), (1000, 0, "epoch-us"), (1, 0, "epoch-ns"),
      (1_000_000, -60, "epoch-ms"),
    ] as [(Int64, Int64, String)])
  func epochs(_ divisor: Int64, _ skew: Int64, _ format: String) throws {
    let text = text(
      try report { _, time in
        #"{"when":\#((time + .seconds(skew)).nanoseconds / divisor),"temperature":61,"vibration":2.5,"current":40}"#
      })
    #expect(text.contains("timestamp: { path: when, format: \(format) }"), "\(text)")
  }

  @Test("a clock that is far off is not used, and the remedy is said")
  func clock() throws {
    let text = text(
      try report { round, _ in
        #"{"ts":\#(1_577_836_800_000 + round * 5000),"temperature":61,"vibration":2.5,"current":40}"#
      })
    #expect(text.contains("timestamp: none"))
    #expect(text.contains("# timestamp: { path: ts, format: epoch-ms }"))
    #expect(text.contains("clock is") && text.contains("behind"))
  }

  @Test("a time without offset is the plant's local time only if it agrees", arguments: [28800, 3600])
  func local(_ offset: Int) throws {
    let text = text(
      try report { _, time in
        #"{"time":"\#(time.rfc3339(offsetSeconds: offset).prefix(19))","temperature":61,"vibration":2.5,"current":40}"#
      })
    // The plant of these tests is in Shanghai.
    let line = "timestamp: { path: time, format: iso8601-local }"
    #expect(text.contains("    \(line)") == (offset == 28800), "\(text)")
    #expect(text.contains("# \(line)") == (offset != 28800))
  }

  @Test("lines without headings are not guessed")
  func columns() throws {
    let report = try report { round, _ in "\(round);61.5;2.3" }
    #expect(report.assets.isEmpty && report.notes.count == 1)
  }

  @Test("power without a unit: voltage × current decides, and without them it stays unsure")
  func power() throws {
    let known = text(
      try report { _, _ in #"{"power":212.4,"v1":230,"v2":230,"v3":230,"i1":320,"i2":321,"i3":322,"temperature":40}"# })
    #expect(known.contains("kW agrees with voltage × current"))
    let unknown = text(try report { _, _ in #"{"power":212.4,"temperature":40}"# })
    #expect(unknown.contains("unsure 0.40") && unknown.contains("could be kW or W"))
    #expect(!unknown.split(separator: "\n").contains { $0.hasPrefix("      active-power:") })
  }

  @Test("a counter without a unit: its growth decides")
  func energy() throws {
    let text = text(
      try report { round, _ in #"{"energy":\#(5000 + round * 10),"power_kw":7.2,"temperature":40}"# })
    // 7.2 kW for 5 s are 10 Wh.
    #expect(text.contains("its growth in Wh agrees with power × time"), "\(text)")
  }

  @Test("a counter that falls is no register")
  func falling() throws {
    let text = text(try report { round, _ in #"{"energy_kwh":\#(5000 - round),"temperature":40}"# })
    #expect(text.contains("but it went down"))
    #expect(!text.split(separator: "\n").contains { $0.contains("counts:") && !$0.contains("#") })
  }

  @Test("a named unit that makes no sense is doubted")
  func absurd() throws {
    let text = text(try report { _, _ in #"{"power_kw":230000,"temperature":40}"# })
    #expect(text.contains("far beyond the usual"))
  }

  @Test("words that nothing explains are shown, not guessed")
  func words() throws {
    let text = text(
      try report { round, _ in
        #"{"temperature":61,"vibration":2.5,"current":40,"state":"\#(round < 4 ? "RUN" : "MODE_7")"}"#
      })
    #expect(text.contains("state: none") && text.contains("nothing explains MODE_7"))
  }

  @Test("topics of brokers and of the gateway itself are left alone; known ones are not proposed again")
  func known() throws {
    var observations = Observations()
    for topic in ["$SYS/broker/uptime", "weir/plant-1/state", "plant/m1"] {
      observations.add(
        ObservedMessage(topic: topic, payload: Array(#"{"temperature":61}"#.utf8), received: Self.start))
    }
    #expect(observations.topicCount == 1)
    var known = Discovery.Known()
    known.topics = ["plant/m1"]
    let discovery = Discovery(
      vocabulary: try Vocabulary.load(path: Reference.vocabulary), templates: [], known: known)
    let report = discovery.report(observations)
    #expect(report.knownTopics == 1 && report.assets.isEmpty && !report.isUsable)
  }

  @Test(
    "what is neither JSON nor values is named, never guessed",
    arguments: ["<xml/>", "hello, this is a long sentence.", ""])
  func foreign(_ payload: String) throws {
    let report = try report { _, _ in payload }
    #expect(report.assets.isEmpty && report.notes.count == 1)
  }

  @Test("hostile payloads and topics do no harm", arguments: [UInt64(11), 12])
  func hostile(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let plant = MixedPlant(seed: seed)
    var observations = Observations()
    for message in plant.messages {
      var message = message
      for _ in 0..<Int.random(in: 0...4, using: &random) where !message.payload.isEmpty {
        message.payload[Int.random(in: message.payload.indices, using: &random)] = UInt8.random(
          in: .min ... .max, using: &random)
      }
      if Int.random(in: 0..<20, using: &random) == 0 { message.topic += "/\"{n}: #" }
      observations.add(message)
    }
    let report = try Reference.discovery().report(observations)
    let text = Reference.newSite.text(FragmentWriter(report, threshold: 0.7))
    if report.isUsable {
      #expect(throws: Never.self) {
        try SiteLoader.load(text: text, file: "found.yaml", devices: [ReferenceDevices.folder])
      }
    }
  }
}
