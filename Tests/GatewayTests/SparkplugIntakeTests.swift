import Journal
import MQTT
import Telemetry
import TestSupport
import Testing

@testable import Gateway

/// A Sparkplug edge node, a real broker, and the gateway's intake down to the journal.
@Suite(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
struct SparkplugIntakeTests {
  private static func birth(
    _ edge: EdgeNodeSimulator, bdSeq: UInt64 = 0, energy: UInt64, temperature: Int32, aliases: [UInt64] = [1, 2, 3]
  ) async throws {
    let now = EdgeNodeSimulator.now
    try await edge.birth(bdSeq: bdSeq, [EdgeMetric("Cabinet/Temp", alias: 9, 9, .float(31.5), at: now)])
    try await edge.send(
      "DBIRTH", "meter7",
      [
        EdgeMetric("Energy/Total", alias: aliases[0], 8, .long(energy), at: now),
        EdgeMetric("Temp [°C]", alias: aliases[1], 2, .int(UInt32(bitPattern: temperature)), at: now),
        EdgeMetric("Running", alias: aliases[2], 11, .boolean(true), at: now),
      ])
  }

  @Test(.timeLimit(.minutes(2)))
  func aLifeOfAnEdgeNode() async throws {
    let plant = try SparkplugPlant()
    let edge = try await EdgeNodeSimulator(plant.broker)
    defer { edge.stop() }
    try plant.start()

    // It is asked for its birth, and gives it.
    #expect(eventually { edge.rebirthRequests == 1 })
    try await Self.birth(edge, energy: 100_000, temperature: -5)
    var expected = [
      "cabinet.temperature=31.5", "meter-7.energy=100.00", "meter-7.temperature=-5.0", "meter-7.state=0.0",
    ]
    _ = try plant.waitFor(expected)

    // Data by alias; negative integers cut to 16 bits; a null and a zero.
    let time = EdgeNodeSimulator.now
    try await edge.send(
      "DDATA", "meter7",
      [EdgeMetric(alias: 1, nil, .long(100_250), at: time), EdgeMetric(alias: 2, nil, .int(65_526), at: time)])
    try await edge.send(
      "DDATA", "meter7", [EdgeMetric(alias: 3, nil, .boolean(false)), EdgeMetric(alias: 2, nil, null: true)])
    try await edge.send("DDATA", "meter7", [EdgeMetric(alias: 2, nil, .int(0))])
    expected += [
      "meter-7.energy=100.25", "meter-7.temperature=-10.0", "meter-7.state=1.0", "meter-7.temperature=0.0",
    ]
    var contents = try plant.waitFor(expected)
    #expect(contents.readings[4].milliseconds == Int64(time), "the metric's own time")

    // Historical data keeps its time.
    try await edge.send(
      "DDATA", "meter7", [EdgeMetric(alias: 1, nil, .long(99_000), at: time - 3_600_000, historical: true)])
    expected.append("meter-7.energy=99.00")
    contents = try plant.waitFor(expected)
    #expect(contents.readings.last?.milliseconds == Int64(time) - 3_600_000)

    // A lost message: what follows waits, is set aside, and a rebirth is asked for, which gives aliases to other metrics.
    let before = edge.rebirthRequests
    edge.lose()
    try await edge.send("DDATA", "meter7", [EdgeMetric(alias: 1, nil, .long(101_000))])
    #expect(eventually { (try? plant.openFindings().contains("sparkplug-offline/edge/plant/edge1")) == true })
    #expect(eventually(within: .seconds(20)) { edge.rebirthRequests > before })
    try await Self.birth(edge, energy: 102_000, temperature: 1, aliases: [3, 1, 2])
    expected += [
      "cabinet.temperature=31.5", "meter-7.energy=102.00", "meter-7.temperature=1.0", "meter-7.state=0.0",
    ]
    _ = try plant.waitFor(expected)
    try await edge.send("DDATA", "meter7", [EdgeMetric(alias: 1, nil, .int(7))])
    expected.append("meter-7.temperature=7.0")
    contents = try plant.waitFor(expected)
    #expect(contents.quarantined == [.outOfSequence])
    #expect(eventually { (try? plant.openFindings()) == [] })

    // A will of an older connection does not count, its own does; then data comes before a birth.
    try await edge.death(bdSeq: 200)
    try await edge.send("DDATA", "meter7", [EdgeMetric(alias: 1, nil, .int(8))])
    expected.append("meter-7.temperature=8.0")
    _ = try plant.waitFor(expected)
    try await edge.death(bdSeq: 0)
    #expect(eventually { (try? plant.openFindings().contains("sparkplug-offline/edge/plant/edge1")) == true })
    try await edge.send("DDATA", "meter7", [EdgeMetric(alias: 1, nil, .int(9))])
    try await Self.birth(edge, bdSeq: 1, energy: 103_000, temperature: 2)
    expected += [
      "cabinet.temperature=31.5", "meter-7.energy=103.00", "meter-7.temperature=2.0", "meter-7.state=0.0",
    ]
    contents = try plant.waitFor(expected)
    #expect(contents.quarantined == [.outOfSequence, .outOfSequence])
    let counts = contents.counts
    #expect(counts.received == counts.decoded + counts.redelivered + contents.quarantined.count)
    #expect(eventually { (try? plant.openFindings()) == [] })
    plant.stop()
  }

  @Test(.timeLimit(.minutes(2)))
  func whatIsPublishedWhileTheGatewayIsAwayIsShownAsAGap() async throws {
    let plant = try SparkplugPlant()
    let edge = try await EdgeNodeSimulator(plant.broker)
    defer { edge.stop() }
    try plant.start()
    #expect(eventually { edge.rebirthRequests == 1 })
    try await Self.birth(edge, energy: 1000, temperature: 20)
    var expected = [
      "cabinet.temperature=31.5", "meter-7.energy=1.00", "meter-7.temperature=20.0", "meter-7.state=0.0",
    ]
    _ = try plant.waitFor(expected)
    plant.stop()
    #expect(try plant.openFindings() == ["sparkplug-gap/edge"])

    try await edge.send("DDATA", "meter7", [EdgeMetric(alias: 1, nil, .long(2000))])
    try plant.start(awaySince: Timestamp(nanoseconds: Int64(EdgeNodeSimulator.now) * 1_000_000))
    #expect(eventually { edge.rebirthRequests == 2 }, "the new run knows no births")
    try await edge.send("DDATA", "meter7", [EdgeMetric(alias: 1, nil, .long(3000))])
    try await Self.birth(edge, energy: 4000, temperature: 21)
    try await edge.send(
      "DDATA", "meter7", [EdgeMetric(alias: 1, nil, .long(2000), at: EdgeNodeSimulator.now - 500, historical: true)])
    expected += [
      "cabinet.temperature=31.5", "meter-7.energy=4.00", "meter-7.temperature=21.0", "meter-7.state=0.0",
      "meter-7.energy=2.00",
    ]
    let contents = try plant.waitFor(expected)
    #expect(contents.quarantined == [.outOfSequence])
    #expect(eventually { (try? plant.openFindings()) == [] })
    let gap = try plant.store.findings(limit: 10).first { $0.rule == SparkplugFindings.gap }
    #expect(gap?.closed != nil && gap?.summary.contains(" from ") == true)
    plant.stop()
  }

  /// STATE: birth and farewell, clean start, and the answer to a late will.
  @Test(.timeLimit(.minutes(2)))
  func theHostSaysWhetherItIsThere() async throws {
    let plant = try SparkplugPlant()
    let listener = try TopicListener(plant.broker, clientID: "watcher", filters: ["spBv1.0/STATE/#"])
    defer { listener.stop() }
    try plant.start()
    #expect(eventually { listener.texts.count == 1 })
    let birth = try #require(listener.texts.first)
    #expect(birth.hasPrefix(#"{"online":true,"timestamp":1"#))

    // The will of an earlier connection fires late: the birth is said again.
    let publisher = try Publisher(settings: plant.broker.connection(clientID: "other"))
    try publisher.start()
    defer { publisher.stop() }
    #expect(try await publisher.waitUntilConnected())
    for result in await publisher.publish([
      OutgoingMessage(
        topic: "spBv1.0/STATE/cq-host", payload: Array(#"{"online":false,"timestamp":1000}"#.utf8), retain: true)
    ]) { try result.get() }
    #expect(eventually { listener.texts.count == 3 })
    #expect(listener.texts.last == birth)
    plant.stop()
    #expect(eventually { listener.texts.last?.hasPrefix(#"{"online":false,"timestamp":1"#) == true })
    #expect(try plant.contents().counts.received >= 2)
  }
}
