import Ingest
import Journal
import Logging
import MQTT
import Sparkplug
import Telemetry
import Templates

/// The Sparkplug part of a network thread's work: messages go through the host's state machine, and what comes out of
/// it goes into the batch, to the broker, to the log and to the findings.
///
/// The host's state is in memory only. A batch is committed before anything else happens; if that fails the connection
/// closes and the births of the next one bring everything up to date.
final class SparkplugIntake {
  private let connection: ConnectionID
  private let settings: SparkplugSettings
  private let plan: MetricPlan
  private let state: HostStateKeeper
  private let findings: SparkplugFindings
  private let logger: Logger
  private let limits = DecodeLimits()
  private let clock: @Sendable () -> (wall: Timestamp, monotonic: Timestamp)

  private var host: SparkplugHost
  private var output = SparkplugOutput()
  private var publications: [OutgoingMessage] = []
  private var keptBytes = 0

  /// - Parameter awaySince: until when the last run of the gateway heard everything; nil at the first start.
  init(
    site: Site, settings: Connection, sparkplug: SparkplugSettings, catalog: SeriesCatalog, awaySince: Timestamp?,
    findings: SparkplugFindings, logger: Logger,
    clock: @escaping @Sendable () -> (wall: Timestamp, monotonic: Timestamp) = PlantClock.system
  ) {
    connection = catalog.connection(named: settings.name)
    self.settings = sparkplug
    self.findings = findings
    self.logger = logger
    self.clock = clock
    plan = MetricPlan(site: site, catalog: catalog, connectionName: settings.name)
    state = HostStateKeeper(host: sparkplug.hostID)
    var limits = SparkplugLimits()
    limits.reorderTimeout = sparkplug.reorderTimeout
    host = SparkplugHost(wishes: plan.wishes, awaySince: awaySince, limits: limits)
    findings.begin(awaySince: awaySince)
  }

  /// Everything of the groups, and what is said of this host.
  var subscriptions: [String] { settings.groups.map(SparkplugTopic.filter) + [state.topic] }

  var options: ReceiverOptions { ReceiverOptions(startsClean: true, announcement: state.announcement) }

  private static let namespace = Array("\(SparkplugTopic.namespace)/".utf8)

  /// Whether a message is for it; everything else on the connection is not Sparkplug.
  func takes(_ topic: UnsafeBufferPointer<UInt8>) -> Bool { topic.starts(with: Self.namespace) }

  /// - Parameter received: the plant's time, for values that have none of their own.
  func receive(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, retained: Bool, received: Timestamp,
    into batch: inout Batch
  ) {
    if topic.elementsEqual(state.topic.utf8) {
      batch.counts.received += 1
      batch.counts.decoded += 1
      batch.counts.payloadBytes += payload.count
      if !retained, let answer = state.heard(payload) {
        logger.warning(
          "somebody said that this host is offline; said the opposite", metadata: ["host": "\(settings.hostID)"])
        publications.append(answer)
      }
      return
    }
    host.receive(
      topic: topic.span, payload: payload.span, isRetained: retained,
      now: SparkplugTime(wall: received, steady: clock().monotonic), into: &output)
    absorb(into: &batch)
  }

  func connectionChanged(_ change: ReceiverEvent, received: Timestamp, into batch: inout Batch) {
    let now = SparkplugTime(wall: received, steady: clock().monotonic)
    switch change {
    case .drained:
      host.connected(now: now, into: &output)
      findings.connected(at: now.wall)
    case .down:
      host.disconnected(now: now, into: &output)
      publications.removeAll()
      findings.disconnected(at: now.wall)
    case .up, .connectFailed, .subscriptionRefused, .subscriptionWeakened, .sharingUnavailable, .publishRefused: return
    }
    absorb(into: &batch)
  }

  func tick(received: Timestamp, into batch: inout Batch) {
    host.tick(now: SparkplugTime(wall: received, steady: clock().monotonic), into: &output)
    absorb(into: &batch)
  }

  // MARK: Publications

  var hasPublications: Bool { !publications.isEmpty }

  func takePublications() -> [OutgoingMessage] {
    defer { publications.removeAll() }
    return publications
  }

  // MARK: What the host has to say

  private func absorb(into batch: inout Batch) {
    guard !output.isEmpty else { return }
    let first = batch.samples.count
    for value in output.values {
      plan.append(value, to: &batch.samples)
      if plan.isUrgent(value) { batch.isUrgent = true }
    }
    if batch.samples.count > first {
      if case .samples(let range)? = batch.entries.last, range.upperBound == first {
        batch.entries[batch.entries.count - 1] = .samples(range.lowerBound..<batch.samples.count)
      } else {
        batch.entries.append(.samples(first..<batch.samples.count))
      }
    }
    batch.counts.received += output.accepted + output.setAside.count
    batch.counts.decoded += output.accepted
    batch.counts.payloadBytes += output.acceptedBytes
    for message in output.setAside { setAside(message, into: &batch) }
    for source in output.requests {
      let milliseconds = UInt64(max(0, clock().wall.nanoseconds / 1_000_000))
      let request = SparkplugCommand.rebirth(group: source.group, node: source.node, timestamp: milliseconds)
      publications.append(OutgoingMessage(topic: request.topic, payload: request.payload, qos: 0))
    }
    for note in output.notes { tell(note) }
    output.removeAll()
  }

  /// Every message is counted with its reason; payloads are kept as far as the bounds allow.
  private func setAside(_ message: SparkplugOutput.SetAside, into batch: inout Batch) {
    if batch.quarantined.isEmpty { keptBytes = 0 }
    batch.counts.payloadBytes += message.payload.count
    let room = min(limits.keptPayloadBytes, max(0, limits.keptBytesPerBatch - keptBytes))
    var detail = message.detail
    if message.payload.count > room { detail += " (\(room) of \(message.payload.count) payload bytes kept)" }
    let topic = String(decoding: message.topic.prefix(limits.keptTopicBytes), as: UTF8.self)
    let kept = Array(message.payload.prefix(room))
    keptBytes += kept.count + topic.utf8.count + detail.utf8.count
    let reason: QuarantineReason
    switch message.reason {
    case .malformed: reason = .notSparkplug
    case .sequence: reason = .outOfSequence
    case .badTimestamp: reason = .badTimestamp
    case .unknownTopic: reason = .unknownTopic
    }
    batch.quarantined.append(
      QuarantinedMessage(
        connection: connection, topic: topic, payload: kept, received: message.received, reason: reason, detail: detail)
    )
  }

  private func tell(_ note: SparkplugNote) {
    findings.note(note)
    switch note.event {
    case .online: logger.info("sparkplug: born", metadata: ["source": "\(note.source)"])
    case .offline(let cause):
      logger.warning("sparkplug: stale", metadata: ["source": "\(note.source)", "cause": "\(cause.rawValue)"])
    case .rebirthRequested(let wish, let attempt):
      logger.info(
        "sparkplug: rebirth requested",
        metadata: ["source": "\(note.source)", "because": "\(wish.rawValue)", "attempt": "\(attempt)"])
    case .violation(let violation, let detail, let count):
      logger.warning(
        "sparkplug: rule broken",
        metadata: [
          "source": "\(note.source)", "rule": "\(violation.rawValue)", "detail": "\(detail)", "count": "\(count)",
        ])
    }
  }
}
