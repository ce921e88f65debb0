import Telemetry
import TestSupport
import Testing

@testable import MQTT

/// Shared subscriptions, and subscriptions that nobody wants any more.
@Suite struct ShareTests {
  private static func make(obsolete: [String] = []) -> Session {
    var configuration = Session.Configuration()
    configuration.subscriptions = ["plant/a", "$weir/clock", "plant/+", "drain"]
    configuration.drainTopic = "drain"
    configuration.share = "g"
    configuration.obsolete = obsolete
    configuration.filtersPerRequest = 3
    var session = Session(configuration)
    _ = session.handle(.start, random: 0)
    return session
  }

  @Test func onlyTheMarkerAndTopicsOfTheBrokerAreNotShared() {
    var session = Self.make()
    _ = session.handle(.answered(code: 0, sessionPresent: true, nonce: 7), random: 0)
    #expect(session.wireFilters(0..<4) == ["$share/g/plant/a", "$weir/clock", "$share/g/plant/+", "drain"])
    _ = session.handle(.subscribed(request: 0, codes: [1, 1, 1]), random: 0)
    #expect(
      session.handle(.subscribed(request: 1, codes: [1]), random: 0)
        == [.publishMarker(nonce: 7), .timer(.seconds(10))])
  }

  @Test func aBrokerThatSaysItCannotIsSubscribedPlainly() {
    var session = Self.make()
    let actions = session.handle(.answered(code: 0, sessionPresent: true, nonce: 7, canShare: false), random: 0)
    #expect(actions.contains(.report(.sharingUnavailable(group: "g"))))
    #expect(session.wireFilters(0..<4) == ["plant/a", "$weir/clock", "plant/+", "drain"])
  }

  @Test func aBrokerOfTheOldVersionIsSubscribedPlainly() {
    var session = Self.make()
    _ = session.handle(.answered(code: 1, sessionPresent: false, nonce: 7), random: 0)
    let actions = session.handle(.answered(code: 0, sessionPresent: false, nonce: 8), random: 0)
    #expect(actions.contains(.report(.sharingUnavailable(group: "g"))))
    #expect(session.wireFilters(0..<1) == ["plant/a"])
  }

  @Test func aRefusalOfSharingIsAnsweredByAPlainSubscription() {
    var session = Self.make()
    _ = session.handle(.answered(code: 0, sessionPresent: true, nonce: 7), random: 0)
    #expect(
      session.handle(.subscribed(request: 0, codes: [0x9E, 1, 0x9E]), random: 0)
        == [.report(.sharingUnavailable(group: "g")), .subscribe(request: 0, filters: 0..<3)])
    #expect(session.wireFilters(0..<1) == ["plant/a"])
    #expect(session.handle(.subscribed(request: 1, codes: [1]), random: 0) == [])
    // Plainly it works; a refusal now is an ordinary one.
    #expect(
      session.handle(.subscribed(request: 0, codes: [1, 1, 0x9E]), random: 0).first
        == .report(.subscriptionRefused(topic: "plant/+", code: 0x9E)))
    #expect(session.phase == .draining(nonce: 7))
  }

  @Test func obsoleteSubscriptionsEndOnlyInASessionThatHasThem() {
    var session = Self.make(obsolete: ["$share/old/x"])
    #expect(session.handle(.answered(code: 0, sessionPresent: true, nonce: 7), random: 0).contains(.unsubscribe))
    session = Self.make(obsolete: ["$share/old/x"])
    #expect(!session.handle(.answered(code: 0, sessionPresent: false, nonce: 7), random: 0).contains(.unsubscribe))
    session = Self.make()
    #expect(!session.handle(.answered(code: 0, sessionPresent: true, nonce: 7), random: 0).contains(.unsubscribe))
  }

  @Test(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
  func twoReceiversOfAGroupDivideTheMessages() async throws {
    let broker = try TestBroker()
    let delegates = [RecordingDelegate(), RecordingDelegate()]
    let receivers = delegates.enumerated().map { number, delegate in
      var settings = broker.connection(clientID: "member-\(number)")
      settings.share = "g"
      return Receiver(
        settings: settings, gateway: "g\(number)", subscriptions: ["plant/+", "plant/x/y"], delegate: delegate)
    }
    for receiver in receivers { try receiver.start() }
    for delegate in delegates { #expect(eventually { delegate.isDrained }) }
    try await ReceiverTests.publish(broker, 0..<600)
    #expect(eventually { delegates.reduce(0) { $0 + $1.read { $0.committed.count } } >= 600 })
    for receiver in receivers { receiver.stop() }
    let all = delegates.flatMap(\.committedPayloads)
    #expect(Set(all).count == 600 && all.count == 600, "each message goes to one of them")
    #expect(delegates.allSatisfy { $0.read { $0.committed.count } > 100 })
    #expect(delegates.allSatisfy { $0.read { $0.events.first } == .up(sessionPresent: false) })
  }

  @Test(.enabled(if: TestBroker.isInstalled, "mosquitto is not installed"))
  func whatIsNotWantedAnyMoreDoesNotCome() async throws {
    let broker = try TestBroker()
    let first = RecordingDelegate()
    let receiver = ReceiverTests.receiver(broker, first, subscriptions: ["plant/a", "plant/b"])
    try receiver.start()
    #expect(eventually { first.isDrained })
    receiver.stop()
    let second = RecordingDelegate()
    var options = ReceiverOptions()
    options.obsolete = ["plant/b"]
    let next = Receiver(
      settings: broker.connection(clientID: "weir-test"), gateway: "g1", subscriptions: ["plant/a"], delegate: second,
      options: options)
    try next.start()
    #expect(eventually { second.isDrained })
    try await ReceiverTests.publish(broker, 0..<5, topic: "plant/b")
    try await ReceiverTests.publish(broker, 10..<15, topic: "plant/a")
    #expect(eventually { second.read { $0.committed.count } >= 5 })
    next.stop()
    #expect(second.committedPayloads == ReceiverTests.texts(10..<15))
  }
}
