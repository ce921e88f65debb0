import Telemetry
import Testing

@testable import Templates

private let plant =
  baseConfiguration + """

    alarms:
      table: \(packageRoot)/Config/alarms/standard.yaml
      segments:
        - { name: switch 3, assets: [meter-1, "m*"] }
      supplies:
        - { asset: meter-1, dependants: ["*"] }
      suppressions:
        - { rules: [low-flow], assets: ["m*"], while: machine-stopped, at: meter-1 }
      classes:
        - { rules: [demand-projected], category: energy, on-delay: 5 min, off-delay: 1 min, latching: yes }
      grouping: { window: 2 min, settle: 20 s, segment-devices: 4, segment-share: 60 %, quiet: 10 min }
      longest-shelving: 8 h

    """

@Suite("Alarms of a configuration") struct AlarmSettingsTests {
  @Test func theyAreReadAndWritten() throws {
    let site = try load(plant)
    let settings = try #require(site.alarms)
    #expect(settings.segments == [.init(name: "switch 3", assets: ["meter-1", "m*"])])
    #expect(settings.supplies == [.init(asset: "meter-1", dependants: ["*"])])
    #expect(
      settings.suppressions
        == [.init(rules: ["low-flow"], assets: ["m*"], cause: "machine-stopped", causeAsset: "meter-1")])
    #expect(settings.grouping.segmentPercent == 60 && settings.grouping.settle == .seconds(20))
    #expect(settings.longestShelving == .hours(8) && settings.staleAfter == .hours(24))
    let demand = try #require(settings.class(of: "demand-projected"))
    #expect(demand.onDelay == .minutes(5) && demand.isLatching)
    #expect(settings.class(of: "demand-other")?.onDelay == .zero)
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  @Test func withoutThemNothingIsWritten() throws {
    let site = try load(baseConfiguration)
    #expect(site.alarms == nil && !site.canonicalText.contains("alarms"))
    #expect(try load(baseConfiguration + "\nalarms: off\n") == site)
  }

  @Test("the shipped table: every finding has a class, safety has no delay")
  func standard() throws {
    for text in ["alarms: on", "alarms: standard", "alarms: {}", "alarms: { table: standard }"] {
      let site = try load(baseConfiguration + "\n\(text)\n", devices: [shippedTemplates])
      let settings = try #require(site.alarms)
      #expect(settings.table == "standard")
      #expect(settings.class(of: "no-data")?.isBlinding == true)
      #expect(settings.class(of: "fault")?.category == .equipment)
      #expect(settings.class(of: "lockout-motion")?.category == .safety)
      #expect(settings.class(of: "anything else") != nil)
      #expect(settings.classes.allSatisfy { $0.category != .safety || $0.onDelay == .zero })
      #expect(settings.priority(.critical, .normal) == .high && settings.priority(.info, .safety) == nil)
      #expect(settings.flood.startAbove == 10 && settings.flood.endBelow == 5)
      #expect(Set(settings.targets.map(\.metric)) == Set(AlarmSettings.Target.metrics))
      #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    }
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake("key", "segments:", "§segmentz:", "unknown key \"segmentz\"", "\"segments\""),
      Mistake("table", "table: \(packageRoot)/Config/alarms/standard.yaml", "table: §nowhere", "no table", "standard"),
      Mistake("asset", "asset: meter-1, dep", "asset: §meter-9, dep", "there is no asset \"meter-9\"", "meter-1"),
      Mistake("pattern", "[meter-1, \"m*\"]", "[§x*]", "no asset matches \"x*\"", "asset"),
      Mistake("nothing", ", dependants: [\"*\"]", "", "\"dependants\" is missing", "press-*"),
      Mistake("while", ", while: machine-stopped", "", "\"while\" is missing", "machine-stopped"),
      Mistake("at", "at: meter-1 }", "at: §meter-7 }", "there is no asset \"meter-7\"", "meter-1"),
      Mistake("category", "category: energy", "category: §enrgy", "must be a category", "energy"),
      Mistake("delay", "on-delay: 5 min", "on-delay: §5", "must be a length of time", "30 s"),
      Mistake("share", "segment-share: 60 %", "segment-share: §0.6", "must be a percentage", "50 %"),
      Mistake("shelving", "longest-shelving: 8 h", "longest-shelving: §90 d", "must be a length of time", "from"),
      Mistake(
        "safety", "category: energy, on-delay", "category: safety, §on-delay", "raised at once", "another category"),
      Mistake(
        "founded", "latching: yes", "latching: yes, status: §memory-low", "may not be used as a default",
        "status: site"),
    ])
  func mistakesOfAlarms(_ mistake: Mistake) throws {
    try mistake.expect(in: plant)
  }
}
