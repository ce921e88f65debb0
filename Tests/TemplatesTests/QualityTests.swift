import Telemetry
import Testing

@testable import Templates

@Suite("Data quality and clocks in the configuration")
struct QualityConfigurationTests {
  private static let press = "topic: plant/{area}/{id}\n    - id: vision-1"

  /// The press of the base configuration with more keys; `templates` in the same file.
  private func site(_ keys: String, top: String = "") throws -> Site {
    try load(text(keys, top: top))
  }

  private func text(_ keys: String, top: String = "") -> String {
    top
      + baseConfiguration.replacing(
        "template: rotating-machine", with: "template: rotating-machine\n    " + keys)
  }

  @Test("the site's thresholds, and a signal's on top of them")
  func thresholds() throws {
    let site = try site(
      "signals: { temperature: { quality: { stuck-after: 2 h, spike-factor: 40, off: [gap] } } }",
      top: "quality: { stuck-after: 1 h, noise-factor: 9.50, off: [spike] }\n")
    #expect(site.quality.time(.stuckAfter) == .hours(1))
    #expect(site.quality.number(.noiseFactor) == 9.5)
    #expect(site.quality.time(.flatAfter) == .minutes(30))
    #expect(site.quality.off == [.spike])
    let press = try #require(site.assets.first { $0.id == "press-1" })
    let temperature = try #require(press.signals.first { $0.name == "temperature" })
    let own = site.quality.changed(by: temperature.quality)
    #expect(own.time(.stuckAfter) == .hours(2))
    #expect(own.number(.spikeFactor) == 40)
    #expect(own.number(.noiseFactor) == 9.5)
    #expect(own.off == [.gap, .spike])
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test("absent = the product's choice, and everything can be switched off")
  func defaults() throws {
    #expect(try load(baseConfiguration).quality == .standard)
    #expect(try site("", top: "quality: off\n").quality.off == Set(QualityReason.allCases))
  }

  @Test("every template with regular signals says where its physics is not that of the defaults, and why")
  func shipped() throws {
    for entry in try TemplateLibrary.load(devices: [shippedTemplates]).entries {
      let text = try String(contentsOfFile: "\(shippedTemplates)/\(entry.name).yaml", encoding: .utf8)
      guard entry.parent == nil else { continue }
      #expect(text.contains("Data quality"), "\(entry.name)")
      #expect(text.contains("quality: {") == !text.contains("kind: event"), "\(entry.name)")
    }
  }

  @Test("what is shown has the thresholds with the file and line of each")
  func shown() throws {
    let library = try TemplateLibrary.load(devices: [shippedTemplates])
    let furnace = try #require(library.effective("furnace")).text
    #expect(furnace.contains("      flat-after: 12 h"))
    #expect(furnace.contains("/furnace.yaml:"))
    let asset = try SiteLoader.effectiveTemplate(
      ofAsset: "press-1",
      text: baseConfiguration.replacing(
        "template: rotating-machine",
        with: "template: rotating-machine\n    signals: { temperature: { quality: { flat-after: 9 h } } }"),
      file: "plant.yaml", devices: [shippedTemplates]
    ).template
    let lines = try #require(asset).text.split(separator: "\n").map(String.init)
    let stuck = try #require(lines.first { $0.contains("stuck-after: 2 h") })
    let flat = try #require(lines.first { $0.contains("flat-after: 9 h") })
    #expect(stuck.contains("rotating-machine.yaml:") && flat.contains("plant.yaml:"))
  }

  @Test("detectors that a signal switches off are off beside those of the site; `none` takes all of them")
  func off() throws {
    func off(_ keys: String) throws -> Set<QualityReason> {
      let site = try site("signals: { temperature: { quality: { \(keys) } } }", top: "quality: { off: [spike] }\n")
      let press = try #require(site.assets.first { $0.id == "press-1" })
      let signal = try #require(press.signals.first { $0.name == "temperature" })
      return site.quality.changed(by: signal.quality).off
    }
    #expect(try off("off: [gap]") == [.gap, .spike])
    #expect(try off("off: none") == [])
    #expect(try off("stuck-after: 1 h") == [.spike])
  }

  @Test("a template says it, an asset takes it back")
  func templates() throws {
    let template = """
      templates:
        pair:
          signals:
            a:
              kind: gauge
              unit: °C
              path: a
              expected-interval: 10 s
              quality: { siblings: [b], sibling-tolerance: 2.0, maximum-rate: 5/min, off: [spike] }
            b: { kind: gauge, unit: °C, path: b, expected-interval: 10 s }

      """
    let own = try load(template + baseConfiguration.replacing("rotating-machine", with: "pair"))
    let press = try #require(own.assets.first { $0.id == "press-1" })
    #expect(press.signals[0].quality.siblings == ["b"])
    #expect(press.signals[0].quality.siblingTolerance == ScaledInteger(2))
    #expect(press.signals[0].quality.maximumRate == RateLimit(amount: ScaledInteger(5), per: .minute))
    #expect(try SiteLoader.load(canonicalText: own.canonicalText) == own)

    let changed = try load(
      template
        + baseConfiguration.replacing(
          "template: rotating-machine",
          with: "template: pair\n    signals: { a: { quality: { siblings: none, maximum-rate: none, off: none } } }"))
    let other = try #require(changed.assets.first { $0.id == "press-1" })
    #expect(other.signals[0].quality.siblings.isEmpty)
    #expect(other.signals[0].quality.maximumRate == nil)
    #expect(other.signals[0].quality.off == [])
    #expect(try SiteLoader.load(canonicalText: changed.canonicalText) == changed)
  }

  @Test(
    "clock policies",
    arguments: [
      ("trust-device", .trustDevice), ("receive-time", .receiveTime),
      ("{ ahead: 1 h }", .correctSkew(ahead: .hours(1))),
      ("{ behind: 1.5 s }", .correctSkew(ahead: Span64(nanoseconds: -1_500_000_000))),
    ] as [(String, ClockPolicy)])
  func clocks(text: String, policy: ClockPolicy) throws {
    let site = try site("clock: \(text)")
    #expect(site.assets.filter { $0.clock == policy && $0.id.hasPrefix("press") }.count == 3)
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test(
    "mistakes",
    arguments: [
      ("clock: receive-tim", "must be trust-device", "\"receive-time\""),
      ("clock: correct-skew", "group with `ahead`", "ahead: 1 h"),
      ("clock: { ahead: 1 h, behind: 2 h }", "ahead and behind", "Keep one"),
      ("clock: {}", "\"ahead\" is missing", "behind: 90 s"),
      ("clock: { ahaed: 1 h }", "unknown key \"ahaed\"", "\"ahead\""),
      ("signals: { temperature: { quality: { stuck-aftr: 1 h } } }", "unknown key \"stuck-aftr\"", "\"stuck-after\""),
      ("signals: { temperature: { quality: { stuck-after: 5 } } }", "length of time", "a unit"),
      ("signals: { temperature: { quality: { spike-factor: 1 } } }", "number from 2 to 1000", "25"),
      ("signals: { temperature: { quality: { off: [spikes] } } }", "reason to doubt data", "\"spike\""),
      ("signals: { temperature: { quality: { maximum-rate: 5 } } }", "rate of change", "5 per min"),
      (
        "signals: { temperature: { quality: { siblings: [vibration] } } }", "how far they may differ",
        "sibling-tolerance"
      ),
      (
        "signals: { temperature: { quality: { siblings: [vibration], sibling-tolerance: 1 } } }", "is in mm/s",
        "same unit"
      ),
      (
        "signals: { temperature: { quality: { siblings: [tmperature], sibling-tolerance: 1 } } }",
        "cannot be a sibling",
        "gauge of the asset"
      ),
      ("signals: { state: { quality: { maximum-rate: 5 per s } } }", "only gauges", "Remove"),
    ])
  func mistake(keys: String, message: String, remedy: String) throws {
    let errors = mistakes(text(keys))
    let found = try #require(
      errors.first { $0.message.contains(message) }, "\(errors.map(\.message))")
    #expect(found.suggestion.contains(remedy), "\(found.suggestion)")
  }
}
