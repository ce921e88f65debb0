/// The life of one MQTT connection as a pure state machine: no clock, no socket, no randomness of its own.
///
/// A shell feeds it events and performs the actions that it answers, in order. There is one timer: every `.timer`
/// action replaces it, and `.timerFired` says that it ran out.
struct Session: Sendable {
  enum ProtocolVersion: Hashable, Sendable { case v5, v311 }

  struct Configuration: Hashable, Sendable {
    /// Topic filters in the order of the configuration, requested at QoS 1.
    var subscriptions: [String] = []
    /// Group of a shared subscription: the broker divides the messages of all filters among the group's members, except
    /// those of the marker and of topics with `$`, which every member needs.
    var share: String?
    /// Filters of an earlier configuration, as they were sent: a session that is present still has them.
    var obsolete: [String] = []
    /// Where the marker goes that finds the end of the backlog; nil: live as soon as subscribed (publishers).
    var drainTopic: String?
    /// Whether to announce `online` after connecting and `offline` before leaving.
    var announcesState = false
    /// `online` only after the subscriptions: whoever answers to it is heard.
    var announcesSubscribed = false
    var keepAlive: Duration = .seconds(60)
    /// From the start of an attempt to the broker's answer; the same for subscriptions.
    var answerTimeout: Duration = .seconds(20)
    /// A marker that has not come back by then is published again (a full broker queue may have dropped it).
    var markerInterval: Duration = .seconds(10)
    var backoff = Backoff()
    /// Filters of one SUBSCRIBE: bounded so that the packet stays far below any broker's packet limit.
    var filtersPerRequest = 64
  }

  enum Phase: Hashable, Sendable {
    case idle
    /// No connection; the timer says when to try again.
    case waiting
    case connecting
    /// Connected; requests that are not yet answered.
    case subscribing(Set<Int>)
    /// Subscribed; the marker with this nonce is on its way through the broker's queue.
    case draining(nonce: UInt64)
    case live
    case stopped

    var isUp: Bool {
      switch self {
      case .subscribing, .draining, .live: true
      case .idle, .waiting, .connecting, .stopped: false
      }
    }

    var isSubscribed: Bool {
      switch self {
      case .draining, .live: true
      case .idle, .waiting, .connecting, .subscribing, .stopped: false
      }
    }
  }

  enum Event: Hashable, Sendable {
    case start
    case stop
    /// The attempt failed before the broker answered.
    case connectFailed(String)
    /// CONNACK. `nonce` is fresh and random; it becomes the payload of this connection's marker.
    /// `canShare`: the broker offers shared subscriptions.
    case answered(code: UInt8, sessionPresent: Bool, nonce: UInt64, canShare: Bool = true)
    /// SUBACK of a request, one code for each of its filters.
    case subscribed(request: Int, codes: [UInt8])
    /// A message on the drain topic.
    case markerArrived(nonce: UInt64)
    /// The connection ended; `code` if the broker said why.
    case lost(code: UInt8?, String)
    case timerFired
    /// A commit (receiver) or an acknowledged publish (publisher): this connection works.
    case worked
    case commitFailed(String)
    /// The shell was kept from its loop for this long.
    case stalled(Duration)
  }

  enum Action: Hashable, Sendable {
    case connect(ProtocolVersion)
    /// Close the socket without writing anything more; what is queued for writing is thrown away.
    case close
    /// Positions in the configuration; `wireFilters` gives the texts.
    case subscribe(request: Int, filters: Range<Int>)
    /// Ends the obsolete subscriptions; nothing waits for the answer.
    case unsubscribe
    case publishOnline
    case publishMarker(nonce: UInt64)
    /// Set, or with nil cancel, the one timer.
    case timer(Duration?)
    /// Commit, acknowledge, announce `offline`, disconnect in good order.
    case finish
    case report(ReceiverEvent)
  }

  let configuration: Configuration
  private(set) var phase = Phase.idle
  private(set) var version = ProtocolVersion.v5
  private(set) var backoff: Backoff

  init(_ configuration: Configuration) {
    self.configuration = configuration
    backoff = configuration.backoff
  }

  /// `random` in [0, 1) is used for the jitter of a wait, if this event leads to one.
  mutating func handle(_ event: Event, random: Double) -> [Action] {
    switch (phase, event) {
    case (.stopped, _): return []
    case (.idle, .start): return connect()
    case (.idle, .stop):
      phase = .stopped
      return []
    case (.idle, _), (_, .start): return []
    case (_, .stop): return stop()
    case (.waiting, .timerFired): return connect()
    // Nothing is open: what an earlier connection left behind does not matter any more.
    case (.waiting, _): return []
    case (.connecting, .answered(let code, let present, let nonce, let canShare)):
      // A broker of 3.1.1 that knows no shared subscriptions grants the filter as an ordinary one, that nothing matches.
      plainRequests = []
      isSharing = configuration.share != nil && canShare && version == .v5
      return answered(code: code, sessionPresent: present, nonce: nonce, random: random)
    case (.connecting, .connectFailed(let what)): return failed(.network(what), closing: false, random: random)
    case (.connecting, .timerFired):
      return failed(.timeout("the broker did not answer the connection"), closing: true, random: random)
    case (_, .lost(let code, let what)): return lost(code: code, what, random: random)
    case (.subscribing(let open), .subscribed(let request, let codes)):
      return subscribed(request, codes, open: open)
    case (.subscribing, .timerFired):
      return failed(.timeout("the broker did not answer the subscription"), closing: true, random: random)
    case (.draining(let expected), .markerArrived(let nonce)) where nonce == expected:
      phase = .live
      return [.timer(nil), .report(.drained)]
    case (.draining(let nonce), .timerFired):
      return [.publishMarker(nonce: nonce), .timer(configuration.markerInterval)]
    case (.live, .worked):
      backoff.succeeded()
      return []
    case (_, .commitFailed(let what)): return failed(.commitFailed(what), closing: true, random: random)
    case (_, .stalled(let length)) where phase.isUp && length > configuration.keepAlive / 2:
      return failed(.stalled(seconds: Int(length.components.seconds)), closing: true, random: random)
    default: return []
    }
  }

  private mutating func connect() -> [Action] {
    phase = .connecting
    return [.connect(version), .timer(configuration.answerTimeout)]
  }

  private mutating func stop() -> [Action] {
    defer { phase = .stopped }
    switch phase {
    case .connecting: return [.timer(nil), .close, .finish]
    case .subscribing, .draining, .live: return [.timer(nil), .report(.down(.stopped)), .finish]
    case .idle, .waiting, .stopped: return [.timer(nil), .finish]
    }
  }

  private mutating func answered(code: UInt8, sessionPresent: Bool, nonce: UInt64, random: Double) -> [Action] {
    guard code == 0 else {
      // 0x01 is how a broker that knows only 3.1.1 says the same.
      if version == .v5, code == ReasonCode.unsupportedProtocolVersion || code == 1 {
        version = .v311
        return [.close] + connect()
      }
      return failed(.refused(code: code), closing: true, random: random)
    }
    var actions = [Action.report(.up(sessionPresent: sessionPresent))]
    if configuration.announcesState, !configuration.announcesSubscribed { actions.append(.publishOnline) }
    if let group = configuration.share, !isSharing { actions.append(.report(.sharingUnavailable(group: group))) }
    if sessionPresent, !configuration.obsolete.isEmpty { actions.append(.unsubscribe) }
    // Always, also with a session that is present: only so is it known that the broker's subscriptions are those of
    // the configuration.
    let requests = requests()
    for (number, filters) in requests.enumerated() {
      actions.append(.subscribe(request: number, filters: filters))
    }
    markerNonce = nonce
    if requests.isEmpty {
      actions += subscriptionsDone()
    } else {
      phase = .subscribing(Set(requests.indices))
      actions.append(.timer(configuration.answerTimeout))
    }
    return actions
  }

  private var markerNonce: UInt64 = 0
  private var isSharing = false
  /// Requests that were made again without sharing.
  private var plainRequests: Set<Int> = []

  /// Filters as they are sent.
  func wireFilters(_ range: Range<Int>) -> [String] { configuration.subscriptions[range].map(wireFilter) }

  private func wireFilter(_ filter: String) -> String {
    guard let share = configuration.share, isSharing, filter != configuration.drainTopic else { return filter }
    return Self.shared(filter, group: share)
  }

  static func shared(_ filter: String, group: String) -> String {
    filter.hasPrefix("$") ? filter : "$share/\(group)/\(filter)"
  }

  private func requests() -> [Range<Int>] {
    let count = configuration.subscriptions.count
    return stride(from: 0, to: count, by: configuration.filtersPerRequest).map {
      $0..<min(count, $0 + configuration.filtersPerRequest)
    }
  }

  private mutating func subscribed(_ request: Int, _ codes: [UInt8], open: Set<Int>) -> [Action] {
    guard open.contains(request) else { return [] }
    var actions: [Action] = []
    let filters = requests()[request]
    if configuration.share != nil, !plainRequests.contains(request),
      codes.contains(ReasonCode.sharedSubscriptionsNotSupported)
    {
      return subscribePlainly(request, filters)
    }
    for (offset, index) in filters.enumerated() {
      let topic = configuration.subscriptions[index]
      // An answer with too few codes says nothing about the rest: take it as refused.
      let code = offset < codes.count ? codes[offset] : 0x80
      if ReasonCode.isFailure(code) {
        actions.append(.report(.subscriptionRefused(topic: topic, code: code)))
      } else if code == 0 {
        actions.append(.report(.subscriptionWeakened(topic: topic)))
      }
    }
    let rest = open.subtracting([request])
    if rest.isEmpty {
      actions += subscriptionsDone()
    } else {
      phase = .subscribing(rest)
    }
    return actions
  }

  /// The broker has no shared subscriptions after all.
  private mutating func subscribePlainly(_ request: Int, _ filters: Range<Int>) -> [Action] {
    let isNews = isSharing
    isSharing = false
    plainRequests.insert(request)
    let report = isNews ? configuration.share.map { Action.report(.sharingUnavailable(group: $0)) } : nil
    return [report, .subscribe(request: request, filters: filters)].compactMap(\.self)
  }

  private mutating func subscriptionsDone() -> [Action] {
    let announcement: [Action] =
      configuration.announcesState && configuration.announcesSubscribed ? [.publishOnline] : []
    guard configuration.drainTopic != nil else {
      phase = .live
      return announcement + [.timer(nil), .report(.drained)]
    }
    phase = .draining(nonce: markerNonce)
    return announcement + [.publishMarker(nonce: markerNonce), .timer(configuration.markerInterval)]
  }

  private mutating func lost(code: UInt8?, _ what: String, random: Double) -> [Action] {
    switch code {
    case ReasonCode.sessionTakenOver: failed(.takenOver, closing: true, random: random)
    case let code?: failed(.disconnectedByBroker(code: code), closing: true, random: random)
    case nil: failed(.network(what), closing: true, random: random)
    }
  }

  private mutating func failed(_ reason: ConnectionFailure, closing: Bool, random: Double) -> [Action] {
    let wasUp = phase.isUp
    phase = .waiting
    let delay =
      reason == .takenOver ? backoff.nextAfterTakeover(random: random) : backoff.next(random: random)
    let report = wasUp ? ReceiverEvent.down(reason) : .connectFailed(reason, retryAfter: delay)
    return (closing ? [.close] : []) + [.report(report), .timer(delay)]
  }
}
