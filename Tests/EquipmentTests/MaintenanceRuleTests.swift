import RuleBench
import Rules
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Equipment

/// What the rule saves: each machine for itself, and what people recorded.
@Suite struct MaintenanceRuleTests {
  /// Counts what is saved.
  private final class Memory: RuleServices {
    var states: [String: [UInt8]] = [:]
    var saved: [String] = []
    func samples(signal: Int, from: Timestamp, to: Timestamp) -> [Sample] { [] }
    func lastSample(signal: Int, before time: Timestamp, notBefore: Timestamp) -> Sample? { nil }
    func firstSample(signal: Int, from time: Timestamp, notAfter: Timestamp) -> Sample? { nil }
    func load(_ key: String) -> [UInt8]? { states[key] }
    func save(_ key: String, _ bytes: [UInt8]?) {
      states[key] = bytes
      saved.append(key)
    }
  }

  private static let start = Timestamp(seconds: 1_790_000_000)

  private static func site(_ machines: Int) -> Site {
    var site = Sites.one([Sites.gauge("temperature", every: .minutes(1))])
    site.assets = (0..<machines).map { number in
      var asset = site.assets[0]
      asset.id = "m\(number)"
      return asset
    }
    return site
  }

  private static func figures(_ hour: Int, _ told: Bool) -> ConditionFigures {
    ConditionFigures(
      time: start + .hours(Int64(hour)), run: "running", learning: "watching", health: ScaledInteger(800, exponent: -1),
      runHours: Double(hour), starts: 1,
      prognoses: told
        ? [.init(model: "pump", fault: "wear", score: 0.8, finding: "f", p10: nil, p50: nil, p90: nil, refusal: "-")]
        : [])
  }

  @Test func aMachineThatTellsSomethingSavesItself() throws {
    let site = Self.site(50)
    let memory = Memory()
    var rule = try MaintenanceRule(site: site)
    var model = MaintenanceHistory()
    var context = RuleContext(clock: Self.start, output: EngineOutput(), services: memory)
    func hear(_ machine: Int, _ hour: Int, _ told: Bool) throws {
      let figures = Self.figures(hour, told)
      try rule.heard(.condition(figures), asset: machine, context: &context)
      model.hear(figures, of: "m\(machine)")
    }
    for machine in [7, 3, 49, 0, 12] { try hear(machine, 0, false) }
    memory.saved = []
    for hour in 1..<100 {
      try hear(3, hour, hour > 50)
      if hour == 60 {
        // From what is saved alone.
        var writer = ByteWriter()
        rule.encodeState(into: &writer)
        rule = try MaintenanceRule(site: site)
        var reader = ByteReader(writer.bytes)
        try rule.restoreState(from: &reader)
      }
    }
    #expect(Set(memory.saved) == [MaintenanceRule.key(of: "m3")])
    #expect(memory.states[MaintenanceRule.key(of: "m3")]?.count ?? 0 < 1000)
    let record: [String: JSONValue] = [
      "id": "r1", "asset": "m3", "kind": "done", "person": "Li Wei", "found": "yes", "fault": "wear",
      "time": .string((Self.start + .hours(99)).rfc3339UTC), "entered": .string((Self.start + .hours(99)).rfc3339UTC),
    ]
    let command = SiteCommand(name: MaintenanceRecord.command, members: record)
    try rule.heard(command, context: &context)
    model.enter(try MaintenanceRecord(command), of: "m3")
    #expect(try MaintenanceRule.history { memory.states[$0] } == model)
    #expect(
      rule.sharedKeys
        == [MaintenanceRule.stateKey] + ["m0", "m12", "m3", "m49", "m7"].map(MaintenanceRule.key(of:)))
    #expect(model.machine("m3")?.current.isEmpty == true)
  }

  @Test(arguments: [false, true])
  func serviceIsDueByHoursOfRunningAndARecordBeginsThemAgain(isOfTemplate: Bool) throws {
    var site = Self.site(2)
    let service = ServiceInterval(service: "oil-change", assets: ["m0"], every: .hours(100), parts: ["oil 10 l"])
    if isOfTemplate {
      site.assets[0].services.usual = [service]
    } else {
      site.maintenance.services = [service]
    }
    let memory = Memory()
    var rule = try MaintenanceRule(site: site)
    let output = OutputCollector()
    var context = RuleContext(clock: Self.start, collector: output, services: memory)
    var steps: [String] = []
    func told() -> [Finding] { output.output.findings.filter { $0.rule == "service-due" } }
    for hour in 0..<250 {
      for machine in 0..<2 { try rule.heard(.condition(Self.figures(hour, false)), asset: machine, context: &context) }
      for finding in told() { steps.append("\(hour) \(finding.severity) \(finding.closed == nil ? "open" : "over")") }
      if hour == 90 {
        #expect(told().first?.summary.contains("oil-change of m0 is due soon, about") == true, "\(told())")
        #expect(told().first?.evidence.contains(Event.Attribute("part", "oil 10 l")) == true)
      }
      output.output.findings = []
      if hour == 120 {
        var writer = ByteWriter()
        rule.encodeState(into: &writer)
        rule = try MaintenanceRule(site: site)
        var reader = ByteReader(writer.bytes)
        try rule.restoreState(from: &reader)
        let time = Self.start + .hours(120)
        let members: [String: JSONValue] = [
          "id": "s1", "asset": "m0", "kind": "done", "service": "oil-change", "person": "Li Wei",
          "time": .string(time.rfc3339UTC), "entered": .string(time.rfc3339UTC),
        ]
        try rule.heard(SiteCommand(name: MaintenanceRecord.command, members: members), context: &context)
        for finding in told() { steps.append("record \(finding.closed == nil ? "open" : "over")") }
        output.output.findings = []
      }
    }
    #expect(steps == ["90 info open", "100 warning open", "record over", "210 info open", "220 warning open"])
    let records = output.output.records.filter { $0.kind == .maintenance }
    #expect(records.map(\.key) == ["s1"] && records[0].revision == 0)
    let body = try JSONValue(parsing: records[0].body)
    #expect(RecordSchema.body(.maintenance).validate(body).isEmpty)
    #expect(body["service"] == "oil-change" && body["corrects"] == .null)
    // A correction is the next revision of the same record.
    let later = Self.start + .hours(130)
    let members: [String: JSONValue] = [
      "id": "s2", "asset": "m0", "kind": "inspected", "person": "Li Wei", "time": .string(later.rfc3339UTC),
      "entered": .string(later.rfc3339UTC), "supersedes": "s1", "reason": "it was not done",
    ]
    try rule.heard(SiteCommand(name: MaintenanceRecord.command, members: members), context: &context)
    let corrected = try #require(output.output.records.last)
    #expect(corrected.key == "s1" && corrected.revision == 1 && corrected.cause?.note == "it was not done")
    #expect(told().isEmpty, "it is due as before")
  }
}
