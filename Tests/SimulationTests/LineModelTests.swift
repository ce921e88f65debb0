import Plant
import Simulation
import Telemetry
import Templates
import TestSupport
import Testing

/// What a simulated line sends fits together: orders begin and end, and only then something is made.
@Suite struct LineModelTests {
  @Test func ordersBeginPauseAndEnd() throws {
    let site = try SiteLoader.load(
      text: """
        gateway: { id: g }
        zone: Asia/Shanghai
        broker: { host: h }
        assets:
          - { id: mes, place: s/h/l, template: order-feed, topic: mes, expected-interval: 30 s }
          - { id: counter, place: s/h/l, template: production-counter, topic: counter, expected-interval: 10 s }
        """, file: "test.yaml", devices: [ReferenceDevices.folder])
    let start = try #require(Timestamp(rfc3339: "2026-11-02T06:00:00+08:00"))
    let plant = try PlantSimulation(site: site, seed: 5, start: start, faults: Faults())
    var orders: [String: [OrderEvent]] = [:]
    var made: [(time: Timestamp, good: Int64)] = []
    for message in plant.prefix(while: { $0.time < start + .hours(6) }) {
      let payload = try JSONValue(parsing: message.payload)
      if message.topic == "mes" {
        let order = try #require(payload["order"]?.stringValue)
        let kind = try #require(payload["event"]?.stringValue.flatMap(OrderEvent.Kind.init(word:)))
        let identity = UInt64(orders[order]?.count ?? 0)
        orders[order, default: []].append(OrderEvent(time: message.time, identity: identity, kind: kind))
      } else {
        let good = payload["good"]
        made.append((message.time, try #require(good?.integerValue ?? good?.stringValue.flatMap { Int64($0) })))
      }
    }
    let folded = orders.map { ProductionOrder(id: $0, events: $1) }
    #expect(folded.count >= 5)
    #expect(folded.count { $0.state == .ended } >= folded.count - 2)
    #expect(folded.contains { $0.active.count == 2 && $0.state == .ended }, "an order with its pause")
    for (before, now) in zip(made, made.dropFirst()) where now.good > before.good {
      let range = before.time..<now.time
      #expect(folded.contains { $0.touches((range.lowerBound - .minutes(1))..<(range.upperBound + .minutes(1))) })
    }
    #expect(try #require(made.last).good > made[0].good + 500)
  }
}
