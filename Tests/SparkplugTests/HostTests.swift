import Telemetry
import Testing

@testable import Sparkplug

@Suite("The host application")
struct HostTests {
  static let energy = Metric("energy", alias: 10, 4, .long(100), at: Bench.start)

  static func online(_ metrics: [String] = ["meter7:energy", ":voltage"]) -> Bench {
    var bench = Bench(metrics)
    bench.nodeBirth([Metric("voltage", alias: 1, 9, .float(230), at: Bench.start)])
    bench.send(.deviceBirth, "meter7", seq: 1, [energy])
    _ = bench.take()
    return bench
  }

  @Test("births define metrics and carry values; data comes by alias")
  func birthsAndData() {
    var bench = Bench(["meter7:energy", ":voltage"])
    #expect(bench.take().requests.map(\.description) == ["plant/edge1"], "asked at once, whoever is there")
    bench.nodeBirth([Metric("voltage", alias: 1, 9, .float(230), at: Bench.start)])
    bench.send(.deviceBirth, "meter7", seq: 1, [Self.energy])
    #expect(bench.values() == [":voltage=float(230.0)B", "meter7:energy=int(100)B"])
    bench.send(.nodeData, seq: 2, [Metric(alias: 1, nil, .float(231.5), at: Bench.start + 9)])
    bench.send(.deviceData, "meter7", seq: 3, [Metric(alias: 10, nil, .long(101), at: Bench.start + 8)])
    let output = bench.take()
    #expect(output.values.map(bench.describe) == [":voltage=float(231.5)", "meter7:energy=int(101)"])
    #expect(output.values[1].time == Timestamp(nanoseconds: Int64(Bench.start + 8) * 1_000_000))
    #expect(output.accepted == 2 && output.setAside.isEmpty && output.notes.isEmpty && output.requests.isEmpty)
  }

  @Test("data goes by name where births give no alias")
  func names() {
    var bench = Bench(["meter7:a/b"])
    bench.nodeBirth()
    bench.send(.deviceBirth, "meter7", seq: 1, [Metric("a/b", 7, .int(1), at: Bench.start)])
    bench.send(.deviceData, "meter7", seq: 2, [Metric("a/b", nil, .int(2), at: Bench.start)])
    #expect(bench.values() == ["meter7:a/b=uint(1)B", "meter7:a/b=uint(2)"])
  }

  @Test("data before its birth is set aside and the birth is asked for, not without end")
  func missedBirth() {
    var bench = Bench(["meter7:energy"])
    _ = bench.take()
    bench.wait(60_000)
    _ = bench.take()
    var requests = 0
    for second in 0..<7200 {
      bench.send(.deviceData, "meter7", seq: UInt64(second & 255), [Metric(alias: 10, nil, .long(1))])
      bench.wait(1000)
      requests += bench.output.requests.count
      #expect(bench.output.reasons == [.sequence])
      #expect(bench.take().values.isEmpty)
    }
    // 10, 20, 40 … 600 s: about 17 in two hours, and never a storm.
    #expect((10...20).contains(requests), "\(requests) requests")
    bench.nodeBirth()
    bench.send(.deviceBirth, "meter7", seq: 1, [Self.energy])
    bench.send(.deviceData, "meter7", seq: 2, [Metric(alias: 10, nil, .long(101), at: Bench.start)])
    #expect(bench.values() == ["meter7:energy=int(100)B", "meter7:energy=int(101)"])
    bench.wait(3_600_000)
    #expect(bench.take().requests.isEmpty)
  }

  @Test("an edge node that gives no sign of life is not asked for ever")
  func silent() {
    var bench = Bench(["meter7:energy"])
    for _ in 0..<(24 * 60) { bench.wait(60_000) }
    #expect(bench.take().requests.count == bench.host.limits.unansweredRequests)
  }

  @Test("a message that is late within the timeout loses nothing")
  func reordered() {
    var bench = Self.online()
    bench.send(.deviceData, "meter7", seq: 4, [Metric(alias: 10, nil, .long(103), at: Bench.start + 3)])
    bench.send(.deviceData, "meter7", seq: 3, [Metric(alias: 10, nil, .long(102), at: Bench.start + 2)])
    bench.wait(4000)
    #expect(bench.output.values.isEmpty && bench.take().accepted == 0)
    bench.send(.deviceData, "meter7", seq: 2, [Metric(alias: 10, nil, .long(101), at: Bench.start + 1)])
    let output = bench.take()
    #expect(output.values.map(\.scalar) == [.int(101), .int(102), .int(103)])
    #expect(output.accepted == 3 && output.requests.isEmpty && output.violations.isEmpty)
    bench.wait(60_000)
    #expect(bench.take().isEmpty)
  }

  @Test("a gap that stays leads to a rebirth request; nothing is believed until then")
  func gap() {
    var bench = Self.online()
    bench.wait(1_300_000)
    bench.send(.deviceData, "meter7", seq: 3, [Metric(alias: 10, nil, .long(102), at: Bench.start)])
    bench.wait(5001)
    let output = bench.take()
    #expect(output.reasons == [.sequence] && output.values.isEmpty)
    #expect(output.setAside.first?.detail.contains("seq 2 was to come, seq 3 came") == true)
    #expect(output.requests.count == 1)
    #expect(output.notes.contains { $0.event == .offline(.sequence) })
    #expect(!bench.host.isOnline(SparkplugSource(group: "plant", node: "edge1")))
    bench.send(.deviceData, "meter7", seq: 4, [Metric(alias: 10, nil, .long(103), at: Bench.start)])
    #expect(bench.take().reasons == [.sequence])
    let gap = bench.now.wall
    bench.nodeBirth()
    bench.send(.deviceBirth, "meter7", seq: 1, [Self.energy])
    let healed = bench.take()
    #expect(healed.values.count == 1)
    guard case .online(let since?)? = healed.notes.first?.event else {
      Issue.record("an end of the gap expected")
      return
    }
    #expect(since < gap)
  }

  @Test("numbers that begin anew without a birth mean that the birth is lost; a repetition means nothing")
  func restartedNumbers() {
    var bench = Self.online()
    let repeated = [Metric(alias: 10, nil, .long(101), at: Bench.start)]
    for seq in 2..<9 { bench.send(.deviceData, "meter7", seq: UInt64(seq), repeated) }
    bench.send(.deviceData, "meter7", seq: 8, repeated)
    var output = bench.take()
    #expect(output.accepted == 8 && output.values.count == 7 && output.setAside.isEmpty)
    bench.send(.deviceBirth, "meter7", seq: 1, [Self.energy])
    output = bench.take()
    #expect(output.reasons == [.sequence])
    #expect(output.setAside[0].detail.contains("a birth is missing"), "\(output.setAside)")
    bench.send(.deviceData, "meter7", seq: 9, repeated)
    #expect(bench.take().reasons == [.sequence], "by chance the right number, but under other aliases")
  }

  @Test("what a broken edge node makes wait is bounded")
  func flood() {
    var bench = Self.online()
    for _ in 0..<1000 { bench.send(.deviceData, "meter7", seq: 99, [Metric(alias: 10, nil, .long(1))]) }
    let output = bench.take()
    #expect(output.setAside.count == 1000 && output.requests.count <= 1)
  }

  @Test("an alias that a rebirth gives to another metric means the other one from then on")
  func aliasReuse() {
    var bench = Bench(["d:a", "d:b"])
    bench.nodeBirth()
    bench.send(
      .deviceBirth, "d", seq: 1, [Metric("a", alias: 1, 7, .int(0)), Metric("b", alias: 2, 7, .int(0))])
    bench.send(.deviceData, "d", seq: 2, [Metric(alias: 1, nil, .int(11))])
    bench.nodeBirth()
    bench.send(
      .deviceBirth, "d", seq: 1, [Metric("b", alias: 1, 7, .int(0)), Metric("a", alias: 2, 7, .int(0))])
    bench.send(.deviceData, "d", seq: 2, [Metric(alias: 1, nil, .int(22))])
    #expect(bench.values().filter { !$0.hasSuffix("B") } == ["d:a=uint(11)", "d:b=uint(22)"])
    // And by the birth of the device alone.
    bench.send(
      .deviceBirth, "d", seq: 3, [Metric("a", alias: 1, 7, .int(0)), Metric("b", alias: 2, 7, .int(0))])
    bench.send(.deviceData, "d", seq: 4, [Metric(alias: 1, nil, .int(33))])
    #expect(bench.values().last == "d:a=uint(33)")
    #expect(bench.take().violations == [])
  }

  @Test("an alias of two metrics, of another device or of nobody means nothing")
  func badAliases() {
    var bench = Bench(["d:a", "d:b", "e:c"])
    bench.nodeBirth()
    bench.send(
      .deviceBirth, "d", seq: 1, [Metric("a", alias: 1, 7, .int(0)), Metric("b", alias: 1, 7, .int(0))])
    bench.send(.deviceBirth, "e", seq: 2, [Metric("c", alias: 2, 7, .int(0))])
    #expect(bench.take().violations == [.duplicateAlias])
    bench.wait(1_300_000)
    bench.send(
      .deviceData, "d", seq: 3,
      [Metric(alias: 1, nil, .int(1)), Metric(alias: 2, nil, .int(2)), Metric(alias: 3, nil, .int(3))])
    let output = bench.take()
    #expect(output.values.isEmpty && output.accepted == 1)
    #expect(output.violations == [.foreignAlias, .unknownAlias])
    #expect(output.requests.count == 1)
  }

  @Test("name and alias together are a violation; they count if they agree")
  func nameAndAlias() {
    var bench = Bench(["d:a", "d:b"])
    bench.nodeBirth()
    bench.send(
      .deviceBirth, "d", seq: 1,
      [Metric("a", alias: 1, 7, .int(0)), Metric("b", alias: 2, 7, .int(0)), Metric(alias: 3, 7, .int(0))])
    #expect(bench.take().violations == [.aliasWithoutName])
    bench.send(
      .deviceData, "d", seq: 2,
      [Metric("a", alias: 1, nil, .int(1)), Metric("a", alias: 2, nil, .int(2)), Metric("b", nil, .int(3))])
    let output = bench.take()
    #expect(output.values.map(bench.describe) == ["d:a=uint(1)", "d:b=uint(3)"])
    #expect(output.violations == [.nameAndAlias, .nameInsteadOfAlias], "the second time is not told again")
  }

  @Test("null is no value, zero is one")
  func null() {
    var bench = Self.online()
    bench.send(.deviceData, "meter7", seq: 2, [Metric(alias: 10, nil, null: true)])
    bench.send(.deviceData, "meter7", seq: 3, [Metric(alias: 10, nil, .long(0))])
    #expect(bench.values() == ["meter7:energy=null", "meter7:energy=int(0)"])
  }

  @Test("historical values keep their time and do not touch the order of the live ones")
  func historical() {
    var bench = Self.online()
    func metric(_ value: UInt64, _ time: UInt64, _ historical: Bool) -> Metric {
      Metric(alias: 10, nil, .long(value), at: Bench.start + time, historical: historical)
    }
    bench.send(.deviceData, "meter7", seq: 2, [metric(3, 5000, false), metric(1, 1000, true), metric(2, 2000, true)])
    bench.send(.deviceData, "meter7", seq: 3, [metric(4, 6000, false)])
    var output = bench.take()
    #expect(output.violations.isEmpty)
    #expect(output.values.map(\.isHistorical) == [false, true, true, false])
    #expect(output.values[1].time == Timestamp(nanoseconds: Int64(Bench.start + 1000) * 1_000_000))
    bench.send(.deviceData, "meter7", seq: 4, [metric(5, 5500, false)])
    output = bench.take()
    #expect(output.violations == [.order] && output.values.count == 1)
  }

  @Test("a metric without a time has that of its message, else that of its reception")
  func times() {
    var bench = Self.online()
    bench.send(.deviceData, "meter7", seq: 2, at: 77, [Metric(alias: 10, nil, .long(1))])
    bench.receive(
      "spBv1.0/plant/DDATA/edge1/meter7", Payload(seq: 3, metrics: [Metric(alias: 10, nil, .long(2))]).bytes)
    let output = bench.take()
    #expect(output.values[0].time == Timestamp(nanoseconds: Int64(Bench.start + 77) * 1_000_000))
    #expect(!output.values[0].isUndated && output.values[1].isUndated)
    #expect(output.values[1].time == bench.now.wall)
    bench.send(.deviceData, "meter7", seq: 4, [Metric(alias: 10, nil, .long(3), at: 0)])
    #expect(bench.take().reasons == [.badTimestamp], "1970 is no time of a plant; the sequence goes on")
    bench.send(.deviceData, "meter7", seq: 5, [Metric(alias: 10, nil, .long(4))])
    #expect(bench.values().count == 1)
  }

  @Test("members of template instances have the name of their instance before theirs")
  func templates() {
    var bench = Bench(["d:Motor1/temperature", "d:Motor1/drive/speed"])
    bench.nodeBirth([Metric("Motor", 19, .template([Metric("temperature", 9)], isDefinition: true))])
    func motor(_ alias: UInt64?, _ name: String?, _ temperature: Float, _ speed: UInt32) -> Metric {
      Metric(
        name, alias: alias, 19,
        .template(
          [
            Metric("temperature", 9, .float(temperature)),
            Metric("drive", 19, .template([Metric("speed", 7, .int(speed))], isDefinition: false)),
          ], isDefinition: false), at: Bench.start)
    }
    bench.send(.deviceBirth, "d", seq: 1, [motor(4, "Motor1", 20, 0)])
    bench.send(.deviceData, "d", seq: 2, [motor(4, nil, 21.5, 1500)])
    #expect(
      bench.values() == [
        "d:Motor1/temperature=float(20.0)B", "d:Motor1/drive/speed=uint(0)B", "d:Motor1/temperature=float(21.5)",
        "d:Motor1/drive/speed=uint(1500)",
      ])
  }

  @Test("data sets, arrays and bytes are passed over and told of")
  func opaque() {
    var bench = Bench(["d:table", "d:list"])
    bench.nodeBirth()
    bench.send(
      .deviceBirth, "d", seq: 1, [Metric("table", 16, .dataset([8, 1])), Metric("list", 25, .bytes([1, 2, 3]))])
    let output = bench.take()
    #expect(output.values.map(\.scalar) == [.unusable, .unusable])
    #expect(output.violations == [.wrongValue])
  }

  @Test(
    "what the edge node thinks of a value",
    arguments: [(nil, .good), (192, .good), (0, .bad), (500, .bad), (64, .uncertain), (216, .good), (24, .bad)]
      as [(UInt64?, SparkplugOutput.Quality)])
  func quality(code: UInt64?, quality: SparkplugOutput.Quality) {
    var bench = Self.online()
    bench.send(.deviceData, "meter7", seq: 2, [Metric(alias: 10, nil, .long(1), quality: code)])
    #expect(bench.take().values.map(\.quality) == [quality])
  }

  @Test("a device's death and birth, with the time between them")
  func deviceDeath() {
    var bench = Self.online()
    bench.send(.deviceDeath, "meter7", seq: 2)
    #expect(bench.take().notes.map(\.event) == [.offline(.death)])
    #expect(!bench.host.isOnline(SparkplugSource(group: "plant", node: "edge1", device: "meter7")))
    bench.wait(60_000)
    bench.send(.deviceData, "meter7", seq: 3, [Metric(alias: 10, nil, .long(1))])
    #expect(bench.take().reasons == [.sequence])
    bench.send(.deviceBirth, "meter7", seq: 4, [Self.energy])
    let output = bench.take()
    guard case .online(let since?)? = output.notes.first?.event else {
      Issue.record("an end of the gap expected")
      return
    }
    #expect((bench.now.wall - since).seconds > 60)
    #expect(output.values.count == 1)
  }

  @Test("the gateway's own connection: everything is unknown until the next birth")
  func connection() {
    var bench = Self.online()
    bench.send(.deviceData, "meter7", seq: 9, [Metric(alias: 10, nil, .long(1))])
    bench.disconnect()
    let lost = bench.take()
    #expect(lost.reasons == [.sequence])
    #expect(lost.notes.map(\.event) == [.offline(.connection)])
    bench.wait(1_300_000)
    bench.connect()
    #expect(bench.take().requests.count == 1)
    bench.send(.deviceData, "meter7", seq: 2, [Metric(alias: 10, nil, .long(1))])
    #expect(bench.take().reasons == [.sequence], "the aliases of before the loss are not believed")
    bench.nodeBirth()
    guard case .online(.some)? = bench.take().notes.first?.event else {
      Issue.record("an end of the gap expected")
      return
    }
  }

  @Test("after a restart of the gateway the gap begins where the last run ended")
  func restart() {
    let before = Timestamp(seconds: 1_763_600_000)
    var bench = Bench([":v"], awaySince: before)
    bench.nodeBirth()
    #expect(bench.take().notes.map(\.event).contains(.online(since: before)))
    var fresh = Bench([":v"])
    fresh.nodeBirth()
    #expect(fresh.take().notes.map(\.event).contains(.online(since: nil)))
  }

  @Test("commands, retained messages, strangers and other topics")
  func others() {
    var bench = Self.online()
    bench.receive("spBv1.0/plant/NCMD/edge1", [1, 2, 3])
    #expect(bench.take().accepted == 1)
    bench.receive("spBv1.0/plant/NDEATH/edge1", Payload(metrics: [Metric("bdSeq", 4, .long(0))]).bytes, retained: true)
    #expect(bench.take().violations == [.retained])
    #expect(bench.host.isOnline(SparkplugSource(group: "plant", node: "edge1")))
    bench.receive("spBv1.0/plant/NBIRTH/edge2", [])
    bench.receive("spBv1.0/plant/NDATA/edge2", [])
    var output = bench.take()
    #expect(output.reasons == [.unknownTopic] && output.accepted == 1, "the first is shown, the others are counted")
    #expect(bench.host.unknown.map(\.source.description) == ["plant/edge2"])
    #expect(bench.host.unknown.map(\.messages) == [2])
    bench.receive("spBv1.0/plant/NDATA/edge1/too/deep", [])
    output = bench.take()
    #expect(output.reasons == [.unknownTopic])
    // A device that nobody wants shares the sequence.
    bench.send(.deviceBirth, "other", seq: 2, [Metric("x", alias: 55, 7, .int(1))])
    bench.send(.deviceData, "other", seq: 3, [Metric(alias: 55, nil, .int(2))])
    bench.send(.deviceData, "meter7", seq: 4, [Metric(alias: 10, nil, .long(5))])
    #expect(bench.values() == ["meter7:energy=int(5)"])
  }

  @Test("many edge nodes are not asked at the same instant")
  func manyNodes() {
    let wishes = (0..<100).map {
      SparkplugWish(source: SparkplugSource(group: "g", node: "n\($0)"), metric: "v", tag: Int32($0))
    }
    var host = SparkplugHost(wishes: wishes)
    var output = SparkplugOutput()
    var asked: [String] = []
    for step in 0..<20 {
      let now = SparkplugTime(
        wall: Timestamp(seconds: 1_763_700_000), steady: Timestamp(nanoseconds: Int64(step) * 50_000_000))
      if step == 0 { host.connected(now: now, into: &output) } else { host.tick(now: now, into: &output) }
      #expect(output.requests.count <= host.limits.requestsPerTick)
      asked += output.requests.map(\.node)
      output.removeAll()
    }
    #expect(Set(asked).count == 100 && asked.count == 100)
  }

  @Test("the rebirth request is a command that goes by name")
  func command() throws {
    let (topic, payload) = SparkplugCommand.rebirth(group: "plant", node: "edge1", timestamp: 1_763_700_000_000)
    #expect(topic == "spBv1.0/plant/NCMD/edge1")
    let frame = try SparkplugPayload(payload.span)
    #expect(frame.timestamp == 1_763_700_000_000 && frame.seq == nil && frame.metricCount == 1)
    let metric = try #require(try SparkplugPayload.metrics(payload.span).first)
    #expect(metric.name.map { String(decoding: payload[$0], as: UTF8.self) } == "Node Control/Rebirth")
    #expect(metric.value == .boolean(true) && metric.alias == nil && metric.datatype == 11)
  }
}
