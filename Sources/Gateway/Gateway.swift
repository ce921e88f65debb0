import CLinux
import Control
import Engine
import Forwarding
import Foundation
import Ingest
import Journal
import Logging
import MQTT
import Plant
import Rules
import Store
import Telemetry
import Templates

/// The composition: opens the data directory, recovers, starts the stages, and stops them in the right order.
public final class Gateway: Sendable {
  public struct Options: Sendable {
    /// Leave embedded brokers running on a stop; the next start adopts them.
    public var keepBroker: Bool
    public var logLevel: String
    /// Where the configuration came from; nil: it cannot be loaded again.
    public var configuration: ConfigurationFile?
    public init(keepBroker: Bool = false, logLevel: String = "info", configuration: ConfigurationFile? = nil) {
      self.keepBroker = keepBroker
      self.logLevel = logLevel
      self.configuration = configuration
    }
  }

  /// Samples between network and engine; about 1 MB.
  private static let queuedSamples = 30_000

  private let site: Site
  private let options: Options
  private let logger: Logger

  public init(site: Site, options: Options) throws {
    self.site = site
    self.options = options
    guard let level = Logger.Level(rawValue: options.logLevel) else {
      throw GatewayError.badLogLevel(options.logLevel)
    }
    // Standard output belongs to the commands; a gateway's log goes to standard error, where systemd takes it.
    var logger = Logger(label: "weir") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    self.logger = logger
    // One heap for all threads: glibc's heap per thread costs 15 MB on an edge box, and the threads hardly meet in it.
    mallopt(M_ARENA_MAX, 1)
    // Buffers of batches come and go: between the small allocations of the rules they would leave holes.
    mallopt(M_MMAP_THRESHOLD, 64 << 10)
  }

  /// Runs until SIGTERM or SIGINT. Throws if a stage cannot go on.
  ///
  /// A changed configuration (control API, SIGHUP) is taken over as a stop and a start would take it over, without
  /// leaving the process: brokers that did not change go on, and so do the control API and the lock.
  public func run() async throws {
    let directory = site.gateway.dataDirectory
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let lock = try DataDirectoryLock(directory: directory)
    defer { withExtendedLifetime(lock) {} }
    let house = House(site: site, configuration: options.configuration, logger: logger)
    let supervisor = Task { await house.brokers.supervise() }
    let result: Result<Void, any Error>
    do {
      result = .success(try await serveAll(house))
    } catch {
      result = .failure(error)
    }
    await house.closeControl()
    house.signals.remove()
    supervisor.cancel()
    await supervisor.value
    if !options.keepBroker { try house.brokers.stop() }
    try result.get()
    logger.info("stopped")
  }

  /// One configuration after the other. One that cannot be brought into force gives way to the one before it.
  private func serveAll(_ house: House) async throws {
    var current = site
    var before: Site?
    while true {
      do {
        try house.brokers.apply(current)
        guard let next = try await serve(current, house) else { return }
        before = current
        current = next
      } catch {
        guard let last = before, await house.reloader.inForce.hash != current.hash else { throw error }
        logger.error("the changed configuration cannot be brought into force", metadata: ["error": "\(error)"])
        await house.reloader.failed("it cannot be brought into force: \(error)")
        current = last
        before = nil
      }
    }
  }

  /// Runs with one configuration until the gateway is stopped (nil) or has another one.
  private func serve(_ site: Site, _ house: House) async throws -> Site? {
    let directory = site.gateway.dataDirectory
    let journal = try Journal(path: "\(directory)/journal.sqlite", settings: site.storage)
    let zone = try PlantZone(identifier: site.zone)
    var storeOptions = Store.Options()
    storeOptions.formatTime = { zone.rfc3339($0) }
    storeOptions.beforeCommit = { FaultPoint.storeTransaction.hit() }
    let store = try Store(
      path: "\(directory)/store.sqlite", gateway: site.gateway.id, settings: site.storage,
      destinations: site.destinations, options: storeOptions)
    let keeper = try LedgerKeeper(directory: directory, store: store, logger: logger)
    try SiteRecord.restoreCatalogue(of: journal, from: store)
    journal.continuePositions(after: max(store.checkpointPosition, store.outputPosition))
    let findings = try GatewayFindings(store: store, site: site, logger: logger)
    findings.opened(journal: journal.openingNotes, store: store.openingNotes)
    keeper.tell(findings)

    let reader = CheckpointReader(store)
    let recovery = Recovery(journal: journal, store: store, reader: reader, logger: logger, zone: zone)
    var recovered = try recovery.run(site: site)
    findings.recovered(damaged: recovered.damaged)
    findings.closeOutdated(site)
    let board = house.board
    let queue = BatchQueue(maximumSamples: Self.queuedSamples)
    let plantClock = recovered.engine.view().plantClock ?? .distantPast
    let stampsTime = site.clock == .system
    let writer = JournalWriter(
      journal: journal, queue: queue, clock: PlantClock(notBefore: stampsTime ? plantClock : .distantPast),
      stampsTime: stampsTime, board: board)
    let former = recovered.site
    let notes = try takeOver(site, &recovered, recovery)

    let alarmFeed = site.alarms.map { _ in AlarmFeed(writer: writer, logger: logger) }
    if let alarmFeed { findings.tell { alarmFeed.tell($0) } }

    let forwarder = Forwarder(
      gateway: site.gateway.id, destinations: site.destinations, outbox: store,
      heldBefore: findings.heldDestinations, logger: logger, onFinding: { findings.note($0) })
    let upkeep = FileUpkeep(
      site: site, store: store, journal: journal, writer: writer, findings: findings, logger: logger)
    let lane = StoreLane(
      store: store, board: board, findings: findings, logger: logger, upkeep: { upkeep.run(checkpointed: $0) },
      onRecords: { forwarder.notify() })
    let runner = EngineRunner(
      engine: recovered.engine, reader: reader, site: site, lane: lane, queue: queue, writer: writer, board: board,
      findings: findings,
      days: DayWatch(zone: zone, sealedUntil: try store.sealedUntil(), clock: recovered.engine.plantClock),
      logger: logger,
      onUrgent: { drafts in
        let now = PlantClock.system().wall
        forwarder.sendAhead(drafts.compactMap { store.preview(of: $0, issued: now) }.map { OutboundRecord($0) })
      })

    let catalog = try journal.catalog(for: site)
    let urgentConnections = site.urgentConnections
    var receivers: [Receiver] = []
    var monitors: [(name: String, monitor: ConnectionMonitor)] = []
    for connection in site.connections {
      let id = catalog.connection(named: connection.name)
      let decoder = Decoder(site: site, catalog: catalog, connection: id, connectionName: connection.name)
      let monitor = ConnectionMonitor(now: PlantClock.system().wall)
      var connectionLogger = logger
      connectionLogger[metadataKey: "connection"] = "\(connection.name)"
      let sparkplug = connection.sparkplug.map { settings in
        SparkplugIntake(
          site: site, settings: connection, sparkplug: settings, catalog: catalog,
          awaySince: plantClock == .distantPast ? nil : plantClock,
          findings: SparkplugFindings(connection: connection.name, findings: findings, text: { zone.rfc3339($0) }),
          logger: connectionLogger)
      }
      let orders = site.orderTopic(on: connection).map { WorkOrderIntake(filter: $0) }
      let pipeline = IngestPipeline(
        connection: id, decoder: decoder, writer: writer, queue: queue, monitor: monitor,
        lastMark: stampsTime ? nil : plantClock, recent: try journal.recentIdentities(id), logger: connectionLogger,
        sparkplug: sparkplug,
        babble: connection.rateLimit.map {
          BabbleGuard(
            $0, sources: decoder.sources, findings: findings, now: stampsTime ? nil : plantClock,
            logger: connectionLogger)
        }, sharing: connection.share == nil ? nil : SharingWatch(connection: connection.name, findings: findings),
        orders: orders, isUrgent: urgentConnections.contains(connection.name))
      var receiverOptions = sparkplug?.options ?? ReceiverOptions()
      receiverOptions.obsolete = Self.obsoleteFilters(connection, of: former, now: decoder.subscriptions)
      receivers.append(
        Receiver(
          settings: connection, gateway: site.gateway.id,
          subscriptions: (sparkplug?.subscriptions ?? []) + decoder.subscriptions + (orders.map { [$0.filter] } ?? []),
          delegate: pipeline,
          options: receiverOptions))
      monitors.append((connection.name, monitor))
    }

    let source = GatewayControl(
      site: site, zone: zone, started: house.started, board: board, monitors: monitors, journal: journal,
      store: store,
      forwarder: forwarder, queue: queue, writer: writer, catalog: catalog, findings: findings,
      keeper: keeper, payloadBefore: recovered.engine.counts.payloadBytes)
    let watch = ConnectionWatch(monitors: monitors, findings: findings)
    let watching = site.alarms.map { _ in Task { await watch.run() } }
    findings.saveLater()
    let engineThread = EngineThread { try runner.run() }
    engineThread.start()
    forwarder.start()
    await house.switchboard.place(source)
    var failure: (any Error)?
    do {
      try ResidentMemory.release()
      for receiver in receivers { try receiver.start() }
      ConfigurationFile.keep(site, logger: logger)
      await house.reloader.took(site, notes: notes, findings: findings)
      await house.serveControl(site)
      logger.info(
        "running",
        metadata: [
          "assets": "\(site.assets.count)", "configuration": "\(site.hash.prefix(12))", "data": "\(directory)",
        ])
    } catch {
      failure = error
    }

    let end: GatewayEvent = failure == nil ? await house.waitForEnd(engineThread) : .stop
    var next: Site?
    switch end {
    case .stop, .hangUp: break
    case .failed(let error): failure = error
    case .reload(let site): next = site
    }
    // Stop in the direction of the data: nothing more comes in, what came in is processed, what was made is delivered.
    queue.unbound()
    watching?.cancel()
    await watching?.value
    for receiver in receivers { receiver.stop() }
    alarmFeed?.stop()
    queue.close()
    let engineFailure = await engineThread.finished()
    await forwarder.stop()
    await house.switchboard.withdraw()
    findings.saveNow()
    try journal.close()
    try store.close()
    if let error = failure ?? engineFailure { throw error }
    return next
  }

  /// Puts into the journal what every start has to say: connections are down until they say otherwise, and the
  /// configuration, if it is another than before.
  ///
  /// - Returns: what a person should know of the change.
  private func takeOver(
    _ site: Site, _ recovered: inout Recovery.Result, _ recovery: Recovery
  ) throws -> [String] {
    let (journal, store) = (recovery.journal, recovery.store)
    var output = EngineOutput()
    if recovered.site.hash != site.hash || recovered.engine.position == 0 {
      if recovered.engine.position > 0 {
        // The state that the old configuration left is the begin of the new one.
        try store.commit(
          SiteRecord.attach(recovered.site, journal, to: recovered.engine.checkpoint()), output: output,
          issued: PlantClock.system().wall)
        recovered.engine = try recovery.makeEngine(site)
      }
      var batch = Batch()
      batch.entries.append(.configuration(hash: site.hash, text: site.canonicalText))
      try journal.append(&batch)
      try recovered.engine.process(batch, into: &output)
      recovered.site = site
      logger.info("configuration in force", metadata: ["hash": "\(site.hash.prefix(12))"])
    }
    let catalog = try journal.catalog(for: site)
    var batch = Batch()
    batch.entries.append(.command(EngineCommand.start))
    if site.alarms != nil { batch.entries += AlarmFeed.commands(open: try store.openFindings()) }
    for connection in site.connections {
      batch.entries.append(.connection(catalog.connection(named: connection.name), .down))
    }
    try journal.append(&batch)
    try recovered.engine.process(batch, into: &output)
    try store.commit(
      SiteRecord.attach(site, journal, to: recovered.engine.checkpoint()), output: output,
      issued: PlantClock.system().wall)
    return output.findings.filter { $0.rule == "rule-restarted" && $0.closed == nil }.map(\.summary)
  }

  /// Subscriptions that the broker's session still has from the configuration before, and that nobody wants any more.
  private static func obsoleteFilters(_ connection: Connection, of former: Site, now: [String]) -> [String] {
    guard let old = former.connections.first(where: { $0.name == connection.name }), old.sparkplug == nil,
      connection.sparkplug == nil,
      (old.host, old.port, old.clientID) == (connection.host, connection.port, connection.clientID)
    else { return [] }
    let wanted = Set(Receiver.filters(now, share: connection.share))
    return Receiver.filters(Decoder.subscriptions(of: former, connection: old.name), share: old.share)
      .filter { !wanted.contains($0) }
  }
}

/// Why the gateway cannot run.
public enum GatewayError: Error, CustomStringConvertible {
  case badLogLevel(String)

  public var description: String {
    switch self {
    case .badLogLevel(let word):
      "unknown log level \"\(word)\"; it is one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))"
    }
  }
}
