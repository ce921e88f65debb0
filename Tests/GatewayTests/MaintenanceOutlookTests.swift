import Equipment
import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Gateway

/// What the plan says of a job, and how far it looks.
@Suite struct MaintenanceOutlookTests {
  private static let now = Timestamp(rfc3339: "2026-11-02T00:00:00Z") ?? .distantPast
  private static func at(_ hours: Int64) -> Timestamp { now + .hours(hours) }

  private static func pump(_ change: (inout Asset) -> Void = { _ in }) throws -> Asset {
    let site = try SiteLoader.load(
      text: """
        gateway: { id: cq1, data: /nowhere }
        zone: UTC
        broker: { host: h }
        templates:
          plain: { signals: { t: { kind: gauge, unit: °C, path: t, expected-interval: 1 min } } }
        assets:
          - { id: pump-2, formerly: pump-1, template: plain, topic: t }
        """, file: "test.yaml", devices: [])
    var asset = try #require(site.assets.first)
    change(&asset)
    return asset
  }

  private static func entry(p10: Int64, lead: Int64? = nil) throws -> MaintenanceOutlook.Entry {
    let curve = try #require(FailureCurve(said: now, p10: at(p10), p50: at(p10 + 100), p90: at(p10 + 200)))
    let job = MaintenancePlanner.Job(
      asset: "pump-2", line: "", fault: "wear", time: .window(curve), leadTime: lead.map { .hours($0) })
    return MaintenanceOutlook.Entry(asset: try pump(), fault: nil, job: job)
  }

  @Test(
    arguments: [
      (-1, 48, "it may fail at any time: stop or relieve it now; the parts will not be here in time", false),
      (100, 200, "the parts will not be here in time: order by express", false),
      (
        100, 90,
        "the parts will be here in time, but no planned stop follows: order now, and repair in an extra stop "
          + "between 2026-11-05 18:00 and 2026-11-06 04:00; look at it in the stop \"night\"", true
      ),
    ] as [(Int64, Int64, String, Bool)])
  func saysWhetherPartsComeInTime(p10: Int64, lead: Int64, text: String, isInTime: Bool) throws {
    let entry = try Self.entry(p10: p10, lead: lead)
    let night = MaintenancePlanner.Stop(name: "night", start: Self.at(60), end: Self.at(68))
    let planner = MaintenancePlanner(
      [night], now: Self.now, settings: MaintenancePlanner.Settings(work: .hours(2), bundling: .days(2)))
    let proposal = planner.propose(entry.job)
    #expect(proposal.action == .partsLate)
    let advice = MaintenanceAdvice(now: Self.now, zone: try PlantZone(identifier: "UTC")).text(entry, proposal)
    #expect(advice.hasPrefix(text), "\(advice)")
    #expect(advice.contains("express") != isInTime)
  }

  @Test func looksForStopsBehindTheLastThingThatIsDue() throws {
    #expect(MaintenanceOutlook.end([], now: Self.now) == Self.now + .days(180))
    #expect(MaintenanceOutlook.end([try Self.entry(p10: 24)], now: Self.now) == Self.now + .days(180))
    #expect(MaintenanceOutlook.end([try Self.entry(p10: 300 * 24)], now: Self.now) == Self.now + .days(301))
    #expect(MaintenanceOutlook.end([try Self.entry(p10: 9999 * 24)], now: Self.now) == Self.now + .days(731))
  }

  @Test func workUnderTheFormerIdIsOfTheMachine() throws {
    var history = MaintenanceHistory()
    let members: [String: JSONValue] = [
      "id": "r1", "asset": "pump-1", "kind": "done", "service": "oil-change", "person": "Li Wei",
      "time": .string(Self.now.rfc3339UTC), "entered": .string(Self.now.rfc3339UTC),
    ]
    history.enter(try MaintenanceRecord(SiteCommand(name: MaintenanceRecord.command, members: members)), of: "pump-1")
    let zone = try PlantZone(identifier: "UTC")
    let work = GatewayControl.work(on: try Self.pump(), history, zone)
    #expect(work.map(\.event.text) == ["done by Li Wei (oil-change)"])
    #expect(GatewayControl.work(on: try Self.pump { $0.formerly = nil }, history, zone).isEmpty)
  }
}
