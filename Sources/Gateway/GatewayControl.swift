import Control
import Engine
import Forwarding
import Foundation
import Ingest
import Journal
import Plant
import Rules
import Store
import Telemetry
import Templates

/// Answers the control API from snapshots of the stages.
struct GatewayControl: ControlSource {
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
  let findings: GatewayFindings
  /// Payload bytes that were counted before this start: forwarded bytes are known since the start only.
  let payloadBefore: Int

  func status() async throws -> GatewayStatus {
    let now = PlantClock.system().wall
    let view = board.view
    let counts = view?.counts ?? EngineCounts()
    let open = try store.openFindings()
    let destinations = try await destinationStatus()
    let connections = monitors.map { connection($0.name, $0.monitor.snapshot, now: now) }
    let troubles = board.troubles
    let silent = Set(open.filter { $0.rule == "no-data" }.map(\.subject))
    let reporting = view?.assets.filter { $0.lastSample != nil && !silent.contains($0.id) }.count ?? 0
    let (verdict, reasons) = Verdict.of(
      connections: connections, destinations: destinations, findings: open, store: troubles.store,
      journal: troubles.journal, isReady: view != nil, balanced: counts.messagesBalance && counts.samplesBalance)
    let forwarded = destinations.map(\.deliveredBytes).reduce(0, +)
    let rates = board.rates
    return GatewayStatus(
      gateway: site.gateway.id, version: Version.text, verdict: verdict, reasons: reasons,
      started: zone.rfc3339(Self.toSeconds(started)), now: zone.rfc3339(Self.toSeconds(now)), zone: site.zone,
      configurationHash: site.hash, connections: connections,
      stages: GatewayStatus.Stages(
        messagesPerSecond: rates.messages, samplesPerSecond: rates.samples,
        engineLagBatches: Int(max(0, journal.lastPosition - (view?.position ?? 0))), engineLagSeconds: 0,
        plantClock: view?.plantClock.map { zone.rfc3339(Self.toSeconds($0)) },
        waitingConnections: view?.connections.filter(\.isWaiting).map(\.name) ?? [],
        residentBytes: ProcessFigures.residentBytes),
      assets: GatewayStatus.AssetTotals(
        configured: site.assets.count, reporting: reporting, silent: silent.count),
      messages: GatewayStatus.MessageCounts(
        received: counts.messagesReceived, decoded: counts.messagesDecoded, redelivered: counts.messagesRedelivered,
        quarantined: Self.words(counts.messagesQuarantined), balanced: counts.messagesBalance),
      samples: GatewayStatus.SampleCounts(
        decoded: counts.samplesDecoded, used: counts.samplesUsed, duplicate: counts.samplesDuplicate,
        quarantined: Self.words(counts.samplesQuarantined), pending: counts.samplesPending,
        balanced: counts.samplesBalance),
      records: try records(), destinations: destinations,
      storage: storage(payload: max(0, counts.payloadBytes - payloadBefore), forwarded: forwarded, now: now),
      findings: open.map(describe))
  }

  private func records() throws -> [String: Int] {
    Dictionary(uniqueKeysWithValues: try store.recordCounts().map { ($0.kind.rawValue, $0.counts.issued) })
  }

  private static func toSeconds(_ time: Timestamp) -> Timestamp { time.windowStart(.seconds(1)) }

  private static func words(_ counts: [QuarantineReason: Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: counts.filter { $0.value != 0 }.map { ($0.key.word, $0.value) })
  }

  private func connection(
    _ name: String, _ snapshot: ConnectionMonitor.Snapshot, now: Timestamp
  ) -> GatewayStatus.ConnectionStatus {
    let settings = site.connections.first { $0.name == name }
    return GatewayStatus.ConnectionStatus(
      name: name, broker: settings.map { "\($0.host):\($0.port)" } ?? "", state: snapshot.state.rawValue,
      since: zone.rfc3339(Self.toSeconds(snapshot.since)),
      lastMessage: snapshot.lastMessage.map { zone.rfc3339(Self.toSeconds($0)) },
      lastMessageAgeSeconds: snapshot.lastMessage.map { max(0, (now - $0).seconds) }, reconnects: snapshot.reconnects,
      lastError: snapshot.lastError, brokerSavesEverySeconds: settings?.embedded?.autosaveInterval.seconds)
  }

  private func destinationStatus() async throws -> [GatewayStatus.DestinationStatus] {
    let states = try await forwarder.status()
    return try states.map { state in
      let counts = try store.destinationCounts(state.name)
      return GatewayStatus.DestinationStatus(
        name: state.name, transport: state.address, state: state.state.rawValue,
        since: zone.rfc3339(Self.toSeconds(state.since)),
        lastSuccess: state.lastSuccess.map { zone.rfc3339(Self.toSeconds($0)) },
        lastError: state.state == .retrying || state.state == .held ? state.lastError : nil, issued: counts.issued,
        delivered: counts.delivered, pending: counts.pending, refused: counts.refused, evicted: counts.evicted,
        balanced: counts.balances, deliveredBytes: state.deliveredBytes)
    }
  }

  private func storage(payload: Int, forwarded: Int, now: Timestamp) -> GatewayStatus.Storage {
    let seconds = max(1, (now - started).seconds)
    let directory = site.gateway.dataDirectory
    let embedded = site.connections.filter { $0.embedded != nil }
    return GatewayStatus.Storage(
      journalBytes: journal.bytesOnDisk, storeBytes: store.bytesOnDisk,
      brokerBytes: embedded.isEmpty
        ? nil : embedded.map { ProcessFigures.bytes(below: "\(directory)/broker-\($0.name)") }.reduce(0, +),
      freeBytes: journal.freeBytes ?? 0, bytesWrittenPerDay: Double(ProcessFigures.writtenBytes) / seconds * 86400,
      payloadBytes: payload, forwardedBytes: forwarded,
      reduction: payload > 0 ? 1 - Double(forwarded) / Double(payload) : nil)
  }

  private func describe(_ finding: Finding) -> GatewayStatus.FindingStatus {
    GatewayStatus.FindingStatus(
      key: finding.key, rule: finding.rule, subject: finding.subject, severity: finding.severity.word,
      opened: zone.rfc3339(Self.toSeconds(finding.opened)), summary: finding.summary, advice: finding.advice,
      evidence: Dictionary(finding.evidence.map { ($0.name, $0.value) }) { first, _ in first })
  }

  func isReady() async -> Bool {
    board.view != nil && monitors.allSatisfy { $0.monitor.snapshot.state == .connected }
  }

  // MARK: Assets

  func assets() async throws -> [AssetLine] {
    let open = try store.openFindings()
    return site.assets.enumerated().map { line($1, view: board.view?.assets[$0], findings: open) }
  }

  private func line(_ asset: Asset, view: EngineView.AssetView?, findings: [Finding]) -> AssetLine {
    let own = findings.filter { $0.subject == asset.id }
    let isSilent = own.contains { $0.rule == "no-data" }
    return AssetLine(
      id: asset.id, name: asset.name, place: asset.place, template: asset.template,
      criticality: asset.criticality.rawValue, topics: asset.topics.map(\.topic),
      state: view?.lastSample == nil ? "never" : isSilent ? "silent" : "reporting",
      lastSample: view?.lastSample.map { zone.rfc3339(Self.toSeconds($0)) }, openFindings: own.count)
  }

  func asset(_ id: String) async throws -> AssetDetail? {
    guard let position = site.assets.firstIndex(where: { $0.id == id }) else { return nil }
    let asset = site.assets[position]
    let open = try store.openFindings()
    let view = board.view?.assets[position]
    let history = AssetHistory(store: store, catalog: catalog, site: site, asset: position)
    return AssetDetail(
      asset: line(asset, view: view, findings: open),
      signals: try history.lastHour(until: view?.lastSample ?? .distantPast, zone: zone),
      findings: open.filter { $0.subject == id }.map(describe))
  }

  // MARK: Quarantine

  func quarantine(reason: String?, limit: Int) async throws -> [QuarantineLine] {
    var filter = QuarantineFilter()
    if let reason {
      filter.reason = QuarantineReason.allCases.first { $0.word == reason }
      guard filter.reason != nil else { return [] }
    }
    let messages = try journal.quarantine(filter, limit: limit).map { entry in
      QuarantineLine(
        id: "m\(entry.id)", reason: entry.message.reason.word, time: zone.rfc3339(entry.message.received),
        subject: entry.message.topic, detail: entry.message.detail,
        payload: String(decoding: entry.message.payload.prefix(4096), as: UTF8.self))
    }
    let samples = try store.sampleQuarantine(limit: limit).filter { entry in
      filter.reason.map { $0 == entry.sample.reason } ?? true
    }.map { entry in
      QuarantineLine(
        id: "s\(entry.number)", reason: entry.sample.reason.word, time: zone.rfc3339(entry.sample.time),
        subject: "\(entry.sample.asset) \(entry.sample.signal)", detail: entry.sample.detail, payload: nil)
    }
    return Array((messages + samples).sorted { $0.time > $1.time }.prefix(limit))
  }

  func retryQuarantine(ids: [String]) async throws -> Int {
    let wanted = ids == ["all"] ? nil : Set(ids)
    var decoded = 0
    var after: Int64 = 0
    while true {
      let entries = try journal.takeForRetry(limit: 500, after: after)
      guard let last = entries.last else { return decoded }
      after = last.id
      for connection in site.connections {
        let id = catalog.connection(named: connection.name)
        let decoder = Decoder(site: site, catalog: catalog, connection: id, connectionName: connection.name)
        var batch = Batch()
        var done: [Int64] = []
        for entry in entries where entry.message.connection == id && wanted?.contains("m\(entry.id)") ?? true {
          if decoder.retry(entry.message, into: &batch) == nil { done.append(entry.id) }
        }
        if !done.isEmpty { try writer.append(&batch, retried: done) }
        decoded += done.count
      }
    }
  }

  func dropQuarantine(ids: [String]) async throws -> Int {
    var messages: [Int64] = []
    if ids == ["all"] {
      var before: Int64?
      while true {
        let page = try journal.quarantine(limit: 1000, before: before)
        guard let last = page.last else { break }
        messages += page.map(\.id)
        before = last.id
      }
    } else {
      messages = ids.compactMap { $0.hasPrefix("m") ? Int64($0.dropFirst()) : nil }
    }
    return try journal.dropQuarantined(messages)
  }

  func metrics() async throws -> String { try await OpenMetrics.text(status()) }
}
