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

private let called =
  plant
    + """
      language: zh
      safety:
        - rule: lockout-violation
          title: { en: Energy at a locked press, zh: 上锁设备带电 }
          assets: [press-1]
          when: [ { signal: temperature, above: 80, deadband: 2 }, { signal: temperature, rises: 5, within: 1 min } ]
      work-orders: { horizon: 72 h, priorities: [safety, high], status-topic: cmms/orders/+/status,
        status-brokers: [main] }
      routes:
        - { name: duty, to: [phone], priorities: [high, safety], assets: ["m*"], tells: [opened] }
        - { name: boss, to: [mail, phone], after: 15 min, again: 30 min, at-most: 5, within: 5 min, language: en }
      stack-lights: [ { to: light } ]

    """

private let control = """
  control:
    work-order-token-env: TOKEN
    roles: { viewer: [plant], operator: [weir-operators], admin: [wheel] }

  """

private let channels = """
    - name: phone
      webhook: { url-env: ROBOT, shape: dingtalk, signing-env: SIGN, timeout: 5 s }
      records: [notification]
      assets: ["*"]
    - name: cmms
      webhook: { url: "https://cmms.example.com/orders", update: "https://cmms.example.com/orders/{number}",
        shape: template, template: "{\\"text\\": \\"{title}\\"}", token-env: TOKEN }
      records: [work-order]
      assets: ["*"]
    - name: mail
      email: { server: "smtps://mail.example.com:465", from: weir@example.com, to: [a@example.com, b@example.com],
        username: weir, password-env: MAIL }
      records: [notification]
      assets: ["*"]
    - name: light
      mqtt: { host: 127.0.0.1, topic: plant/light, shape: stack-light }
      records: [notification]
      assets: ["*"]

  """

@Suite("Who is told, and what becomes work") struct AlarmChannelTests {
  private static let text = called.replacing("destinations:\n", with: "destinations:\n" + channels)
    .replacing("control:\n", with: control)

  @Test func theyAreReadAndWritten() throws {
    let site = try load(Self.text)
    let settings = try #require(site.alarms)
    #expect(settings.language == .chinese && settings.workOrders?.horizon == .hours(72))
    #expect(settings.workOrders?.priorities == [.high, .safety])
    #expect(settings.safety.first?.parts.map(\.test) == [.above(80), .rising(5, within: .minutes(1))])
    #expect(settings.routes.map(\.name) == ["duty", "boss"] && settings.routes[1].after == .minutes(15))
    #expect(settings.routes[0].events == [.opened] && settings.routes[1].language == .english)
    #expect(settings.lights == [.init(to: "light", place: nil)])
    #expect(site.control.roles?.role(of: ["plant", "wheel"]) == .admin)
    #expect(site.control.roles?.role(of: ["users"]) == nil)
    guard case .message(_, _, .stackLight, true)? = site.destinations.first(where: { $0.name == "light" })?.transport
    else {
      Issue.record("a stack light is a retained message")
      return
    }
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    #expect(settings.guide(of: "no-data")?.title?.chinese == "无数据")
    #expect(settings.guides.allSatisfy { $0.title != nil && $0.ignored != nil && !$0.steps.isEmpty && $0.skill != nil })
    #expect(site.urgentAssets.map { site.assets[$0].id } == ["press-1"])
  }

  @Test(
    "every mistake has its place and a remedy",
    arguments: [
      Mistake("rule", "rule: lockout-violation", "rule: §overload", "no rule of safety", "lockout-*"),
      Mistake("signal", "signal: temperature, above", "signal: §temperatur, above", "has no signal", "temperature"),
      Mistake(
        "two tests", "above: 80, deadband", "above: 80, below: 3, deadband", "more than one thing", "Write one of"),
      Mistake("route", "to: [phone]", "to: [§phon]", "there is no destination \"phon\"", "phone"),
      Mistake("no notifications", "to: [phone]", "to: [§cmms]", "takes no notifications", "notification"),
      Mistake("shift", "tells: [opened]", "shifts: [§night]", "there is no shift", "shifts"),
      Mistake("priority", "priorities: [high, safety]", "priorities: [§hihg, safety]", "must be a priority", "high"),
      Mistake("template", "shape: template, ", "", "template that its shape does not use", "shape: template"),
      Mistake("mail", "from: weir@example.com", "from: §weir", "must be a mail address", "weir@example.com"),
      Mistake("role", "viewer: [plant]", "§viewers: [plant]", "unknown key", "viewer"),
      Mistake("language", "language: zh", "language: §cn", "must be a language", "\"en\""),
      Mistake("topic", "cmms/orders/+/status", "§cmms/#", "topic filter", "cmms/orders"),
    ])
  func mistakes(_ mistake: Mistake) throws {
    try mistake.expect(in: Self.text)
  }
}
