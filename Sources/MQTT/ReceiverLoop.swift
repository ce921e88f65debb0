import Glibc
import Telemetry
import Templates

/// The receiver's network thread: `poll` → read until nothing more comes → commit → write the acknowledgements.
///
/// libmosquitto queues a PUBACK before it hands a message over, and `write()` sends the whole queue. So the one rule
/// of this loop: **`write()` only while `delivered` is 0**, that is while no message waits for its commit. Whatever
/// else is queued (pings, subscriptions) waits with it; the commit interval is far shorter than any keep-alive.
final class ReceiverLoop {
  let settings: Connection
  let gateway: String
  let delegate: any ReceiverDelegate
  let limits: Receiver.Limits
  let startsClean: Bool
  let announcement: Announcement
  let wake: WakeUp
  let stopRequested: StopFlag
  let commitInterval: Int64
  let drainTopic: [UInt8]

  var session: Session
  var client: MosquittoClient?
  var attempt: ConnectAttempt?
  /// Requested by the session, done where no library call is on the stack.
  var closeRequested = false
  var connectRequested: Session.ProtocolVersion?
  var finishRequested = false
  var timerAt: Int64?
  /// SUBSCRIBE packets on their way: packet id → number of the request.
  var openRequests: [Int32: Int] = [:]
  /// Marker of this connection.
  var markerPayload: [UInt8] = []
  var markerNonce: UInt64 = 0
  var ownPublishes: [Int32: String] = [:]

  /// Messages, and their bytes, that the delegate has received since the last commit on this connection.
  var delivered = 0
  var deliveredBytes = 0
  /// Since when something waits for a commit.
  var openSince: Int64?
  /// A failed commit is not tried again before.
  var commitNotBefore: Int64 = 0
  var lowWater: Int32 = 1
  var noRoomSince: Int64?
  var nextTick: Int64 = 0
  /// During the end: what still arrives is not given to the delegate and never acknowledged.
  var isDiscarding = false
  var discarded = 0
  /// Session events that arose while another one was being handled.
  var followUps: [Session.Event] = []
  var isDispatching = false

  static let tickInterval: Int64 = 50_000_000

  init(
    settings: Connection, gateway: String, subscriptions: [String], delegate: any ReceiverDelegate,
    limits: Receiver.Limits, options: ReceiverOptions, wake: WakeUp, stopRequested: StopFlag
  ) {
    self.settings = settings
    self.gateway = gateway
    self.delegate = delegate
    self.limits = limits
    startsClean = options.startsClean
    announcement = options.announcement ?? .standard(gateway: gateway, connection: settings.name)
    self.wake = wake
    self.stopRequested = stopRequested
    commitInterval = max(0, settings.commitInterval.nanoseconds)
    let drainTopic = StateTopics.drain(gateway: gateway, clientID: settings.clientID)
    self.drainTopic = Array(drainTopic.utf8)
    var configuration = Session.Configuration()
    // The marker's subscription last: it is granted when all others are.
    configuration.subscriptions = subscriptions + [drainTopic]
    configuration.share = settings.share
    configuration.obsolete = options.obsolete
    configuration.drainTopic = drainTopic
    configuration.announcesState = true
    configuration.announcesSubscribed = announcement.waitsForSubscriptions
    configuration.keepAlive = .nanoseconds(settings.keepAlive.nanoseconds)
    session = Session(configuration)
  }

  func run() {
    dispatch(.start)
    var isRunning = true
    while isRunning {
      if stopRequested.isRaised { dispatch(.stop) }
      isRunning = turn()
    }
  }

  /// One turn of the loop. False after the last one.
  private func turn() -> Bool {
    performDeferred()
    if finishRequested {
      finish()
      return false
    }
    var now = Monotonic.now()
    if now >= nextTick { now = tick(now) }
    if let timer = timerAt, now >= timer, hasRoomToConnect() {
      timerAt = nil
      dispatch(.timerFired)
      return true
    }
    let isReadable = wait(now)
    let start = Monotonic.now()
    if let attempt { finishAttempt(attempt) }
    if let client, !closeRequested {
      if isReadable { readBurst(client, from: start) }
      commitIfDue()
      publishForDelegate()
      if delivered == 0, !closeRequested, client.wantsToWrite { client.write() }
    } else {
      commitIfDue()
    }
    noticeStall(since: start)
    return true
  }

  /// While the delegate has no room there is no point in connecting: what the broker keeps is safe there. And what is
  /// left of the last connection is committed first, so that its redelivery is recognised.
  private func hasRoomToConnect() -> Bool {
    session.phase != .waiting || delegate.hasRoom && !delegate.hasUncommitted
  }

  private func tick(_ now: Int64) -> Int64 {
    nextTick = now + Self.tickInterval
    delegate.tick(now: .now)
    noteUncommitted(now)
    client?.housekeeping()
    if client != nil, !delegate.hasRoom {
      let since = noRoomSince ?? now
      noRoomSince = since
      dispatch(.stalled(.nanoseconds(now - since)))
    } else {
      noRoomSince = nil
    }
    return Monotonic.now()
  }

  func noteUncommitted(_ now: Int64) {
    if openSince == nil, delivered > 0 || delegate.hasUncommitted { openSince = now }
  }

  // MARK: Waiting

  /// Polls until there is something to do. Whether reading is worth while.
  private func wait(_ now: Int64) -> Bool {
    var until = nextTick
    if let timerAt { until = min(until, timerAt) }
    var gathers = false
    if let openSince {
      let due = max(openSince + commitInterval, commitNotBefore)
      until = min(until, due)
      // What comes within the interval is committed together anyway.
      if limits.gatherBytes > 0, delivered > 0, due > now {
        gathers = true
        until = min(until, now + commitInterval / 4)
      }
    }
    var polls = (
      pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: -1, events: 0, revents: 0)
    )
    var reads = false
    if let client {
      reads = noRoomSince == nil && delegate.hasRoom
      setLowWater(client, gathers ? Int32(clamping: limits.gatherBytes) : 1)
      polls.1.fd = client.descriptor
      polls.1.events = reads ? Int16(POLLIN) : 0
      // A TLS handshake always "wants to write"; it goes on by ticks and by what arrives.
      if delivered == 0, client.wantsToWrite, session.phase.isUp || !client.isEncrypted {
        polls.1.events |= Int16(POLLOUT)
      } else if client.isEncrypted, !session.phase.isUp {
        until = min(until, now + 5_000_000)
      }
    }
    let milliseconds = Int32(clamping: max(0, (until - now + 999_999) / 1_000_000))
    let count = withUnsafeMutablePointer(to: &polls) {
      $0.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, milliseconds) }
    }
    if polls.0.revents != 0 { wake.clear() }
    guard reads else { return false }
    // After a wait for more, and now and then with TLS (whose buffer poll cannot see), look without being told.
    return polls.1.revents & ~Int16(POLLOUT) != 0 || gathers || (count == 0 && client?.isEncrypted == true)
  }

  func setLowWater(_ client: MosquittoClient, _ bytes: Int32) {
    guard bytes != lowWater else { return }
    var value = bytes
    // Only an optimisation: without it poll returns earlier.
    if setsockopt(client.descriptor, SOL_SOCKET, SO_RCVLOWAT, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 {
      lowWater = bytes
    }
  }

  // MARK: Reading and committing

  private func readBurst(_ client: MosquittoClient, from start: Int64) {
    let end = start + limits.burst.nanoseconds
    var count = 0
    var isIdle = false
    while !closeRequested, delivered < limits.messages, deliveredBytes < limits.bytes {
      if !client.read() {
        // A packet without a callback may hide more that TLS has already decrypted.
        if isIdle || !client.isEncrypted { break }
        isIdle = true
        continue
      }
      isIdle = false
      count &+= 1
      if count & 63 == 0, count >= 4096 || Monotonic.now() >= end { break }
    }
    noteUncommitted(start)
  }

  private func commitIfDue() {
    guard let openSince else { return }
    let now = Monotonic.now()
    guard now >= commitNotBefore else { return }
    if delivered >= limits.messages || deliveredBytes >= limits.bytes || now - openSince >= commitInterval
      || delegate.wantsCommitNow
    {
      commit()
    }
  }

  /// After success nothing is uncommitted, so that the acknowledgements may go.
  @discardableResult
  func commit() -> Bool {
    openSince = nil
    do {
      try delegate.commit()
      delivered = 0
      deliveredBytes = 0
      dispatch(.worked)
      return true
    } catch {
      // `delivered` stays: until the socket is closed no acknowledgement may be written.
      commitNotBefore = Monotonic.now() + 1_000_000_000
      dispatch(.commitFailed(String(describing: error)))
      return false
    }
  }

  /// Everything outside `poll` counts: decoding, commits, a delegate that waits for room.
  private func noticeStall(since start: Int64) {
    let length = Monotonic.now() - start
    if length > 1_000_000_000 { dispatch(.stalled(.nanoseconds(length))) }
  }
}
