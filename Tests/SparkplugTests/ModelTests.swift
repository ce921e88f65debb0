import Telemetry
import Testing

@testable import Sparkplug

/// Random lives of an edge node over a bad network, against what it really sent.
@Suite("Random sequences")
struct ModelTests {
  /// An edge node as the specification wants it; every value that it sends is unique.
  struct EdgeModel {
    static let devices = ["d0", "d1", "d2"]
    static let metrics = ["a", "b", "c", "d"]
    struct Message {
      var kind: SparkplugTopic.Kind
      var device: String?
      var payload: Payload
      /// `d0:a` and the value, of wanted metrics.
      var values: [(name: String, value: Int64, time: UInt64)]
    }

    var random: Seeded
    var seq: UInt64 = 0
    var bdSeq: UInt64 = 255
    var aliases: [String: UInt64] = [:]
    var alive: Set<String> = []
    var counter: Int64 = 0
    var isUp = false

    init(_ seed: UInt64) { random = Seeded(seed) }

    mutating func connect(_ time: UInt64) -> [Message] {
      bdSeq = bdSeq == 255 ? 0 : bdSeq + 1
      isUp = true
      return births(time)
    }

    /// NBIRTH and all DBIRTH, with new aliases: every rebirth gives old aliases to other metrics.
    mutating func births(_ time: UInt64) -> [Message] {
      aliases = [:]
      var numbers = Array(UInt64(1)...40)
      for device in Self.devices {
        for metric in Self.metrics {
          aliases["\(device):\(metric)"] = numbers.remove(at: random.below(numbers.count))
        }
      }
      seq = 0
      var messages = [
        Message(
          kind: .nodeBirth, device: nil,
          payload: Payload(timestamp: time, seq: 0, metrics: [Metric("bdSeq", 4, .long(bdSeq), at: time)]), values: [])
      ]
      for device in Self.devices.sorted() { messages.append(birth(device, time)) }
      return messages
    }

    mutating func birth(_ device: String, _ time: UInt64) -> Message {
      alive.insert(device)
      return message(.deviceBirth, device, Self.metrics, time)
    }

    mutating func data(_ time: UInt64) -> Message? {
      let candidates = alive.sorted()
      guard !candidates.isEmpty else { return nil }
      let device = candidates[random.below(candidates.count)]
      let metrics = Self.metrics.filter { _ in random.below(2) == 0 }
      return message(.deviceData, device, metrics, time)
    }

    mutating func death(_ time: UInt64) -> Message? {
      let candidates = alive.sorted()
      guard !candidates.isEmpty else { return nil }
      let device = candidates[random.below(candidates.count)]
      alive.remove(device)
      return message(.deviceDeath, device, [], time)
    }

    mutating func will() -> Message {
      isUp = false
      alive = []
      return Message(
        kind: .nodeDeath, device: nil, payload: Payload(metrics: [Metric("bdSeq", 4, .long(bdSeq))]), values: [])
    }

    private mutating func message(
      _ kind: SparkplugTopic.Kind, _ device: String, _ names: [String], _ time: UInt64
    ) -> Message {
      seq = (seq + 1) % 256
      var values: [(name: String, value: Int64, time: UInt64)] = []
      var metrics: [Metric] = []
      for name in names {
        counter += 1
        let value = random.below(2) == 0 ? counter : -counter
        let wire = Metric.Value.long(UInt64(bitPattern: value))
        let alias = aliases["\(device):\(name)"]
        metrics.append(
          kind == .deviceBirth
            ? Metric(name, alias: alias, 4, wire, at: time) : Metric(alias: alias, nil, wire, at: time))
        values.append(("\(device):\(name)", value, time))
      }
      return Message(
        kind: kind, device: device, payload: Payload(timestamp: time, seq: seq, metrics: metrics), values: values)
    }
  }

  struct Network {
    var loss: Int
    var swaps: Int
  }

  /// Nothing wrong ever comes out, every message is accounted for, and what is lost heals.
  @Test("loss, swaps, deaths and rebirths", arguments: 0..<120)
  func life(seed: UInt64) {
    var random = Seeded(seed &* 77)
    var node = EdgeModel(seed)
    let names = EdgeModel.devices.flatMap { device in EdgeModel.metrics.map { "\(device):\($0)" } }
    var bench = Bench(names)
    let network = Network(loss: seed % 3 == 0 ? 0 : 3, swaps: seed % 2 == 0 ? 0 : 10)
    var truth: [Int64: (name: String, time: UInt64)] = [:]
    var given: Set<Int64> = []
    var sent: Set<Int64> = []
    var delivered = 0
    var finished = 0
    var late: [EdgeModel.Message] = []

    func deliver(_ message: EdgeModel.Message) {
      delivered += 1
      bench.receive(
        SparkplugTopic(kind: message.kind, group: "plant", node: "edge1", device: message.device).text,
        message.payload.bytes)
    }
    func send(_ messages: [EdgeModel.Message], loss: Int) {
      for message in messages {
        for value in message.values {
          truth[value.value] = (value.name, value.time)
          sent.insert(value.value)
        }
        if random.below(100) < loss { continue }
        // Swapped with its successor. (Births and deaths of nodes cannot be told from news once they are late.)
        let canWait = message.kind != .nodeBirth && message.kind != .nodeDeath
        if canWait, late.isEmpty, random.below(100) < network.swaps {
          late.append(message)
          continue
        }
        deliver(message)
        if !late.isEmpty { deliver(late.removeFirst()) }
      }
    }
    func look() {
      let output = bench.take()
      for value in output.values {
        guard case .int(let number) = value.scalar, let origin = truth[number] else {
          Issue.record("a value that was never sent: \(value)")
          continue
        }
        #expect(bench.names[value.tag] == origin.name, "the right metric")
        #expect(value.time == Timestamp(nanoseconds: Int64(origin.time) * 1_000_000), "at its time")
        #expect(given.insert(number).inserted, "once")
      }
      finished += output.accepted + output.setAside.count
      if !output.requests.isEmpty, node.isUp { send(node.births(Bench.start + bench.clock), loss: network.loss) }
    }

    for _ in 0..<1500 {
      let time = Bench.start + bench.clock
      switch random.below(100) {
      case 0 where node.isUp: send([node.will()], loss: 0)
      case _ where !node.isUp: send(node.connect(time), loss: network.loss)
      case 1: send([node.death(time)].compactMap(\.self), loss: network.loss)
      case 2, 3:
        let dead = EdgeModel.devices.filter { !node.alive.contains($0) }
        send(dead.prefix(1).map { node.birth($0, time) }, loss: network.loss)
      case 4:
        bench.disconnect()
        bench.connect()
      default: send([node.data(time)].compactMap(\.self), loss: network.loss)
      }
      look()
      bench.wait(UInt64(100 + random.below(400)))
      look()
    }
    // From here on the network is good: within the longest wait everything is heard again.
    if !late.isEmpty { deliver(late.removeFirst()) }
    if !node.isUp { send(node.connect(Bench.start + bench.clock), loss: 0) }
    for _ in 0..<200 {
      send([node.data(Bench.start + bench.clock)].compactMap(\.self), loss: 0)
      if !late.isEmpty { deliver(late.removeFirst()) }
      look()
      bench.wait(10_000)
      look()
    }
    let before = given.count
    send([node.birth("d1", Bench.start + bench.clock)], loss: 0)
    if !late.isEmpty {
      send([node.data(Bench.start + bench.clock)].compactMap(\.self), loss: 0)
      if !late.isEmpty { deliver(late.removeFirst()) }
    }
    look()
    #expect(given.count >= before + EdgeModel.metrics.count, "it is heard again")
    #expect(finished == delivered, "every message is accepted or set aside")
    #expect(given.isSubset(of: sent))
    if network.loss == 0, network.swaps == 0 {
      #expect(given.count > 1000)
    }
  }

  /// Without loss, swaps are put right and every single value comes out, in the order in which it was sent.
  @Test("swaps alone lose nothing", arguments: 0..<20)
  func swaps(seed: UInt64) {
    var random = Seeded(seed)
    var node = EdgeModel(seed)
    var bench = Bench(EdgeModel.devices.flatMap { device in EdgeModel.metrics.map { "\(device):\($0)" } })
    var queue = node.connect(Bench.start)
    for step in 0..<600 {
      if let message = node.data(Bench.start + UInt64(step)) { queue.append(message) }
      if step % 50 == 49 {
        if let death = node.death(Bench.start + UInt64(step)) { queue.append(death) }
        for device in EdgeModel.devices where !node.alive.contains(device) {
          queue.append(node.birth(device, Bench.start + UInt64(step)))
        }
      }
    }
    let expected = queue.flatMap(\.values).map(\.value)
    // Blocks of up to five messages in any order, but for the first, the birth of the edge node.
    var index = 1
    while index < queue.count {
      let end = min(queue.count, index + 1 + random.below(5))
      for place in index..<end { queue.swapAt(place, index + random.below(end - index)) }
      index = end
    }
    for message in queue {
      bench.receive(
        SparkplugTopic(kind: message.kind, group: "plant", node: "edge1", device: message.device).text,
        message.payload.bytes)
    }
    let output = bench.take()
    #expect(output.values.map(\.scalar) == expected.map { .int($0) })
    #expect(output.setAside.isEmpty && output.accepted == queue.count)
  }
}
