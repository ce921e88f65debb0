import Telemetry
import Templates
import TestSupport
import Testing

@testable import MQTT

/// What goes over the wire, packet by packet.
@Suite struct WireTests {
  static func settings(_ broker: FakeBroker, keepAlive: Span64 = .seconds(60)) -> Connection {
    Connection(
      name: "plant", host: "127.0.0.1", port: broker.port, clientID: "weir-wire", username: nil, password: nil,
      tls: nil, keepAlive: keepAlive, sessionExpiry: .hours(1), commitInterval: .milliseconds(20),
      maximumPacketSize: 70000, embedded: nil)
  }

  @Test func connectAnnouncesSessionLimitsAndWill() throws {
    let broker = try FakeBroker { packet, _ in FakeBroker.friendly(packet) }
    let delegate = RecordingDelegate()
    let receiver = Receiver(
      settings: Self.settings(broker), gateway: "g1", subscriptions: ["plant/a"], delegate: delegate)
    try receiver.start()
    #expect(eventually { delegate.isDrained })
    receiver.stop()
    // What is sent before the end is read a moment later.
    #expect(eventually { broker.packets(ofType: FakeBroker.disconnect).count == 1 })
    broker.stop()
    let connect = try #require(broker.packets(ofType: FakeBroker.connect).first).body
    #expect(Array(connect[0..<7]) == [0, 4] + Array("MQTT".utf8) + [5])
    #expect(connect[7] == 0b0010_1100, "will retained at QoS 1, clean start off")
    #expect(Array(connect[8..<10]) == [0, 60])
    let properties = Array(connect[11..<(11 + Int(connect[10]))])
    var found: [UInt8: Int] = [:]
    var index = 0
    while index < properties.count {
      let size = properties[index] == 0x21 || properties[index] == 0x22 ? 2 : 4
      found[properties[index]] = properties[(index + 1)...].prefix(size).reduce(0) { $0 << 8 | Int($1) }
      index += 1 + size
    }
    // Session expiry, receive maximum, maximum packet size; never a topic alias maximum (0x22).
    #expect(found == [0x11: 3600, 0x21: 65535, 0x27: 70000])
    let rest = String(decoding: connect, as: UTF8.self)
    #expect(rest.contains("weir/g1/state") && rest.contains(#""state":"offline""#))
    let published = broker.packets(ofType: FakeBroker.publish).map { String(decoding: $0.body, as: UTF8.self) }
    #expect(published.first?.contains(#""state":"online""#) == true)
    #expect(published.last?.contains(#""state":"offline""#) == true)
    #expect(broker.packets(ofType: FakeBroker.disconnect).count == 1)
  }

  @Test func noAcknowledgementLeavesBeforeTheCommitReturns() throws {
    let broker = try FakeBroker { packet, _ in FakeBroker.friendly(packet) }
    let delegate = RecordingDelegate()
    let gate = DispatchGate()
    let receiver = Receiver(
      settings: Self.settings(broker), gateway: "g1", subscriptions: ["plant/a"], delegate: delegate)
    try receiver.start()
    #expect(eventually { delegate.isDrained && !delegate.hasUncommitted })
    // The marker's own acknowledgement has left; from here on they are those of the messages.
    #expect(eventually { broker.packets(ofType: FakeBroker.acknowledgement).count == 1 })
    delegate.change { $0.onCommit = { gate.hold() } }
    for number in 1...20 { broker.send(FakeBroker.message("plant/a", "\(number)", packetID: UInt16(number))) }
    #expect(eventually { gate.count == 1 })
    #expect(broker.packets(ofType: FakeBroker.acknowledgement).count == 1)
    gate.release()
    #expect(eventually { broker.packets(ofType: FakeBroker.acknowledgement).count == 21 })
    receiver.stop()
    broker.stop()
    #expect(delegate.read { $0.committed.map(\.packetID) } == Array(1...20))
  }

  @Test func aFailedCommitAcknowledgesNothingAndClosesTheConnection() throws {
    let broker = try FakeBroker { packet, _ in FakeBroker.friendly(packet) }
    let delegate = RecordingDelegate()
    let receiver = Receiver(
      settings: Self.settings(broker), gateway: "g1", subscriptions: ["plant/a"], delegate: delegate)
    try receiver.start()
    #expect(eventually { delegate.isDrained && !delegate.hasUncommitted })
    #expect(eventually { broker.packets(ofType: FakeBroker.acknowledgement).count == 1 })
    delegate.change { $0.commitFails = true }
    for number in 1...20 { broker.send(FakeBroker.message("plant/a", "\(number)", packetID: UInt16(number))) }
    let isClosed = eventually {
      delegate.read { $0.events.contains { if case .down(.commitFailed) = $0 { true } else { false } } }
    }
    #expect(isClosed)
    #expect(broker.packets(ofType: FakeBroker.connect).count == 1, "not before what is left can be committed")
    delegate.change { $0.commitFails = false }
    #expect(eventually { broker.packets(ofType: FakeBroker.connect).count >= 2 })
    #expect(broker.packets(ofType: FakeBroker.acknowledgement, connection: 1).count == 1, "that of the marker")
    #expect(broker.packets(ofType: FakeBroker.disconnect, connection: 1) == [], "so that the will is sent")
    receiver.stop()
    broker.stop()
  }

  @Test func aBrokerThatKnowsOnly311IsSpokenToInIts() throws {
    let broker = try FakeBroker { packet, connection in
      guard packet.type == FakeBroker.connect else { return nil }
      // As a 3.1.1 broker refuses version 5; then as it accepts its own.
      return packet.body[6] == 5 ? [0x20, 2, 0, 1] : [0x20, 2, 1, 0]
    }
    let delegate = RecordingDelegate()
    let receiver = Receiver(
      settings: Self.settings(broker), gateway: "g1", subscriptions: ["plant/a"], delegate: delegate)
    try receiver.start()
    #expect(eventually { delegate.read { $0.events } == [.up(sessionPresent: true)] }, "\(delegate.read { $0.events })")
    receiver.stop()
    broker.stop()
    let connects = broker.packets(ofType: FakeBroker.connect)
    #expect(connects.map { $0.body[6] } == [5, 4])
    #expect(connects.last.map { $0.body[7] & 2 } == 0, "clean session off")
    #expect(broker.packets(ofType: FakeBroker.subscribe).count == 1)
  }

  @Test func aMarkerThatIsLostIsSentAgain() throws {
    var configuration = Session.Configuration()
    configuration.drainTopic = "d"
    var session = Session(configuration)
    _ = session.handle(.start, random: 0)
    let first = session.handle(.answered(code: 0, sessionPresent: true, nonce: 5), random: 0)
    let again = session.handle(.timerFired, random: 0)
    #expect(first.contains(.publishMarker(nonce: 5)) && again.contains(.publishMarker(nonce: 5)))
  }
}
