import Discovery
import Ingest
import Journal
import Telemetry
import Templates
import TestSupport
import Testing

enum Reference {
  static let vocabulary: String = {
    // Tests/DiscoveryTests/MixedPlantTests.swift
    let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return package.joined(separator: "/") + "/Config/discovery.yaml"
  }()

  static func discovery(devices: [String] = [ReferenceDevices.folder]) throws -> Discovery {
    Discovery(
      vocabulary: try Vocabulary.load(path: vocabulary),
      templates: try SiteLoader.templates(text: "", file: "-", devices: devices), zoneOffset: 28800)
  }

  static let newSite = NewSite(
    host: "127.0.0.1", port: 1883, username: nil, passwordEnvironment: nil, zone: "Asia/Shanghai")
}

@Suite struct MixedPlantTests {
  @Test("most of a mixed plant is right at the first guess, nothing is silently wrong", arguments: [UInt64(1), 2, 3])
  func mixed(_ seed: UInt64) throws {
    // The catalogue grows; which template is right is known for these.
    let devices = try FixedTemplates()
    let plant = MixedPlant(seed: seed)
    #expect(plant.truth.count >= 60)
    #expect(Set(plant.truth.values.map(\.shape)).count >= 12)
    let site = try Self.site(plant, devices: devices.folder)
    let outcome = try Self.judge(site, plant)
    #expect(outcome.wrong.isEmpty)
    #expect(outcome.right * 10 >= plant.truth.count * 9, "right: \(outcome.right); not: \(outcome.imperfect)")
    Self.decode(plant, site)
  }

  @Test("with the whole catalogue nothing is silently wrong either, and every message goes through")
  func catalogue() throws {
    let plant = MixedPlant(seed: 5)
    let site = try Self.site(plant, devices: ReferenceDevices.folder)
    #expect(try Self.judge(site, plant).wrong.isEmpty)
    Self.decode(plant, site)
  }

  private static func site(_ plant: MixedPlant, devices: String) throws -> Site {
    let report = try Reference.discovery(devices: [devices]).report(plant.observations)
    let text = Reference.newSite.text(FragmentWriter(report, threshold: 0.7))
    return try SiteLoader.load(text: text, file: "found.yaml", devices: [devices])
  }

  /// Topics that are right, those that are not complete, and what is used but is not what it is taken for.
  private static func judge(
    _ site: Site, _ plant: MixedPlant
  ) throws -> (right: Int, imperfect: [String], wrong: [String]) {
    var right = 0
    var imperfect: [String] = []
    var wrong: [String] = []
    for (topic, truth) in plant.truth.sorted(by: { $0.key < $1.key }) {
      let owners = site.assets.filter { $0.topics.contains { $0.topic == topic } }
      guard let asset = owners.first, let mapping = asset.topics.first(where: { $0.topic == topic }) else {
        if truth.isForeign { right += 1 } else { imperfect.append("\(topic): not mapped") }
        continue
      }
      #expect(!truth.isForeign && owners.count == 1)
      let mistakes = Self.mistakes(mapping, truth)
      wrong += mistakes.wrong.map { "\(topic): \($0)" }
      let isTemplate = truth.template.map { $0 == asset.template } ?? asset.template.hasPrefix("found-")
      if mistakes.wrong.isEmpty, mistakes.missing.isEmpty, isTemplate {
        right += 1
      } else {
        imperfect.append("\(topic): template \(asset.template), missing \(mistakes.missing)")
      }
    }
    return (right, imperfect, wrong)
  }

  /// The very messages go through.
  private static func decode(_ plant: MixedPlant, _ site: Site) {
    let decoder = Decoder(
      site: site, catalog: SeriesCatalog(site: site), connection: ConnectionID(1),
      connectionName: site.connections[0].name)
    var batch = Batch()
    for message in plant.messages where plant.truth[message.topic]?.isForeign == false {
      decoder.decode(message, into: &batch)
    }
    #expect(batch.quarantined.isEmpty, "\(batch.quarantined.prefix(3))")
    #expect(decoder.unknownTopics.messages.isEmpty)
    #expect(batch.counts.decoded == batch.counts.received && batch.counts.received >= 600)
    let bad = batch.samples.filter { $0.quality == .badDevice || $0.quality == .badOutOfRange }
    #expect(bad.isEmpty, "\(bad.prefix(3))")
  }

  /// What of a mapping is not so, and what is missing from it.
  private static func mistakes(_ mapping: TopicMapping, _ truth: MixedPlant.Truth) -> (
    wrong: [String], missing: [String]
  ) {
    var wrong: [String] = []
    var missing: [String] = []
    // A plain value has no path.
    func name(_ path: FieldPath) -> String { mapping.payload.format == .text ? "" : path.joined }
    for field in mapping.fields {
      let path = name(field.path)
      if truth.unknowable.contains(path) {
        wrong.append("\(path) is used as \(field.payloadUnit), but nobody can know it")
      } else if let unit = truth.fields[path] ?? truth.optional[path], unit != field.payloadUnit {
        wrong.append("\(path) is \(unit), not \(field.payloadUnit)")
      }
    }
    if let time = mapping.timestamp {
      if time != truth.time { wrong.append("time \(time)") }
    } else if truth.time != nil {
      missing.append("time")
    }
    let paths = Set(mapping.fields.map { name($0.path) })
    missing += truth.fields.keys.filter { !paths.contains($0) }.sorted()
    return (wrong, missing)
  }

  @Test("the same messages give the same answer in whatever order the topics come")
  func deterministic() throws {
    let plant = MixedPlant(seed: 4)
    let discovery = try Reference.discovery()
    let text = FragmentWriter(discovery.report(plant.observations), threshold: 0.7).text()
    var other = Observations()
    for message in plant.messages.sorted(by: { ($1.topic, $0.received) < ($0.topic, $1.received) }) {
      other.add(message)
    }
    #expect(FragmentWriter(discovery.report(other), threshold: 0.7).text() == text)
  }
}

extension Decoder {
  func decode(_ message: ObservedMessage, into batch: inout Batch) {
    Array(message.topic.utf8).withUnsafeBufferPointer { topic in
      message.payload.withUnsafeBufferPointer { payload in
        decode(topic: topic, payload: payload, received: message.received, into: &batch)
      }
    }
  }
}
