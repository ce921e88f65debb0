import Control
import Engine
import Forwarding
import Foundation
import Ingest
import Journal
import MQTT
import Plant
import Rules
import Store
import Telemetry
import Templates

/// Answers the control API from snapshots of the stages.
struct GatewayControl: PlantSource {
  let site: Site
  let zone: PlantZone
  let started: Timestamp
  let board: StatusBoard
  let monitors: [(name: String, monitor: ConnectionMonitor)]
  let journal: Journal
  let store: Store
  let forwarder: Forwarder
  let queue: BatchQueue
  let writer: JournalWriter
  let catalog: SeriesCatalog
  /// What the assets were called before.
  let names: AssetNames
  let findings: GatewayFindings
  let keeper: LedgerKeeper
  /// Payload bytes that were counted before this start: forwarded bytes are known since the start only.
  let payloadBefore: Int
  private let losses = LossMemory()

  init(
    site: Site, zone: PlantZone, started: Timestamp, board: StatusBoard,
    monitors: [(name: String, monitor: ConnectionMonitor)], journal: Journal, store: Store, forwarder: Forwarder,
    queue: BatchQueue, writer: JournalWriter, catalog: SeriesCatalog, findings: GatewayFindings, keeper: LedgerKeeper,
    payloadBefore: Int
  ) {
    self.site = site
    self.zone = zone
    self.started = started
    self.board = board
    self.monitors = monitors
    self.journal = journal
    self.store = store
    self.forwarder = forwarder
    self.queue = queue
    self.writer = writer
    self.catalog = catalog
    names = AssetNames(
      site.assets.enumerated().map { place, asset in
        (asset.id, [asset.formerly].compactMap(\.self) + catalog.formerNames(place))
      })
    self.findings = findings
    self.keeper = keeper
    self.payloadBefore = payloadBefore
    board.follow { journal.lastPosition }
    for destination in site.destinations {
      do {
        let counts = try store.destinationCounts(destination.name)
        losses.look(
          destination.name, refused: counts.refused.values.reduce(0, +), evicted: counts.evicted.values.reduce(0, +),
          now: .zero)
      } catch {
        // The memory of losses then begins with the first status, which will say what ails the store.
        continue
      }
    }
  }

  func status() async throws -> GatewayStatus {
    let now = PlantClock.system().wall
    let view = board.view
    let counts = view?.counts ?? EngineCounts()
    let open = try store.openFindings()
    let destinations = try await destinationStatus()
    let connections = monitors.map { connection($0.name, $0.monitor.snapshot, now: now) }
    let (verdict, reasons) = verdict(
      connections: connections, destinations: destinations, findings: open, counts: counts)
    var status = GatewayStatus(
      gateway: site.gateway.id, version: Version.text, verdict: verdict, reasons: reasons, started: text(started),
      uptimeSeconds: board.uptime.seconds, now: text(now), zone: site.zone, configurationHash: site.hash,
      connections: connections, stages: stages(view), assets: totals(view: view, findings: open),
      messages: GatewayStatus.MessageCounts(
        received: counts.messagesReceived, decoded: counts.messagesDecoded, redelivered: counts.messagesRedelivered,
        quarantined: Self.words(counts.messagesQuarantined), balanced: counts.messagesBalance),
      samples: GatewayStatus.SampleCounts(
        decoded: counts.samplesDecoded, used: counts.samplesUsed, duplicate: counts.samplesDuplicate,
        quarantined: Self.words(counts.samplesQuarantined), pending: counts.samplesPending,
        balanced: counts.samplesBalance),
      records: try records(), destinations: destinations,
      storage: storage(
        payload: max(0, counts.payloadBytes - payloadBefore),
        forwarded: destinations.map(\.deliveredBytes).reduce(0, +)), findings: open.map(describe))
    status.alarms = try alarmTotals()
    return status
  }

  private func verdict(
    connections: [GatewayStatus.ConnectionStatus], destinations: [GatewayStatus.DestinationStatus],
    findings: [Finding], counts: EngineCounts
  ) -> (GatewayStatus.Verdict, [String]) {
    let troubles = board.troubles
    let uptime = board.uptime
    for destination in destinations {
      losses.look(
        destination.name, refused: destination.refused.values.reduce(0, +),
        evicted: destination.evicted.values.reduce(0, +), now: uptime)
    }
    var evidence = Verdict.Evidence(
      connections: connections, destinations: destinations, findings: findings, store: troubles.store,
      journal: troubles.journal)
    evidence.engineSilence = board.engineSilence
    evidence.engineLag = board.engineLag
    evidence.isBalanced = counts.messagesBalance && counts.samplesBalance
    evidence.unusable = board.unusable
    evidence.losses = losses.recent(now: uptime).map { ($0, text(started + $0.since)) }
    return Verdict.of(evidence)
  }

  private func stages(_ view: EngineView?) -> GatewayStatus.Stages {
    let rates = board.rates
    return GatewayStatus.Stages(
      messagesPerSecond: rates.messages, samplesPerSecond: rates.samples,
      engineLagBatches: Int(max(0, journal.lastPosition - (view?.position ?? 0))),
      engineLagSeconds: board.engineLag.seconds, plantClock: view?.plantClock.map(text),
      waitingConnections: view?.connections.filter(\.isWaiting).map(\.name) ?? [],
      residentBytes: ProcessFigures.residentBytes)
  }

  private func records() throws -> [String: Int] {
    Dictionary(uniqueKeysWithValues: try store.recordCounts().map { ($0.kind.rawValue, $0.counts.issued) })
  }

  /// In the plant's zone, without fractions of a second.
  func text(_ time: Timestamp) -> String { zone.rfc3339(time.windowStart(.seconds(1))) }

  private static func words(_ counts: [QuarantineReason: Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: counts.filter { $0.value != 0 }.map { ($0.key.word, $0.value) })
  }

  private func connection(
    _ name: String, _ snapshot: ConnectionMonitor.Snapshot, now: Timestamp
  ) -> GatewayStatus.ConnectionStatus {
    let settings = site.connections.first { $0.name == name }
    return GatewayStatus.ConnectionStatus(
      name: name, broker: settings.map { "\($0.host):\($0.port)" } ?? "", state: snapshot.state.rawValue,
      since: text(snapshot.since),
      lastMessage: snapshot.lastMessage.map { text($0) },
      lastMessageAgeSeconds: snapshot.lastMessage.map { max(0, (now - $0).seconds) }, reconnects: snapshot.reconnects,
      lastError: snapshot.lastError,
      refusedTopics: snapshot.refusedTopics.sorted { $0.key < $1.key }
        .map { "\($0.key): \(ReasonCode.text($0.value))" },
      weakTopics: snapshot.weakTopics.sorted(), brokerSavesEverySeconds: settings?.embedded?.autosaveInterval.seconds)
  }

  private func destinationStatus() async throws -> [GatewayStatus.DestinationStatus] {
    let states = try await forwarder.status()
    return try states.map { state in
      let counts = try store.destinationCounts(state.name)
      return GatewayStatus.DestinationStatus(
        name: state.name, transport: state.address, state: state.state.rawValue,
        since: text(state.since),
        lastSuccess: state.lastSuccess.map { text($0) },
        lastError: state.state == .retrying || state.state == .held ? state.lastError : nil, issued: counts.issued,
        delivered: counts.delivered, pending: counts.pending, refused: counts.refused, evicted: counts.evicted,
        balanced: counts.balances, deliveredBytes: state.deliveredBytes)
    }
  }

  private func storage(payload: Int, forwarded: Int) -> GatewayStatus.Storage {
    let written = ProcessFigures.writtenBytes
    let directory = site.gateway.dataDirectory
    let embedded = site.connections.filter { $0.embedded != nil }
    return GatewayStatus.Storage(
      journalBytes: journal.bytesOnDisk, storeBytes: store.bytesOnDisk,
      brokerBytes: embedded.isEmpty
        ? nil : embedded.map { ProcessFigures.bytes(below: "\(directory)/broker-\($0.name)") }.reduce(0, +),
      freeBytes: journal.freeBytes ?? 0, bytesWritten: written,
      bytesWrittenPerDay: Double(written) / max(1, board.uptime.seconds) * 86400,
      payloadBytes: payload, forwardedBytes: forwarded,
      reduction: payload > 0 ? 1 - Double(forwarded) / Double(payload) : nil)
  }

  func describe(_ finding: Finding) -> GatewayStatus.FindingStatus {
    GatewayStatus.FindingStatus(
      key: finding.key, rule: finding.rule, subject: finding.subject, severity: finding.severity.word,
      opened: text(finding.opened), summary: finding.summary, advice: finding.advice,
      evidence: Dictionary(finding.evidence.map { ($0.name, $0.value) }) { first, _ in first })
  }

  func isReady() async -> Bool {
    board.view != nil && monitors.allSatisfy { $0.monitor.snapshot.state == .connected }
  }

  func metricsPort(trouble: String?) async {
    guard let trouble else { return findings.close(Self.metricsPortRule) }
    findings.open(
      Self.metricsPortRule, severity: .warning, summary: "Metrics: \(trouble).",
      advice: "Stop the other program or choose another control.metrics-port. The gateway keeps trying.")
  }

  private static let metricsPortRule = "metrics-port"

  func metrics() async throws -> String { try await OpenMetrics.text(status()) }
}
