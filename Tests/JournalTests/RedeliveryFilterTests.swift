import Telemetry
import Testing

@testable import Journal

@Suite struct RedeliveryFilterTests {
  private let connection = ConnectionID(1)

  private func message(_ packetID: UInt16, _ hash: UInt64, connection: UInt8 = 1) -> MessageIdentity {
    MessageIdentity(connection: ConnectionID(connection), packetID: packetID, hash: hash)
  }

  private func filter(_ committed: [MessageIdentity]) -> RedeliveryFilter {
    var filter = RedeliveryFilter(connection: connection)
    filter.reconnected(sessionPresent: true)
    filter.committed(committed)
    filter.reconnected(sessionPresent: true)
    return filter
  }

  /// What a filter that remembers `committed` says to what comes after a reconnect.
  private func answers(
    _ committed: [MessageIdentity], _ received: [MessageIdentity], duplicate: Bool? = nil
  ) -> [Bool] {
    var filter = filter(committed)
    return received.map { filter.isRedelivery($0, duplicate: duplicate) }
  }

  @Test func aSuffixComesAgainUntilTheFirstNews() {
    // After the news it is over: what looks like an old one is new.
    let received = [message(2, 20), message(3, 30), message(4, 40), message(3, 30)]
    #expect(
      answers([message(1, 10), message(2, 20), message(3, 30)], received) == [true, true, false, false])
  }

  @Test func withoutAReconnectNothingIsARedelivery() {
    var filter = RedeliveryFilter(connection: connection)
    filter.committed([message(1, 10)])
    let answer = filter.isRedelivery(message(1, 10))
    #expect(!answer)
  }

  @Test func samePayloadUnderAnotherPacketIDIsNew() {
    #expect(answers([message(1, 10)], [message(2, 10)]) == [false])
  }

  @Test func aReusedPacketIDWithAnotherPayloadIsNew() {
    #expect(answers([message(1, 10)], [message(1, 11)]) == [false])
  }

  @Test func onlyTheLatestOfAPacketIDCanComeAgain() {
    // Id 1 was used anew, so its first message and the one of id 2 before it were acknowledged.
    let committed = [message(2, 20), message(1, 10), message(1, 11), message(3, 30)]
    #expect(answers(committed, [message(1, 10)]) == [false])
    #expect(answers(committed, [message(2, 20)]) == [false])
    #expect(answers(committed, [message(1, 11), message(3, 30)]) == [true, true])
  }

  @Test func orderIsKept() {
    // An expired message may be left out, going back is not possible.
    let received = [message(1, 10), message(3, 30), message(2, 20)]
    #expect(answers([message(1, 10), message(2, 20), message(3, 30)], received) == [true, true, false])
  }

  @Test func aLostSessionForgets() {
    var filter = filter([message(1, 10)])
    filter.reconnected(sessionPresent: false)
    let lost = filter.isRedelivery(message(1, 10))
    filter.committed([message(1, 10)])
    filter.reconnected(sessionPresent: true)
    let kept = filter.isRedelivery(message(1, 10))
    #expect([lost, kept] == [false, true])
  }

  @Test func theJournalRemembersTheLostSession() {
    var filter = RedeliveryFilter(connection: connection)
    filter.reconnected(
      sessionPresent: true, recent: [message(1, 10), message(2, 20), .newSession(connection), message(1, 11)])
    let before = filter.isRedelivery(message(2, 20))
    filter.reconnected(sessionPresent: true)
    let after = filter.isRedelivery(message(1, 11))
    #expect([before, after] == [false, true])
  }

  @Test func theFlagDecidesWhereItIsKnown() {
    #expect(answers([message(1, 10)], [message(1, 10)], duplicate: false) == [false])
    #expect(answers([message(1, 10)], [message(1, 10), message(2, 20)], duplicate: true) == [true, false])
  }

  @Test func otherConnectionsAndQoS0AreNoneOfItsBusiness() {
    let committed = [message(1, 10), message(2, 20, connection: 2), message(0, 5), message(2, 21)]
    let received = [
      message(2, 20, connection: 2), message(0, 5), message(1, 10), message(0, 6), message(2, 21),
    ]
    #expect(answers(committed, received) == [false, false, true, false, true])
  }

  /// A sensor that always says the same, and a broker that uses its ids in turn: a round later both id and payload
  /// are those of a message that was acknowledged long ago.
  @Test(arguments: [65_534, 65_535, 65_536, 70_000, 131_070])
  func aConstantPayloadIsNotLostWhenTheIDsComeRound(count: Int) {
    let messages = (0...count).map { message(UInt16($0 % 65_535 + 1), 7) }
    #expect(answers(messages.dropLast(), [messages[count]]) == [false])
  }

  @Test func tenThousandsInFlightAreRecognised() {
    let all = (0..<64_000).map { message(UInt16($0 + 1), UInt64($0)) }
    #expect(answers(all, all).allSatisfy { $0 })
  }

  @Test func confirmedMessagesDoNotComeAgain() {
    var filter = RedeliveryFilter(connection: connection)
    filter.committed([message(1, 10)])
    let mark = filter.mark
    filter.committed([message(2, 20)])
    filter.confirmed(through: mark)
    filter.reconnected(sessionPresent: true)
    let second = filter.isRedelivery(message(2, 20))
    filter.reconnected(sessionPresent: true)
    let first = filter.isRedelivery(message(1, 10))
    #expect([first, second] == [false, true])
  }

  // MARK: Random sequences against a model of a broker

  @Test(arguments: BrokerModel.Plan.all, 0..<25 as Range<UInt64>)
  func nothingIsLostOrCountedTwice(plan: BrokerModel.Plan, seed: UInt64) {
    var model = BrokerModel(plan: plan, seed: seed)
    model.run(steps: 1500)
    #expect(model.counted == model.published, "plan \(plan), seed \(seed)")
  }

  /// The model can fail: without the filter the same crashes count messages twice.
  @Test func withoutTheFilterTheModelCountsTwice() {
    var model = BrokerModel(plan: BrokerModel.Plan.all[0], seed: 1)
    model.usesFilter = false
    model.run(steps: 1500)
    #expect(model.counted > model.published)
  }
}
