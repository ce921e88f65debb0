import Foundation
import MQTT
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// Configurations and publishers that scenarios share.
enum Plants {
  /// A small plant whose clock comes with the messages; a file is the upstream.
  static func small(port: Int) -> String {
    """
    gateway: { id: cq1, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    destinations:
      - name: upstream
        file: { path: $DIR/upstream.jsonl, rotate: 64 MB, keep: 100 }
        records: all
        assets: ["*"]
    assets:
      - { id: "meter-{n}", count: 3, place: cq1/hall, template: three-phase-meter, topic: "plant/{id}",
          rated-power: 400 kW, expected-interval: 10 s }
      - { id: "press-{n}", count: 3, place: cq1/hall, template: rotating-machine, topic: "plant/{id}",
          expected-interval: 5 s }
      - { id: "vision-{n}", count: 2, place: cq1/hall, template: vision-station, topic: "plant/{id}",
          expected-interval: 15 s }
    """
  }

  /// One meter with the steel plant's registers, one machine with the NAB temperature.
  static func steel(port: Int) -> String {
    """
    gateway: { id: steel, data: $DIR/data }
    zone: Asia/Shanghai
    clock: messages
    broker: { host: 127.0.0.1, port: \(port) }
    destinations:
      - name: upstream
        file: { path: $DIR/upstream.jsonl, rotate: 1 GB, keep: 10 }
        records: all
        assets: ["*"]
    assets:
      - { id: steel, place: cq1/mill, template: three-phase-meter, topic: plant/steel, rated-power: 700 kW,
          expected-interval: 15 min }
      - { id: machine, place: cq1/mill, template: rotating-machine, topic: plant/machine, expected-interval: 5 min }
    """
  }

  static func site(_ weir: WeirProcess) throws -> Site {
    try SiteLoader.load(path: weir.configuration, devices: ["\(WeirProcess.repository)/Devices"])
  }

  /// Publishes with the plant clock as fast as the broker takes it. Returns the last time mark.
  @discardableResult
  static func publish(
    _ messages: some Sequence<SimulatedMessage> & Sendable, site: Site, duration: Span64? = nil,
    settle: Span64 = .hours(2), published: (Int) async -> Void = { _ in }
  ) async throws -> Timestamp {
    var settings = site.connections[0]
    settings.clientID = "scenario-publisher"
    let publisher = try Publisher(settings: settings)
    try publisher.start()
    defer { publisher.stop() }
    guard try await publisher.waitUntilConnected() else { throw TestSupportError("no connection to the broker") }
    let pace = PlantPublisher.Pace(speed: nil, markInterval: .seconds(1), duration: duration, settle: settle)
    let last = try await PlantPublisher(publisher: publisher, pace: pace).run(messages, published: published).lastMark
    return try #require(last)
  }
}
