import Discovery
import Templates
import TestSupport
import Testing

/// Adding to a configuration: everything that was there stays as it was.
@Suite struct SiteEditTests {
  private static let head = """
    gateway: { id: plant-1, data: data }
    zone: Asia/Shanghai
    broker: { host: 127.0.0.1, port: 1883 }
    destinations:
      - { name: archive, file: { path: data/records.jsonl }, records: all, assets: ["*"] }

    """

  private func writer() throws -> FragmentWriter {
    FragmentWriter(try Reference.discovery().report(MixedPlant(seed: 9).observations), threshold: 0.7)
  }

  private func check(_ text: String, _ result: String, assets: Int) throws {
    let site = try SiteLoader.load(text: result, file: "site.yaml", devices: [ReferenceDevices.folder])
    #expect(site.assets.count > assets)
    // Every line is still there, in its order.
    var rest = result.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
    for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) where !line.isEmpty {
      guard let index = rest.firstIndex(of: line) else {
        Issue.record("lost: \(line)")
        return
      }
      rest = rest[(index + 1)...]
    }
  }

  @Test(
    "to assets at the end, in the middle, not indented, with a comment behind, with Windows line ends",
    arguments: [
      "assets:\n  - { id: m1, template: rotating-machine, topic: m1 }\n",
      "assets:\n- id: m1\n  template: rotating-machine\n  topic: m1\n# the end\nstorage:\n  reserve: 16 MB\n",
      "templates:\n    own:\n        signals:\n            t: { kind: gauge, unit: °C, path: t, expected-interval: 1 s }\n"
        + "assets:\n    - { id: m1, template: own, topic: m1 }\n\n# Control\ncontrol: { metrics-port: 0 }\n",
      "assets:   # all of them\r\n  - { id: m1, template: rotating-machine, topic: m1 }\r\n",
    ])
  func existing(_ tail: String) throws {
    let text = (tail.contains("\r\n") ? Self.head.replacing("\n", with: "\r\n") : Self.head) + tail
    let edit = try SiteEdit(adding: try writer(), to: text)
    try check(text, edit.text, assets: 1)
    #expect(edit.difference.split(separator: "\n").allSatisfy { "+ @".contains($0.prefix(1)) })
    if tail.contains("\r\n") {
      #expect(!edit.text.replacing("\r\n", with: "").contains("\n"))
    }
  }

  @Test("to a configuration without assets")
  func none() throws {
    try check(Self.head, try SiteEdit(adding: try writer(), to: Self.head).text, assets: 0)
    let empty = Self.head + "assets: []\n"
    let result = try SiteEdit(adding: try writer(), to: empty)
    _ = try SiteLoader.load(text: result.text, file: "site.yaml", devices: [ReferenceDevices.folder])
    #expect(result.difference.contains("- assets: []"))
  }

  @Test("entries in one line are refused with the remedy")
  func flow() throws {
    let text = Self.head + "assets: [{ id: m1, template: rotating-machine, topic: m1 }]\n"
    let writer = try writer()
    #expect(throws: SiteEdit.Obstacle.self) { try SiteEdit(adding: writer, to: text) }
  }

  @Test("what was added is known the next time")
  func twice() throws {
    let plant = MixedPlant(seed: 9)
    let text = Reference.newSite.text(try writer())
    let site = try SiteLoader.load(text: text, file: "site.yaml", devices: [ReferenceDevices.folder])
    let discovery = Discovery(
      vocabulary: try Vocabulary.load(path: Reference.vocabulary), templates: [], known: Discovery.Known(site))
    let report = discovery.report(plant.observations)
    #expect(!report.isUsable && report.knownTopics >= 60)
  }
}
