import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

@Suite struct PlantSimulationTests {
  private static let start = Timestamp(rfc3339: "2026-11-02T06:00:00+08:00")!
  private static let devices = ReferenceDevices.folder

  private func site() throws -> Site {
    try SiteLoader.load(
      text: """
        gateway: { id: test, data: data/test }
        zone: Asia/Shanghai
        broker: { host: 127.0.0.1, port: 1883 }
        assets:
          - { id: meter, place: cq/hall, template: three-phase-meter, topic: plant/meter, rated-power: 400 kW,
              expected-interval: 10 s }
          - { id: press, place: cq/hall, template: rotating-machine, topic: plant/press, expected-interval: 5 s }
          - { id: vision, place: cq/hall, template: vision-station, topic: plant/vision, expected-interval: 15 s }
        """, file: "test.yaml", devices: [Self.devices])
  }

  private func messages(seed: UInt64, faults: Faults, hours: Int64) throws -> [SimulatedMessage] {
    let plant = try PlantSimulation(site: site(), seed: seed, start: Self.start, faults: faults)
    return Array(plant.prefix { $0.time < Self.start + .hours(hours) })
  }

  @Test func theSameSeedIsTheSamePlant() throws {
    let first = try messages(seed: 4, faults: .ordinary, hours: 2)
    #expect(first == (try messages(seed: 4, faults: .ordinary, hours: 2)))
    #expect(first != (try messages(seed: 5, faults: .ordinary, hours: 2)))
    #expect(zip(first, first.dropFirst()).allSatisfy { $0.time <= $1.time })
  }

  @Test func withoutFaultsEveryDeviceSendsAtItsInterval() throws {
    let messages = try messages(seed: 1, faults: Faults(), hours: 1)
    #expect(messages.count { $0.topic == "plant/meter" } == 360)
    #expect(messages.count { $0.topic == "plant/press" } == 720)
    #expect(messages.count { $0.topic == "plant/vision" } == 240)
  }

  @Test func registersNeverFallWithoutAFault() throws {
    let readings = try messages(seed: 1, faults: Faults(), hours: 6).filter { $0.topic == "plant/meter" }.map {
      try #require(try JSONValue(parsing: $0.payload)["kwh"]?.stringValue.flatMap { ScaledInteger($0) })
    }
    #expect(zip(readings, readings.dropFirst()).allSatisfy { !($1 < $0) })
    let used = try #require(readings.last?.subtracting(readings[0]))
    // A 400 kW feeder over six hours of a shift.
    #expect(used.doubleValue > 100 && used.doubleValue < 2400)
  }

  @Test func faultsAreThere() throws {
    var faults = Faults()
    faults.duplicate = 0.1
    faults.badJSON = 0.1
    faults.late = 0.1
    faults.wrongClock = 0.1
    let messages = try messages(seed: 1, faults: faults, hours: 3)
    #expect(messages.contains { (try? JSONValue(parsing: $0.payload)) == nil })
    let dated = messages.compactMap { message -> (sent: Timestamp, stamp: Timestamp)? in
      guard let ts = (try? JSONValue(parsing: message.payload))?["ts"]?.integerValue else { return nil }
      return (message.time, Timestamp(nanoseconds: ts * 1_000_000))
    }
    #expect(dated.contains { $0.sent - $0.stamp >= .minutes(1) })
    #expect(dated.contains { $0.stamp - $0.sent > .hours(23) })
    let repeated = Dictionary(grouping: messages) { "\($0.topic) \($0.payload)" }.values.filter { $0.count > 1 }
    #expect(!repeated.isEmpty)
  }
}
