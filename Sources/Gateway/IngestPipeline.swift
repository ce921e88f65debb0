import Alarms
import Ingest
import Journal
import Logging
import MQTT
import Rules
import Telemetry

/// The work of one network thread: recognise redeliveries, decode, and commit the batch to the journal before the
/// receiver writes the acknowledgements.
final class IngestPipeline: ReceiverDelegate {
  private let connection: ConnectionID
  private let decoder: Decoder
  private let writer: JournalWriter
  private let queue: BatchQueue
  private let monitor: ConnectionMonitor
  private let logger: Logger
  /// Not nil on a Sparkplug connection.
  private let sparkplug: SparkplugIntake?
  /// Not nil on a connection with a rate limit.
  private let babble: BabbleGuard?
  /// Not nil on a connection with a shared subscription.
  private let sharing: SharingWatch?
  /// Not nil on the connection by which a maintenance system tells states of work orders.
  private let orders: WorkOrderIntake?
  /// Nothing but what is urgent comes this way: it never waits for room.
  private let isUrgent: Bool

  private var filter: RedeliveryFilter
  /// Identities of the last run, until the first connection.
  private var recent: [MessageIdentity]
  private var batch = Batch()
  /// The broker began a new session and no commit has recorded it yet.
  private var sessionBeganAnew = false
  /// With time marks from messages: the last one, the receive time of undated messages; nil with the system's clock.
  private var lastMark: Timestamp?

  init(
    connection: ConnectionID, decoder: Decoder, writer: JournalWriter, queue: BatchQueue, monitor: ConnectionMonitor,
    lastMark: Timestamp?, recent: [MessageIdentity], logger: Logger, sparkplug: SparkplugIntake? = nil,
    babble: BabbleGuard? = nil, sharing: SharingWatch? = nil, orders: WorkOrderIntake? = nil, isUrgent: Bool = false
  ) {
    self.isUrgent = isUrgent
    self.orders = orders
    self.babble = babble
    self.sharing = sharing
    self.connection = connection
    self.decoder = decoder
    self.writer = writer
    self.queue = queue
    self.monitor = monitor
    self.lastMark = lastMark
    self.recent = recent
    self.logger = logger
    self.sparkplug = sparkplug
    filter = RedeliveryFilter(connection: connection)
  }

  func received(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, packetID: UInt16, duplicate: Bool,
    retained: Bool
  ) {
    if packetID != 0 {
      var hash = Hash64()
      hash.combine(UnsafeRawBufferPointer(topic))
      hash.combine(UnsafeRawBufferPointer(payload))
      let identity = MessageIdentity(connection: connection, packetID: packetID, hash: hash.value)
      // libmosquitto hides the DUP flag, so identity alone decides.
      if filter.isRedelivery(identity, duplicate: nil) {
        batch.counts.received += 1
        batch.counts.redelivered += 1
        batch.counts.payloadBytes += payload.count
        return
      }
      batch.identities.append(identity)
    }
    let received = lastMark ?? PlantClock.system().wall
    if let sparkplug, sparkplug.takes(topic) {
      return sparkplug.receive(topic: topic, payload: payload, retained: retained, received: received, into: &batch)
    }
    if let orders, let told = orders.take(topic: topic, payload: payload) {
      return take(told, topic: topic, payload: payload, received: received)
    }
    if let babble, let excess = babble.excess(decoder.topicNumber(topic), now: lastMark) {
      return decoder.setAside(
        topic: topic, payload: payload, received: received, reason: .rateLimited, detail: excess.detail,
        keeps: excess.keeps, into: &batch)
    }
    decoder.decode(topic: topic, payload: payload, received: received, into: &batch)
    if lastMark != nil, case .mark(let mark) = batch.entries.last { lastMark = mark }
  }

  private func take(
    _ told: Result<SiteCommand, AlarmCommand.Mistake>, topic: UnsafeBufferPointer<UInt8>,
    payload: UnsafeBufferPointer<UInt8>, received: Timestamp
  ) {
    switch told {
    case .success(let command):
      batch.counts.received += 1
      batch.counts.decoded += 1
      batch.counts.payloadBytes += payload.count
      batch.entries.append(.command(command.text))
    case .failure(let mistake):
      decoder.setAside(
        topic: topic, payload: payload, received: received, reason: .malformed, detail: "\(mistake)", keeps: true,
        into: &batch)
    }
  }

  func connectionChanged(_ change: ReceiverEvent) {
    monitor.changed(change, now: PlantClock.system().wall)
    switch change {
    case .up(let sessionPresent):
      filter.reconnected(sessionPresent: sessionPresent, recent: recent)
      recent = []
      if !sessionPresent {
        sessionBeganAnew = true
        batch.identities.append(.newSession(connection))
      }
      batch.entries.append(.connection(connection, .up))
      logger.info("connected", metadata: ["session_present": "\(sessionPresent)"])
    case .drained:
      batch.entries.append(.connection(connection, .drained))
      logger.info("the broker's backlog has arrived")
    case .down(let failure):
      batch.entries.append(.connection(connection, .down))
      logger.warning("disconnected", metadata: ["reason": "\(failure)"])
    case .connectFailed(let failure, let retryAfter):
      logger.warning("cannot connect", metadata: ["reason": "\(failure)", "retry_after": "\(retryAfter)"])
    case .subscriptionRefused(let topic, let code):
      logger.error("subscription refused", metadata: ["topic": "\(topic)", "code": "\(ReasonCode.text(code))"])
    case .subscriptionWeakened(let topic):
      logger.warning("subscription granted at QoS 0 only", metadata: ["topic": "\(topic)"])
    case .sharingUnavailable(let group):
      logger.warning("no shared subscriptions; subscribed alone", metadata: ["group": "\(group)"])
    case .publishRefused(let topic, let code):
      logger.error("publication refused", metadata: ["topic": "\(topic)", "code": "\(ReasonCode.text(code))"])
    }
    babble?.connectionChanged(change)
    sharing?.connectionChanged(change)
    sparkplug?.connectionChanged(change, received: lastMark ?? PlantClock.system().wall, into: &batch)
  }

  var hasUncommitted: Bool { batch.counts.received > 0 || !batch.entries.isEmpty || !batch.identities.isEmpty }

  func commit() throws {
    guard hasUncommitted else { return }
    if isUrgent { batch.isUrgent = true }
    var committing = batch
    batch = Batch()
    do {
      try writer.append(&committing)
    } catch {
      logger.error("commit failed; nothing was acknowledged", metadata: ["error": "\(error)"])
      // The batch may have said that the connection is up, or down: whatever it was, its windows must wait.
      batch.entries.append(.connection(connection, .down))
      if sessionBeganAnew { batch.identities.append(.newSession(connection)) }
      throw error
    }
    FaultPoint.journalCommitted.hit()
    sessionBeganAnew = false
    filter.committed(committing.identities)
    monitor.committed(
      messages: committing.counts.received, samples: committing.samples.count, now: PlantClock.system().wall)
    batch.samples.reserveCapacity(committing.samples.count)
    batch.identities.reserveCapacity(committing.identities.count)
  }

  func tick(now: ContinuousClock.Instant) {
    babble?.tick(now: lastMark)
    if let sparkplug { sparkplug.tick(received: lastMark ?? PlantClock.system().wall, into: &batch) }
  }

  var hasPublications: Bool { sparkplug?.hasPublications ?? false }

  func takePublications() -> [OutgoingMessage] { sparkplug?.takePublications() ?? [] }

  var hasRoom: Bool { isUrgent || queue.hasRoom }

  var wantsCommitNow: Bool { batch.isUrgent }
}
