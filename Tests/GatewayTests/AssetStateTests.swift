import Telemetry
import Templates
import TestSupport
import Testing

@testable import Gateway

@Suite struct AssetStateTests {
  private static let now = Timestamp(seconds: 1_800_000_000)

  private static func asset(_ template: String, every interval: String) throws -> Asset {
    let text = """
      gateway: { id: cq1, data: data }
      zone: Asia/Shanghai
      broker: { host: 127.0.0.1, port: 1883 }
      assets:
        - { id: a, place: cq1/hall, template: \(template), topic: plant/a, expected-interval: \(interval) }
      """
    return try SiteLoader.load(text: text, file: "test", devices: [ReferenceDevices.folder]).assets[0]
  }

  struct Case: Sendable {
    var template = "vision-station"
    var interval = "30 s"
    var minutesAgo: Int64?
    var isConnected = true
    var isSilent = false
    var hasClock = true
    var state: AssetState
  }

  @Test(arguments: [
    Case(minutesAgo: 0, state: .reporting),
    Case(minutesAgo: 59, state: .reporting),
    Case(minutesAgo: 61, state: .quiet),
    Case(interval: "1 h", minutesAgo: 179, state: .reporting),
    Case(interval: "1 h", minutesAgo: 181, state: .quiet),
    Case(minutesAgo: -1440, state: .reporting),
    Case(minutesAgo: 61, hasClock: false, state: .reporting),
    Case(state: .never),
    Case(minutesAgo: 0, isConnected: false, state: .waiting),
    Case(isConnected: false, state: .waiting),
    Case(template: "rotating-machine", interval: "2 s", minutesAgo: 5, isSilent: true, state: .silent),
    Case(template: "rotating-machine", minutesAgo: 300, isConnected: false, isSilent: true, state: .waiting),
  ])
  func stateSaysWhatIsKnown(_ test: Case) throws {
    let state = AssetState.of(
      try Self.asset(test.template, every: test.interval),
      lastSample: test.minutesAgo.map { Self.now - .minutes($0) }, isConnected: test.isConnected,
      isSilent: test.isSilent, now: test.hasClock ? Self.now : nil)
    #expect(state == test.state)
  }
}
