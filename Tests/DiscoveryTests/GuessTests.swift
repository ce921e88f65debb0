import Foundation
import Ingest
import Journal
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

  // MARK: Amounts

  private func whole(_ topic: String = "meters/p1", _ payload: (Int, Timestamp) -> String) throws -> DiscoveryReport {
    var observations = Observations()
    for round in 0..<10 {
      let time = Self.start + .seconds(Int64(round) * 5)
      observations.add(ObservedMessage(topic: topic, payload: Array(payload(round, time).utf8), received: time))
    }
    return try Reference.discovery().report(observations)
  }

  private func site(_ report: DiscoveryReport) throws -> Site {
    let text = Reference.newSite.text(FragmentWriter(report, threshold: 0.7))
    return try SiteLoader.load(text: text, file: "found.yaml", devices: [ReferenceDevices.folder])
  }

  /// Of the entries that are no comments.
  private func assets(_ report: DiscoveryReport) throws -> [Asset] {
    FragmentWriter(report, threshold: 0.7).isUsable ? try site(report).assets : []
  }

  private static let amounts = [125, 80, 97, 97, 141, 60, 12, 130, 99, 101]

  @Test("what was counted since the last message is told by its name, or because it falls again and again")
  func amounts() throws {
    for name in ["energy_delta_wh", "wh"] {
      let report = try whole { round, time in
        #"{"ts":\#(time.nanoseconds / 1_000_000),"\#(name)":\#(Self.amounts[round])}"#
      }
      let asset = try #require(try site(report).assets.first, "\(text(report))")
      #expect(asset.template == "pulse-meter")
      #expect(asset.topics[0].fields.map(\.payloadUnit) == ["Wh"])
      #expect(asset.topics[0].fields.map(\.path.joined) == [name])
    }
  }

  @Test("where it could be a counter that is set back, or a message be counted twice, it is unsure")
  func unsureAmounts() throws {
    let falling = try whole { round, time in
      #"{"ts":\#(time.nanoseconds / 1_000_000),"energy_kwh":\#(Self.amounts[round])}"#
    }
    #expect(try assets(falling).isEmpty, "\(text(falling))")
    #expect(text(falling).contains("set back"))
    let undated = try whole { round, _ in #"{"energy_delta_wh":\#(Self.amounts[round])}"# }
    #expect(try assets(undated).isEmpty)
    #expect(text(undated).contains("counted twice"))
    // A counter stays a counter.
    let counter = try whole { round, time in
      #"{"ts":\#(time.nanoseconds / 1_000_000),"wh":\#(125_000 + 80 * round)}"#
    }
    #expect(try assets(counter).allSatisfy { $0.template != "pulse-meter" })
  }

  // MARK: Waveforms

  private static func points(_ round: Int, _ count: Int) -> [Double] {
    (0..<count).map { Double(($0 * 37 + round * 11) % 101 - 50) / 100 }
  }

  private static func base64(_ points: [Double], floats: Bool) -> String {
    let bytes = points.flatMap { point -> [UInt8] in
      let bits = floats ? Float(point).bitPattern : UInt32(UInt16(bitPattern: Int16(point * 1000)))
      return (0..<(floats ? 4 : 2)).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
    }
    return Data(bytes).base64EncodedString()
  }

  @Test("records of vibration whose unit and rate the payload says are read")
  func waveforms() throws {
    for floats in [nil, true] as [Bool?] {
      let report = try whole("plant/pump-3/vib") { round, time in
        let points = Self.points(round, 1024)
        let data = floats == nil ? "\(points)" : "\"\(Self.base64(points, floats: true))\""
        return #"{"ts":\#(time.nanoseconds / 1_000_000),"sample_rate":5120,"acc_g":\#(data)}"#
      }
      let site = try site(report)
      let asset = try #require(site.assets.first, "\(text(report))")
      #expect(asset.template == "vibration-waveform")
      let waveform = try #require(asset.topics[0].fields.first?.waveform)
      #expect(waveform.encoding == (floats == nil ? .numbers : .float32) && waveform.unit == "g")
      #expect(waveform.scale == ScaledInteger(1) && waveform.sampleRate == .field(FieldPath(["sample_rate"])))
      let decoder = Decoder(
        site: site, catalog: SeriesCatalog(site: site), connection: ConnectionID(1),
        connectionName: site.connections[0].name)
      var batch = Batch()
      let data = floats == nil ? "\(Self.points(0, 1024))" : "\"\(Self.base64(Self.points(0, 1024), floats: true))\""
      decoder.decode(
        ObservedMessage(
          topic: "plant/pump-3/vib",
          payload: Array(
            #"{"ts":\#(Self.start.nanoseconds / 1_000_000),"sample_rate":5120,"acc_g":\#(data)}"#.utf8),
          received: Self.start), into: &batch)
      #expect(batch.quarantined.isEmpty && batch.samples.count == 4 && batch.samples.allSatisfy { $0.quality == .good })
    }
  }

  @Test(
    "what the payload does not say of a record is asked for",
    arguments: [
      ("int16", "data sheet"), ("no unit", "nothing tells the unit"), ("no rate", "does not say the sample rate"),
      ("short", "too short"),
    ])
  func unsureWaveforms(what: String, word: String) throws {
    let report = try whole("plant/pump-3/vib") { round, time in
      let points = Self.points(round, what == "short" ? 64 : 1024)
      let data = what == "int16" ? "\"\(Self.base64(points, floats: false))\"" : "\(points)"
      let rate = what == "no rate" ? "" : #""fs":5120,"#
      return #"{"ts":\#(time.nanoseconds / 1_000_000),\#(rate)"\#(what == "no unit" ? "data" : "acc_g")":\#(data)}"#
    }
    let text = text(report)
    #expect(text.contains(word), "\(text)")
    let found = try assets(report).flatMap(\.topics).flatMap(\.fields)
    // A record that is too short for the band still has a peak.
    #expect(found.isEmpty == (what != "short"), "\(text)")
    #expect(!found.contains { $0.waveform?.feature == .rmsVelocity })
  }
}
