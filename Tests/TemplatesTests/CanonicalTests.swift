import Crypto
import Telemetry
import Testing

@testable import Templates

@Suite("The canonical text")
struct CanonicalTests {
  @Test("loading it gives an equal site, without template folders")
  func roundTrip() throws {
    let site = try load(baseConfiguration)
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site)
    #expect(again.canonicalText == site.canonicalText)
    #expect(site.hash.count == 64)
  }

  @Test("spelling, order, units and comments do not matter; settings do")
  func sameMeaning() throws {
    let site = try load(baseConfiguration)
    let other =
      baseConfiguration
      .replacing("keep-alive: 30 s", with: "keep-alive: 0.5 min # half a minute")
      .replacing("gateway:\n  id: test\n  data: data/test", with: "gateway: { data: data/test, \"id\": 'test' }")
      .replacing("unit: Wh,", with: "unit: W·h,")
      .replacing("630 kW", with: "0.63 MW")
      .replacing("plausibility-factor: 1.2", with: "plausibility-factor: 1.20")
      .replacing("{ size: 4 GB, age: 30 d }", with: "{ age: 720 h, size: 4000 MB }")
    #expect(other != baseConfiguration)
    #expect(try load(other) == site)
    #expect(try load(baseConfiguration.replacing("630 kW", with: "631 kW")).hash != site.hash)
  }

  /// Every setting that an asset can change, in combinations drawn at random.
  @Test("random assets survive the round trip", arguments: 0..<40)
  func randomAssets(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var text = """
      gateway: { id: g }
      zone: UTC
      brokers:
        - { name: a, host: h }
        - { name: b, host: h, port: 9000, tls: true }
      assets:

      """
    for index in 0..<12 { text += Self.asset(index, &random) }
    let site = try load(text)
    #expect(site.assets.count == 12)
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site)
  }

  private static func asset(_ index: Int, _ random: inout SplitMix64) -> String {
    func pick(_ options: [String]) -> String { options[Int(random.next() % UInt64(options.count))] }
    let template = pick(["three-phase-meter", "rotating-machine", "vision-station"])
    var lines = ["id: a\(index)", "template: \(template)", "topic: \"t/{id}\"", "broker: \(pick(["a", "b"]))"]
    lines.append(pick(["name: 'Press \"3\" 压机 \\ x'", "name: plain", "place: s", "place: s/a/l/c"]))
    lines.append(pick(["criticality: safety", "rated-power: 55.50 kW", "expected-interval: 7 s"]))
    lines.append(
      pick(["clock: receive-time", "clock: { ahead: 90 s }", "clock: { behind: 1.5 h }", "clock: trust-device"]))
    lines.append(pick(["timestamp: none", "timestamp: { path: a.b, format: epoch-s }", "# as the template says"]))
    switch template {
    case "three-phase-meter":
      let energy = pick([
        "none", "{ topic: 'x/{id}' }", "{ resolution: 0.1, modulus: 999999.9 }", "{ unit: MJ, path: 'a[0].b' }",
        "{ modulus: 1e6, required: false, range: [none, 5.5] }", "{ quality: { duplicate-count: 5 } }",
      ])
      lines.append("signals:\n      active-energy: \(energy)")
      lines.append("  voltage-1: { range: [1e-3, 1e21], expected-interval: 90 s }")
    case "rotating-machine":
      let state = pick(["none", "{ states: { running: [\"1\", on], idle: [] } }", "{ topic: 'y/{id}', path: z }"])
      lines.append("signals:\n      state: \(state)")
      lines.append(
        "  temperature: \(pick(["{ unit: °F }", "{ unit: K, topic: 'z/{id}' }", "none", "{ quality: off }", "{ quality: { off: [spike, gap], stuck-after: 2 h } }", "{ quality: { maximum-rate: 5.50 per min, learn: 2 d, off: none } }"]))"
      )
    default:
      lines.append(pick(["message-id: none", "message-id: deep.id", "# kept"]))
      let verdict = pick(["result.v", "{ required: false }", "{ words: { OK: [o, \"0\"], NG: [] }, path: q }"])
      lines.append("signals: { inspection: { attributes: { verdict: \(verdict), model: m.n } } }")
    }
    return "  - " + lines.joined(separator: "\n    ") + "\n"
  }

  @Test("no secret and no comment gets into it")
  func noSecrets() throws {
    let text = try load(baseConfiguration.replacing("zone:", with: "# hidden remark\nzone:")).canonicalText
    #expect(!text.contains("hidden"))
    #expect(text.contains("\"password-env\": \"SECRET\""))
  }
}
