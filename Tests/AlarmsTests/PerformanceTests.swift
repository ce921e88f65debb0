import RuleBench
import Telemetry
import Templates
import Testing

@testable import Alarms

@Suite("Performance of the alarm system") struct PerformanceTests {
  private func occurrence(
    _ alarm: String, _ raised: Double, for seconds: Double? = 10, acknowledged: Double? = nil,
    priority: AlarmSettings.Priority = .low, isAnnounced: Bool = true
  ) -> AlarmPerformance.Occurrence {
    .init(
      alarm: alarm, priority: priority, raised: .at(raised), isAnnounced: isAnnounced,
      acknowledged: acknowledged.map { .at(raised + $0) }, returned: seconds.map { .at(raised + $0) })
  }

  @Test("what comes and goes is given an on-delay, what goes and comes back an off-delay")
  func proposals() throws {
    var all: [AlarmPerformance.Occurrence] = []
    for round in 0..<20 { all.append(occurrence("spiky", Double(round) * 25, for: 4)) }
    for round in 0..<20 { all.append(occurrence("gappy", Double(round) * 25, for: 21)) }
    all.append(occurrence("calm", 100, for: 500))
    all.append(occurrence("hidden", 100, isAnnounced: false))
    let found = AlarmPerformance(all, from: .at(0), to: .at(3600), settings: AlarmPlant.settings)
    #expect(found.announced == 41 && found.chattering == 2)
    #expect(found.nuisances.map(\.alarm) == ["gappy", "spiky"])
    #expect(found.nuisances.map(\.proposal) == [.offDelay(.seconds(5)), .onDelay(.seconds(5))])
    #expect(found.top.map(\.alarm) == ["gappy", "spiky", "calm"])
    #expect(found.floods.maximum == 41 && found.floods.floods.count == 1)
  }

  @Test("times, stale alarms and priorities")
  func times() {
    let day = 86_400.0
    let all = [
      occurrence("a", 0, for: nil), occurrence("b", 100, for: 60, acknowledged: 30, priority: .medium),
      occurrence("c", 200, for: 600, acknowledged: 90, priority: .high),
      occurrence("d", 2 * day - 3600, for: nil, priority: .safety),
    ]
    let found = AlarmPerformance(all, from: .at(0), to: .at(2 * day), settings: AlarmPlant.settings)
    #expect(found.stale == 1 && found.nuisances.map(\.proposal) == [.review])
    #expect(found.medianToAcknowledge == .seconds(30) && found.slowestToAcknowledge == .seconds(90))
    #expect(found.medianToResolve == .seconds(60) && found.unacknowledged == 2)
    #expect(found.priorities == [25, 25, 50])
    #expect(found.rates.perDay == 2)
  }

  @Test("nothing is no alarm, and divides by nothing")
  func nothing() {
    let found = AlarmPerformance([], from: .at(0), to: .at(0), settings: AlarmPlant.settings)
    #expect(found.announced == 0 && found.topTenShare == 0 && found.floods.percentOfTime == 0)
  }
}

@Suite("What hangs together in a plant") struct TopologyTests {
  @Test("segments as configured, else the line; supplies and theirs, also in a circle")
  func topology() {
    var site = AlarmBench.site(assets: 6)
    site.assets[3].line = "l2"
    site.assets[0].metering.fedBy = "m5"
    site.assets[4].metering.fedBy = "m6"
    site.assets[5].metering.fedBy = "m5"
    var settings = AlarmPlant.settings
    settings.segments = [.init(name: "switch", assets: ["m1", "m2"])]
    settings.supplies = [.init(asset: "m3", dependants: ["m1", "m3"])]
    let topology = AlarmTopology(site, settings)
    func segment(_ id: String) -> String? { topology.nodes[id]?.segment.map { topology.segments[$0].name } }
    #expect(segment("m1") == "switch" && segment("m3") == "cq/hall/l1" && segment("m4") == "cq/hall/l2")
    #expect(topology.segments.first { $0.name == "switch" }?.devices == 2)
    #expect(topology.nodes["m1"]?.supplies == ["m3", "m5", "m6"])
    #expect(topology.nodes["m5"]?.supplies == ["m6"] && topology.nodes["m3"]?.supplies == [])
  }
}
