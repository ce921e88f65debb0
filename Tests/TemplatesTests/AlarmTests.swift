import Telemetry
import Testing

@testable import Templates

/// `alarm:` of a signal.
@Suite("Limits that people are warned of") struct AlarmTests {
  private static let text = """
    templates:
      oven:
        summary: An oven
        payload: json
        timestamp: none
        signals:
          temperature: { kind: gauge, unit: °C, expected-interval: 10 s, range: [-40, 300], alarm: [none, 250] }
          pressure: { kind: gauge, unit: bar, expected-interval: 10 s }
          door: { kind: state, expected-interval: 10 s, states: { open: [], shut: [] } }

    """

  private func site(_ text: String, signals: String) throws(ConfigurationErrors) -> Site {
    let asset = "  - { id: oven-1, place: cq/hall-1, template: oven, topic: oven/1, signals: \(signals) }\n"
    return try SiteLoader.load(
      text: baseConfiguration + asset + text, file: "test.yaml", devices: [packageRoot + "/Devices"], checkFiles: false)
  }

  private func alarms(_ site: Site) throws -> [SignalAlarm] {
    try #require(site.assets.first { $0.id == "oven-1" }).signals.map(\.alarm)
  }

  @Test(arguments: [
    ("{}", [SignalAlarm(low: nil, high: 250), .none, .none]),
    ("{ temperature: { alarm: none } }", [.none, .none, .none]),
    ("{ temperature: { alarm: [20, 200.5] } }", [SignalAlarm(low: 20, high: 200.5), .none, .none]),
    (
      "{ pressure: { alarm: [5.5, none] } }",
      [SignalAlarm(low: nil, high: 250), SignalAlarm(low: 5.5, high: nil), .none]
    ),
  ])
  func isReadAndReadAgain(_ signals: String, _ expected: [SignalAlarm]) throws {
    let site = try site(Self.text, signals: signals)
    #expect(try alarms(site) == expected)
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site && again.canonicalText == site.canonicalText)
  }

  @Test(arguments: [
    ("{ temperature: { alarm: 80 } }", "a list of two numbers", "alarm: [none, 80]"),
    ("{ temperature: { alarm: [90, 80] } }", "90.0 is not below 80.0", "lower value first"),
    ("{ temperature: { alarm: [none, 300] } }", "never reached", "inside of the range"),
    ("{ temperature: { alarm: [hot, 80] } }", "a number or `none`", "0"),
    ("{ door: { alarm: [none, 1] } }", "only a gauge has limits", "Remove this line"),
  ])
  func aSlipNamesTheRemedy(_ signals: String, _ message: String, _ remedy: String) throws {
    let errors = #expect(throws: ConfigurationErrors.self) { try site(Self.text, signals: signals) }
    let error = try #require(errors?.errors.first)
    #expect(error.message.contains(message) && error.suggestion.contains(remedy), "\(error)")
  }
}
