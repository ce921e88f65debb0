import Telemetry
import Testing

@testable import MQTT

@Suite struct SessionTests {
  static func make(_ topics: [String] = ["a", "b", "c"], perRequest: Int = 2) -> Session {
    var configuration = Session.Configuration()
    configuration.subscriptions = topics
    configuration.drainTopic = "drain"
    configuration.announcesState = true
    configuration.filtersPerRequest = perRequest
    return Session(configuration)
  }

  /// A session that is `live`, with nonce 7.
  static func live() -> Session {
    var session = make()
    _ = session.handle(.start, random: 0)
    _ = session.handle(.answered(code: 0, sessionPresent: true, nonce: 7), random: 0)
    _ = session.handle(.subscribed(request: 0, codes: [1, 1]), random: 0)
    _ = session.handle(.subscribed(request: 1, codes: [1]), random: 0)
    _ = session.handle(.markerArrived(nonce: 7), random: 0)
    return session
  }

  @Test func theWholeWayToLive() {
    var session = Self.make()
    #expect(session.handle(.start, random: 0) == [.connect(.v5), .timer(.seconds(20))])
    #expect(
      session.handle(.answered(code: 0, sessionPresent: false, nonce: 7), random: 0) == [
        .report(.up(sessionPresent: false)), .publishOnline, .subscribe(request: 0, filters: 0..<2),
        .subscribe(request: 1, filters: 2..<3), .timer(.seconds(20)),
      ])
    #expect(session.handle(.subscribed(request: 1, codes: [1]), random: 0) == [])
    #expect(
      session.handle(.subscribed(request: 0, codes: [1, 1]), random: 0) == [
        .publishMarker(nonce: 7), .timer(.seconds(10)),
      ])
    #expect(session.handle(.markerArrived(nonce: 6), random: 0) == [], "a marker of an earlier connection")
    #expect(session.handle(.timerFired, random: 0) == [.publishMarker(nonce: 7), .timer(.seconds(10))])
    #expect(session.handle(.markerArrived(nonce: 7), random: 0) == [.timer(nil), .report(.drained)])
    #expect(session.phase == .live)
  }

  @Test func aHostThatIsAnsweredSaysThatItIsThereAfterSubscribing() {
    var configuration = Session.Configuration()
    configuration.subscriptions = ["a"]
    configuration.drainTopic = "drain"
    configuration.announcesState = true
    configuration.announcesSubscribed = true
    var session = Session(configuration)
    _ = session.handle(.start, random: 0)
    #expect(
      session.handle(.answered(code: 0, sessionPresent: false, nonce: 7), random: 0) == [
        .report(.up(sessionPresent: false)), .subscribe(request: 0, filters: 0..<1), .timer(.seconds(20)),
      ])
    #expect(!session.phase.isSubscribed)
    #expect(
      session.handle(.subscribed(request: 0, codes: [1]), random: 0) == [
        .publishOnline, .publishMarker(nonce: 7), .timer(.seconds(10)),
      ])
    #expect(session.phase.isSubscribed)
  }

  @Test func everySubscriptionCodeIsLookedAt() {
    var session = Self.make()
    _ = session.handle(.start, random: 0)
    _ = session.handle(.answered(code: 0, sessionPresent: true, nonce: 1), random: 0)
    #expect(
      session.handle(.subscribed(request: 0, codes: [0x87, 0]), random: 0) == [
        .report(.subscriptionRefused(topic: "a", code: 0x87)), .report(.subscriptionWeakened(topic: "b")),
      ])
    #expect(
      session.handle(.subscribed(request: 1, codes: []), random: 0).first
        == .report(.subscriptionRefused(topic: "c", code: 0x80)))
  }

  @Test(arguments: [(0x84 as UInt8), 1])
  func anOldBrokerIsSpokenToInItsVersion(code: UInt8) {
    var session = Self.make()
    _ = session.handle(.start, random: 0)
    let refusal = Session.Event.answered(code: code, sessionPresent: false, nonce: 1)
    #expect(session.handle(refusal, random: 0.5) == [.close, .connect(.v311), .timer(.seconds(20))])
    // A second refusal has no further version to fall back to.
    #expect(
      session.handle(refusal, random: 0.5) == [
        .close, .report(.connectFailed(.refused(code: code), retryAfter: .milliseconds(250))),
        .timer(.milliseconds(250)),
      ])
    #expect(session.handle(.timerFired, random: 0) == [.connect(.v311), .timer(.seconds(20))])
  }

  @Test func afterATakeoverItKeepsAway() {
    var session = Self.live()
    let actions = session.handle(.lost(code: 0x8E, "taken over"), random: 0)
    #expect(actions == [.close, .report(.down(.takenOver)), .timer(.seconds(30))])
  }

  @Test(arguments: [(59, true), (30, false), (31, true), (1, false)])
  func aStallOfMoreThanHalfTheKeepAliveDisconnects(seconds: Int, disconnects: Bool) {
    var session = Self.live()
    let actions = session.handle(.stalled(.seconds(seconds)), random: 0)
    #expect(actions.contains(.report(.down(.stalled(seconds: seconds)))) == disconnects)
    #expect((session.phase == .waiting) == disconnects)
  }

  @Test func aFailedCommitClosesBeforeAnythingElse() {
    var session = Self.live()
    let actions = session.handle(.commitFailed("disk full"), random: 1)
    #expect(actions.first == .close)
    #expect(actions.contains(.report(.down(.commitFailed("disk full")))))
  }

  @Test func waitsGrowUntilAConnectionHasWorked() {
    var session = Self.make()
    var waits: [Duration] = []
    _ = session.handle(.start, random: 0)
    for _ in 0..<9 {
      for case .timer(let wait?) in session.handle(.connectFailed("refused"), random: 0.999) { waits.append(wait) }
      _ = session.handle(.timerFired, random: 0)
    }
    #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(waits[0] < .milliseconds(501) && waits[8] <= .seconds(30) && waits[8] > .seconds(29))
    session = Self.live()
    _ = session.handle(.lost(code: nil, "x"), random: 0.9)
    #expect(session.backoff.failures == 1)
    _ = session.handle(.timerFired, random: 0)
    _ = session.handle(.answered(code: 0, sessionPresent: true, nonce: 8), random: 0)
    #expect(session.backoff.failures == 1, "being connected proves nothing yet")
    for request in 0..<2 { _ = session.handle(.subscribed(request: request, codes: [1, 1]), random: 0) }
    _ = session.handle(.markerArrived(nonce: 8), random: 0)
    _ = session.handle(.worked, random: 0)
    #expect(session.backoff.failures == 0)
  }

  @Test func stoppingEndsEverything() {
    var session = Self.live()
    #expect(session.handle(.stop, random: 0) == [.timer(nil), .report(.down(.stopped)), .finish])
    #expect(session.handle(.timerFired, random: 0) == [])
    #expect(session.handle(.start, random: 0) == [])
  }

  /// Random events against a model that knows only what a socket is.
  @Test(arguments: 0..<40)
  func randomEventsKeepTheInvariants(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var session = Self.make(["a", "b", "c", "d", "e"], perRequest: 2)
    var isOpen = false
    var isUp = false
    var isStopped = false
    var timer = false
    var marker: UInt64?
    var version = Session.ProtocolVersion.v5
    for _ in 0..<2000 {
      let event = Self.randomEvent(&random)
      // A shell fires only timers that are set, and speaks of connections only while there is one.
      if event == .timerFired {
        guard timer else { continue }
        timer = false
      }
      if case .lost = event, !isOpen { continue }
      let wasStopped = isStopped
      if event == .stop, session.phase != .idle { isStopped = true }
      if event == .stop { isStopped = true }
      for action in session.handle(event, random: random.unit()) {
        #expect(!wasStopped, "nothing happens after the end")
        switch action {
        case .connect(let next):
          #expect(!isOpen && !isUp)
          #expect(version == .v5 || next == .v311, "there is no way back to a version that was refused")
          version = next
          isOpen = true
          marker = nil
        case .close:
          #expect(isOpen)
          isOpen = false
        case .subscribe(_, let filters):
          #expect(isOpen && isUp && !filters.isEmpty)
        case .publishOnline, .unsubscribe: #expect(isOpen && isUp)
        case .publishMarker(let nonce):
          #expect(isOpen && isUp && (marker == nil || marker == nonce))
          marker = nonce
        case .timer(let wait):
          timer = wait != nil
          if let wait { #expect(wait > .zero && wait <= .seconds(60)) }
        case .finish: #expect(isStopped)
        case .report(.up):
          #expect(!isUp && isOpen)
          isUp = true
        case .report(.drained):
          #expect(isUp && event == .markerArrived(nonce: marker ?? 0))
        case .report(.down(let reason)):
          #expect(isUp)
          isUp = false
          if reason == .takenOver { #expect(session.phase == .waiting) }
        case .report(.connectFailed):
          #expect(!isUp)
          if case .connectFailed = event { isOpen = false }
        case .report: #expect(isUp)
        }
      }
      if case .connectFailed = event, session.phase == .waiting { isOpen = false }
      switch session.phase {
      case .waiting, .connecting, .subscribing, .draining: #expect(timer, "it can never get stuck")
      case .idle, .live, .stopped: #expect(!timer)
      }
      #expect(session.phase.isUp == isUp)
      if isStopped {
        #expect(session.phase == .stopped)
        session = Self.make(["a", "b", "c", "d", "e"], perRequest: 2)
        (isOpen, isUp, isStopped, timer, marker, version) = (false, false, false, false, nil, .v5)
      }
    }
  }

  private static func randomEvent(_ random: inout SplitMix64) -> Session.Event {
    let nonce = random.next() % 3
    switch random.next() % 20 {
    case 0...2: return .start
    case 3: return random.next() % 20 == 0 ? .stop : .start
    case 4: return .connectFailed("x")
    case 5...7:
      return .answered(
        code: [0, 0, 0, 0x84, 1, 0x87][Int(random.next() % 6)], sessionPresent: random.next() & 1 == 0, nonce: nonce)
    case 8...11:
      let codes = (0..<(random.next() % 3)).map { _ in [0 as UInt8, 1, 0x87][Int(random.next() % 3)] }
      return .subscribed(request: Int(random.next() % 4), codes: codes)
    case 12, 13: return .markerArrived(nonce: nonce)
    case 14: return .lost(code: [nil, 0x8E, 0x8B][Int(random.next() % 3)], "x")
    case 15...17: return .timerFired
    case 18: return random.next() & 1 == 0 ? .worked : .commitFailed("x")
    default: return .stalled(.seconds(Int(random.next() % 100)))
    }
  }
}
