import Telemetry
import Testing

@testable import Templates

@Suite("What is different between two configurations")
struct DifferenceTests {
  private static let meters = """
    gateway: { id: g, data: d }
    zone: UTC
    broker: { host: h }
    assets:
      - { id: "meter-{n:03}", count: 900, place: s/hall, template: three-phase-meter, topic: "plant/{id}", rated-power: 250 kW }
      - { id: press, place: s/hall, template: rotating-machine, topic: plant/press }
    destinations:
      - { name: archive, file: { path: r.jsonl }, records: all, assets: ["*"] }
    """

  struct Case: Sendable, CustomTestStringConvertible {
    var from: String
    var to: String
    var lines: [String]
    var testDescription: String { "\(from) → \(to)" }
    init(_ from: String, _ to: String, _ lines: String...) {
      self.from = from
      self.to = to
      self.lines = lines
    }
  }

  @Test(
    "is said in plain lines, alike changes in one",
    arguments: [
      Case("zone: UTC", "zone:   'UTC'   # as before"),
      Case(
        "250 kW", "300 kW", "assets:", "  ~ meter-001, meter-002 … meter-900 (900 assets): rated-power: 250 kW → 300 kW"
      ),
      Case(
        "topic: \"plant/{id}\"", "topic: \"factory/{id}/data\"", "assets:",
        "  ~ meter-001, meter-002 … meter-900 (900 assets): topic: plant/{id} → factory/{id}/data"),
      Case("count: 900", "count: 902", "assets:", "  + meter-901, meter-902 (three-phase-meter)"),
      Case(
        "count: 900", "count: 890", "assets:",
        "  - meter-891, meter-892 … meter-900 (10 assets) (three-phase-meter)"),
      Case("id: press,", "id: press-1,", "assets:", "  - press (rotating-machine)", "  + press-1 (rotating-machine)"),
      Case(
        "id: press,", "id: press-1, formerly: press, criticality: high,", "assets:",
        "  ~ press is press-1 now, with its history", "  ~ press-1: criticality: (default) → high"),
      Case("zone: UTC", "zone: Asia/Shanghai", "zone:", "  ~ UTC → Asia/Shanghai"),
      Case(
        "host: h", "host: i, keep-alive: 60 s", "brokers:", "  ~ main: host: h → i",
        "  ~ main: keep-alive: 30 s → 1 min"),
      Case(
        "zone: UTC", "zone: UTC\nhorizons: { energy: { lateness: 2 min } }", "horizons:",
        "  ~ energy.lateness: 1 min → 2 min"),
      Case(
        "name: archive, file: { path: r.jsonl }", "name: copy, file: { path: r.jsonl }", "destinations:",
        "  - archive r.jsonl", "  + copy r.jsonl"),
      Case(
        "assets: [\"*\"]", "assets: [\"meter-*\", press]", "destinations:",
        "  ~ archive: assets: [*] → [meter-*, press]"),
      Case(
        "{ host: h }", "{ host: h, share: weir, rate-limit: { rate: 600 per min, burst: 50 } }", "brokers:",
        "  ~ main: rate-limit.burst: (default) → 50", "  ~ main: rate-limit.quiet: (default) → 10 min",
        "  ~ main: rate-limit.rate: (default) → 600 per 1 min", "  ~ main: share: (default) → weir"),
    ])
  func lines(_ test: Case) throws {
    let old = try load(Self.meters)
    let new = try load(Self.meters.replacing(test.from, with: test.to))
    #expect(SiteDifference(from: old, to: new).lines == test.lines)
    #expect(SiteDifference(from: new, to: new).isEmpty)
    #expect(SiteDifference(from: old, to: new).fixed.isEmpty)
  }

  @Test("the gateway's id and its directory stay")
  func fixed() throws {
    let old = try load(Self.meters)
    let id = SiteDifference(from: old, to: try load(Self.meters.replacing("id: g,", with: "id: k,")))
    #expect(id.fixed.count == 1 && id.fixed[0].contains("cannot become k"))
    #expect(id.lines == ["gateway:", "  ~ id: g → k", "brokers:", "  ~ main: client-id: weir-g → weir-k"])
    let data = SiteDifference(from: old, to: try load(Self.meters.replacing("data: d", with: "data: e")))
    #expect(data.fixed.count == 1 && data.fixed[0].contains("data directory"))
  }

  @Test("a change of a template is said once")
  func templates() throws {
    let inline = """

      templates:
        probe:
          summary: A probe
          signals:
            value: { kind: gauge, unit: °C, path: v, expected-interval: 1 s, range: [0, 9] }
      """
    let text =
      Self.meters.replacing(
        "destinations:", with: "  - { id: \"probe-{n}\", count: 7, template: probe, topic: \"x/{id}\" }\ndestinations:")
      + inline
    let difference = SiteDifference(
      from: try load(text), to: try load(text.replacing("range: [0, 9]", with: "range: [0, 10]")))
    #expect(
      difference.lines == [
        "templates in use:", "  ~ probe (7 assets): signals.value.range: [0.0, 9.0] → [0.0, 10.0]",
      ])
  }
}

@Suite("Former ids, shared subscriptions and rate limits")
struct ReloadSettingsTests {
  private static let base = """
    gateway: { id: g, data: d }
    zone: UTC
    broker: { host: h }
    assets:
      - { id: "m-{n}", count: 3, template: three-phase-meter, topic: "plant/{id}" }
      - { id: press, template: rotating-machine, topic: plant/press }
    """

  @Test("are kept in the canonical text")
  func roundTrip() throws {
    let text = Self.base.replacing("id: press,", with: "id: press, formerly: old.press,")
      .replacing("count: 3,", with: "count: 3, formerly: \"meter-{n:03}\",")
      .replacing("{ host: h }", with: "{ host: h, share: w, rate-limit: { rate: 10 per 15 s, quiet: 1 h } }")
    let site = try load(text)
    #expect(site.assets.map(\.formerly) == ["meter-001", "meter-002", "meter-003", "old.press"])
    #expect(site.connections[0].share == "w")
    #expect(
      site.connections[0].rateLimit
        == RateLimitSettings(messages: 10, per: .seconds(15), burst: 40, quiet: .hours(1)))
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    #expect(site.summaryLines.contains { $0.contains("shared subscription w") && $0.contains("10 per 15 s") })
    let plain = try load(Self.base)
    #expect(!plain.canonicalText.contains("\"share\"") && !plain.canonicalText.contains("formerly"))
  }

  @Test(
    "mistakes are explained",
    arguments: [
      ("id: press,", "id: press, formerly: press,", "is its id now"),
      ("id: press,", "id: press, formerly: m-2,", "is itself configured"),
      ("id: press,", "id: press, formerly: \"a b\",", "cannot have been the id"),
      ("count: 3,", "count: 3, formerly: old,", "goes to \"m-1\" already"),
      ("id: press,", "id: press, formely: old,", "unknown key \"formely\""),
      ("{ host: h }", "{ host: h, share: a/b }", "without blanks"),
      ("{ host: h }", "{ host: h, rate-limit: 5 }", "must be a group of keys"),
      ("{ host: h }", "{ host: h, rate-limit: { rate: 5 } }", "messages in a length of time"),
      ("{ host: h }", "{ host: h, rate-limit: { rate: 5 per week } }", "messages in a length of time"),
      ("{ host: h }", "{ host: h, rate-limit: { burst: 5 } }", "\"rate\" is missing"),
      ("{ host: h }", "{ host: h, rate-limit: { rate: 5 per s, bust: 5 } }", "unknown key \"bust\""),
      ("{ host: h }", "{ host: h, sparkplug: { groups: [p] }, share: w }", "cannot be used with Sparkplug"),
    ])
  func mistake(_ from: String, _ to: String, _ expected: String) {
    let found = mistakes(Self.base.replacing(from, with: to))
    #expect(found.contains { $0.message.contains(expected) }, "\(found)")
    #expect(found.allSatisfy { $0.line > 0 && !$0.suggestion.isEmpty })
  }

  @Test(
    "rates",
    arguments: [
      ("50 per s", 50, 1_000_000_000), ("600 per min", 600, 60_000_000_000), ("1 per 15 s", 1, 15_000_000_000),
      ("3 per h", 3, 3_600_000_000_000), ("0 per s", nil, 0), ("50", nil, 0), ("50 per", nil, 0),
      ("9000000 per s", nil, 0), ("1 per 2 d", nil, 0),
    ] as [(String, Int?, Int64)])
  func rates(_ text: String, _ messages: Int?, _ nanoseconds: Int64) {
    let rate = RateLimitSettings.rate(text)
    #expect(rate?.messages == messages)
    if messages != nil { #expect(rate?.per.nanoseconds == nanoseconds) }
  }
}
