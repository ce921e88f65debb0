import CMosquitto
import Glibc
import Telemetry
import Templates

/// The publisher's network thread. The only one that touches its libmosquitto handle.
final class PublisherLoop: MosquittoClientOwner {
  private let settings: Connection
  private let options: PublisherOptions
  private let queue: PublishQueue
  private let stopRequested: StopFlag

  private var session: Session
  private var client: MosquittoClient?
  private var attempt: ConnectAttempt?
  private var closeRequested = false
  private var connectRequested: Session.ProtocolVersion?
  private var isFinished = false
  private var timerAt: Int64?
  private var followUps: [Session.Event] = []
  private var isDispatching = false

  /// Taken from the queue, not yet given to the library: `[next...]`.
  private var backlog: [PublishQueue.Item] = []
  private var next = 0
  /// Given to the library, by packet id.
  private var inFlight: [Int32: PublishQueue.Completion] = [:]
  private var lastProgress: Int64 = 0
  private var hasWorked = false

  init(settings: Connection, options: PublisherOptions, queue: PublishQueue, stopRequested: StopFlag) {
    self.settings = settings
    self.options = options
    self.queue = queue
    self.stopRequested = stopRequested
    var configuration = Session.Configuration()
    configuration.keepAlive = .nanoseconds(settings.keepAlive.nanoseconds)
    session = Session(configuration)
    inFlight.reserveCapacity(options.maximumInFlight)
  }

  func run() {
    dispatch(.start)
    while !isFinished {
      if stopRequested.isRaised {
        drain(until: Monotonic.now() + 5_000_000_000)
        dispatch(.stop)
      }
      performDeferred()
      if !isFinished { turn() }
    }
    if let client, client.descriptor >= 0 {
      client.disconnect()
      client.write()
    }
    client = nil
    attempt?.abandon()
    fail(.stopped, isFinal: true)
  }

  private func turn() {
    let now = Monotonic.now()
    if let timer = timerAt, now >= timer {
      timerAt = nil
      dispatch(.timerFired)
      return
    }
    client?.housekeeping()
    feed()
    if let client, client.wantsToWrite, session.phase == .live { client.write() }
    wait(now)
    if let attempt { finishAttempt(attempt) }
    guard let client, !closeRequested else { return }
    var count = 0
    while count < 4096, !closeRequested, client.read() { count += 1 }
    if client.wantsToWrite, !closeRequested { client.write() }
    if inFlight.isEmpty || count > 0 { lastProgress = now }
    if now - lastProgress > options.acknowledgementTimeout.nanoseconds {
      dispatch(.lost(code: nil, "the broker acknowledges nothing"))
    }
  }

  /// Moves messages from the queue into the library, in order, as far as the window allows.
  private func feed() {
    guard let client, session.phase == .live, !closeRequested else { return }
    if next == backlog.count {
      backlog = queue.take(held: 0)
      next = 0
    }
    while next < backlog.count, inFlight.count < options.maximumInFlight, !closeRequested {
      let item = backlog[next]
      next += 1
      let message = item.message
      let contentType = session.version == .v5 ? message.contentType : nil
      let result = message.payload.withUnsafeBytes {
        client.publish(
          topic: message.topic, payload: $0, qos: message.qos > 0 ? 1 : 0, retain: message.retain,
          contentType: contentType)
      }
      switch result {
      case .success(let packetID): inFlight[packetID] = item.completion
      case .failure(let error) where error.isConnectionLoss:
        item.completion(.failure(.notConnected))
        dispatch(.lost(code: nil, MosquittoClient.text(error.code)))
      case .failure(let error): item.completion(.failure(.refused(code: Self.reason(error.code))))
      }
    }
  }

  /// The reason code that the broker would have answered to what the library refuses.
  private static func reason(_ code: Int32) -> UInt8 {
    switch code {
    case MOSQ_ERR_OVERSIZE_PACKET.rawValue, MOSQ_ERR_PAYLOAD_SIZE.rawValue: ReasonCode.packetTooLarge
    case MOSQ_ERR_INVAL.rawValue, MOSQ_ERR_MALFORMED_UTF8.rawValue: ReasonCode.topicNameInvalid
    case MOSQ_ERR_QOS_NOT_SUPPORTED.rawValue: 0x9B
    case MOSQ_ERR_RETAIN_NOT_SUPPORTED.rawValue: 0x9A
    default: 0x80
    }
  }

  private func wait(_ now: Int64) {
    var until = now + 250_000_000
    if let timerAt { until = min(until, timerAt) }
    var polls = (
      pollfd(fd: queue.wake.descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: -1, events: 0, revents: 0)
    )
    if let client {
      polls.1.fd = client.descriptor
      polls.1.events = Int16(POLLIN)
      if client.wantsToWrite, session.phase.isUp || !client.isEncrypted {
        polls.1.events |= Int16(POLLOUT)
      } else if client.isEncrypted, !session.phase.isUp {
        until = min(until, now + 5_000_000)
      }
    }
    // With a full window only acknowledgements help: new items can wait for them.
    let canFeed = inFlight.count < options.maximumInFlight && session.phase == .live
    if canFeed, next < backlog.count || !queue.prepareToSleep() { until = now }
    let milliseconds = Int32(clamping: max(0, (until - now + 999_999) / 1_000_000))
    _ = withUnsafeMutablePointer(to: &polls) {
      $0.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, milliseconds) }
    }
    if polls.0.revents != 0 { queue.wake.clear() }
  }

  /// Lets what is queued go out before the end.
  private func drain(until deadline: Int64) {
    while session.phase == .live, Monotonic.now() < deadline {
      turn()
      performDeferred()
      if next == backlog.count, inFlight.isEmpty, queue.prepareToSleep() { return }
    }
  }

  // MARK: Session

  private func dispatch(_ event: Session.Event) {
    followUps.append(event)
    guard !isDispatching else { return }
    isDispatching = true
    defer { isDispatching = false }
    while !followUps.isEmpty {
      let event = followUps.removeFirst()
      for action in session.handle(event, random: Double.random(in: 0..<1)) { perform(action) }
    }
  }

  private func perform(_ action: Session.Action) {
    switch action {
    case .connect(let version): connectRequested = version
    case .close:
      closeRequested = true
      connectRequested = nil
    case .timer(let length): timerAt = length.map { Monotonic.now() + $0.nanoseconds }
    case .finish: isFinished = true
    case .report(let event):
      if event == .drained {
        hasWorked = false
        lastProgress = Monotonic.now()
        queue.connected()
      }
      options.onEvent?(event)
    // A publisher subscribes to nothing and has no state of its own.
    case .subscribe, .unsubscribe, .publishOnline, .publishMarker: break
    }
  }

  private func performDeferred() {
    if closeRequested {
      closeRequested = false
      client = nil
      attempt?.abandon()
      attempt = nil
      fail(.notConnected, isFinal: false)
    }
    guard let version = connectRequested else { return }
    connectRequested = nil
    do {
      var options = try ClientOptions(settings, persistent: false)
      options.sendMaximum = Int32(clamping: max(1, min(65535, self.options.maximumInFlight)))
      let client = try MosquittoClient(options, version: version, owner: self)
      attempt = try ConnectAttempt(
        UncheckedBox(value: client).value, options: options, version: version, wake: queue.wake)
    } catch {
      dispatch(.connectFailed(String(describing: error)))
    }
  }

  private func finishAttempt(_ attempt: ConnectAttempt) {
    guard let (outcome, client) = attempt.result() else { return }
    self.attempt = nil
    switch outcome {
    case .connected: self.client = client
    case .failed(let what): dispatch(.connectFailed(what))
    }
  }

  /// Whatever has not been acknowledged fails, oldest first as far as the order is known.
  private func fail(_ error: PublishError, isFinal: Bool) {
    let queued = queue.disconnected(isFinal: isFinal)
    let unacknowledged = inFlight
    inFlight.removeAll(keepingCapacity: true)
    let rest = backlog[next...]
    backlog = []
    next = 0
    for completion in unacknowledged.values { completion(.failure(error)) }
    for item in rest { item.completion(.failure(error)) }
    for item in queued { item.completion(.failure(error)) }
  }

  // MARK: What the library tells

  func clientReceived(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, packetID: UInt16, retained: Bool
  ) {}

  func clientAnswered(code: UInt8, sessionPresent: Bool, canShare: Bool) {
    guard !closeRequested else { return }
    dispatch(.answered(code: code, sessionPresent: sessionPresent, nonce: 0))
  }

  func clientSubscribed(packetID: Int32, codes: [UInt8]) {}

  func clientPublished(packetID: Int32, code: UInt8) {
    guard let completion = inFlight.removeValue(forKey: packetID) else { return }
    if !hasWorked {
      hasWorked = true
      dispatch(.worked)
    }
    completion(ReasonCode.isFailure(code) ? .failure(.refused(code: code)) : .success(()))
  }

  func clientLost(code: UInt8?, _ what: String) {
    if !closeRequested { dispatch(.lost(code: code, what)) }
  }
}
