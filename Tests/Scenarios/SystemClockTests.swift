import Foundation
import MQTT
import Simulation
import Telemetry
import TestSupport
import Testing

/// The gateway on the system's own clock, as plants run it: windows close by themselves, and wait while the broker is
/// away.
@Suite struct SystemClockTests {
  private static let duration = Span64.seconds(70)

  private static func configuration(port: Int) -> String {
    """
    gateway: { id: live, data: $DIR/data }
    zone: Asia/Shanghai
    broker: { host: 127.0.0.1, port: \(port) }
    energy: { window: 1 min }
    horizons:
      energy: { lateness: 1 s, revision: 45 d }
    destinations:
      - name: upstream
        file: { path: $DIR/upstream.jsonl, rotate: 64 MB, keep: 100 }
        records: [energy-interval, finding]
        assets: ["*"]
    assets:
      - { id: "meter-{n}", count: 2, place: cq1/hall, template: three-phase-meter, topic: "plant/{id}",
          rated-power: 400 kW, expected-interval: 200 ms }
    """
  }

  @Test(.timeLimit(.minutes(6)))
  func windowsCloseByTheSystemClockAndWaitForTheBroker() async throws {
    let broker = try TestBroker()
    let weir = try WeirProcess(Self.configuration(port: broker.port), directory: TemporaryDirectory())
    try weir.start()
    try await weir.waitFor("the connection") { $0.connections.first?.state == "connected" }
    let site = try Plants.site(weir)
    let publisher = try Publisher(settings: broker.connection(clientID: "live-devices"))
    try publisher.start()
    #expect(try await publisher.waitUntilConnected())
    let start = Timestamp(nanoseconds: Int64(Date().timeIntervalSince1970 * 1000) * 1_000_000)
    let plant = try PlantSimulation(site: site, seed: 3, start: start, faults: Faults())
    let devices = Task {
      try await PlantPublisher(publisher: publisher, pace: .init(speed: 1, markInterval: nil, duration: Self.duration))
        .run(plant).devices
    }
    let live = try await weir.waitFor("windows of the running plant") { ($0.records["energy-interval"] ?? 0) >= 2 }
    #expect(live.samples.quarantined == [:])

    // The gateway is killed and comes back: what the devices sent meanwhile belongs to its windows, not to later ones.
    try weir.kill()
    try weir.start()
    try await weir.waitFor("the recovery") { $0.connections.first?.state == "connected" }
    let sent = try await devices.value
    publisher.stop()
    let status = try await weir.waitFor("the last windows") { status in
      status.messages.decoded + status.messages.redelivered >= sent && status.samples.pending == 0
        && status.isDelivered
    }
    #expect(status.messages.balanced && status.samples.balanced)
    #expect(status.samples.quarantined == [:])
    try weir.stop()

    let upstream = try Upstream(file: weir.directory.appending("upstream.jsonl"))
    let published = Array(plant.prefix { $0.time < start + Self.duration })
    #expect(published.count == sent)
    for asset in ["meter-1", "meter-2"] {
      let registers = try published.filter { $0.topic == "plant/\(asset)" }.compactMap {
        try JSONValue(parsing: $0.payload)["kwh"]?.stringValue.flatMap { ScaledInteger($0) }
      }
      let first = try #require(registers.first)
      let last = try #require(registers.last)
      let difference = try #require(last.subtracting(first))
      let windows = upstream.latest("energy-interval").filter { $0.body["asset"]?.stringValue == asset }
      let sum = windows.compactMap { $0.body["energy_kwh"]?.stringValue.flatMap { ScaledInteger($0) } }
        .reduce(ScaledInteger.zero) { $0.adding($1) ?? .zero }
      #expect(windows.count >= 2)
      #expect(sum.isEqual(to: difference), "\(asset): \(sum) instead of \(difference)")
    }
  }
}
