import Foundation
import Logging
import MQTT
import RuleBench
import Store
import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

@Suite("A broker that stays away") struct ConnectionWatchTests {
  @Test func peopleAreCalledAfterAMinuteAndToldWhenItIsBack() throws {
    let folder = try TemporaryDirectory()
    let site = Sites.one([Sites.gauge("t")])
    let store = try Store(
      path: folder.appending("store.sqlite"), gateway: "test", settings: site.storage, destinations: [],
      options: Store.Options())
    let findings = try GatewayFindings(store: store, site: site, logger: Logger(label: "test"))
    let start = Timestamp(seconds: 1_780_000_000)
    let monitor = ConnectionMonitor(now: start)
    let watch = ConnectionWatch(monitors: [("hall-1", monitor)], findings: findings)
    watch.look(now: start + .seconds(59))
    #expect(!findings.isOpen("connection-down/hall-1"))
    watch.look(now: start + .seconds(60))
    watch.look(now: start + .seconds(65))
    let open = try #require(try store.openFindings().first)
    #expect(open.opened == start && open.severity == .critical && open.summary.contains("hall-1"))
    monitor.changed(.up(sessionPresent: true), now: start + .seconds(70))
    watch.look(now: start + .seconds(71))
    #expect(try store.openFindings().isEmpty)
    try store.close()
  }
}
