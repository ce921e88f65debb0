import Telemetry
import Testing

@testable import Templates

@Suite("Lines of the bearing on the plate")
struct BearingLineTests {
  private func text(line: String, asset: String) -> String {
    """
    gateway: { id: g }
    zone: UTC
    broker: { host: h }
    destinations: []
    templates:
      probe:
        timestamp: { path: ts, format: epoch-ms }
        signals:
          envelope-bpfo: { kind: gauge, unit: g, path: data, expected-interval: 1 h, waveform: { encoding: json,
            sample-rate: 12 kHz, unit: g, feature: envelope-line, band: [2 kHz, 5 kHz], line: \(line) } }
    assets:
      - { id: m1, template: probe, topic: t, \(asset) }
    """
  }

  private func waveform(_ site: Site) throws -> WaveformMapping {
    try #require(site.assets.first?.topics.first?.fields.first?.waveform)
  }

  /// Case Western Reserve University prints 3.5848, 5.4152, 0.39828 and 2.3567 (half of 4.7135) for this bearing.
  @Test(
    "the frequency follows from bearing and speed, and is read back from the canonical text",
    arguments: [("bpfo", 107.365), ("bpfi", 162.185), ("ftf", 11.929), ("bsf", 70.583)])
  func frequencies(line: String, hertz: Double) throws {
    let site = try load(
      text(line: line, asset: "nameplate: { bearing: \"6205\", speed: 1797 rpm }"), devices: [shippedTemplates])
    let found = try waveform(site)
    #expect(abs((found.line?.doubleValue ?? 0) - hertz) < 0.003, "\(found.line?.description ?? "none")")
    #expect(found.bearingLine?.rawValue == line)
    #expect(try load(site.canonicalText, devices: []) == site)
  }

  @Test("the contact angle of a bearing brings its lines nearer to the middle of its balls' passing")
  func contactAngle() throws {
    let (ball, pitch) = (try #require(ScaledInteger("8")), try #require(ScaledInteger("40")))
    var bearing = ConditionTable.Bearing(name: "b", balls: 12, ball: ball, pitch: pitch, status: .verified)
    #expect(abs(BearingGeometry(bearing).bpfo - 4.8) < 1e-12)
    bearing.angle = ScaledInteger("40")
    // 12/2·(1 − 0.2·cos 40°)
    #expect(abs(BearingGeometry(bearing).bpfo - 5.08075) < 1e-5)
  }

  @Test("a frequency needs no plate")
  func plain() throws {
    let site = try load(text(line: "107.4 Hz", asset: "place: x"), devices: [shippedTemplates])
    #expect(try waveform(site).line?.description == "107.4" && waveform(site).bearingLine == nil)
  }

  @Test(
    "what is missing is named",
    arguments: [
      ("bpfo", "place: x", "follows from bearing and speed"),
      ("bpfo", "nameplate: { bearing: \"6205\" }", "follows from bearing and speed"),
      ("bpfo", "nameplate: { bearing: \"6204\", speed: 1480 rpm }", "not in the table of limits"),
      ("bpf", "place: x", "a line of the bearing"),
    ])
  func mistakesOfLines(line: String, asset: String, words: String) {
    let found = mistakes(text(line: line, asset: asset), devices: [shippedTemplates])
    #expect(found.count == 1 && found[0].message.contains(words), "\(found)")
  }
}
