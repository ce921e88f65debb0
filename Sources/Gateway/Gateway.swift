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
    public init(keepBroker: Bool = false, logLevel: String = "info") {
      self.keepBroker = keepBroker
      self.logLevel = logLevel
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
  public func run() async throws {
    let directory = site.gateway.dataDirectory
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let lock = try DataDirectoryLock(directory: directory)
    defer { withExtendedLifetime(lock) {} }
    let brokers = try startBrokers()
    let supervisor = Task { await supervise(brokers) }
    let result: Result<Void, any Error>
    do {
      result = .success(try await serve(directory: directory))
    } catch {
      result = .failure(error)
    }
    supervisor.cancel()
    await supervisor.value
    if !options.keepBroker { for broker in brokers { try broker.stop() } }
    try result.get()
    logger.info("stopped")
  }

  /// Starts an embedded broker again that has died.
  private func supervise(_ brokers: [EmbeddedBroker]) async {
    while !brokers.isEmpty, !Task.isCancelled {
      for broker in brokers {
        do {
          if try broker.ensureRunning() { logger.error("the broker was gone and has been started again") }
        } catch {
          logger.error("the broker is gone and cannot be started", metadata: ["error": "\(error)"])
        }
      }
      do { try await Task.sleep(for: .seconds(2)) } catch { return }
    }
  }

  private func startBrokers() throws -> [EmbeddedBroker] {
    var brokers: [EmbeddedBroker] = []
    for connection in site.connections {
      guard let settings = connection.embedded else { continue }
      let broker = EmbeddedBroker(
        settings: settings, host: connection.host, port: connection.port,
        directory: "\(site.gateway.dataDirectory)/broker-\(connection.name)")
      let outcome = try broker.start()
      logger.info(
        "broker is running", metadata: ["address": "\(connection.host):\(connection.port)", "was": "\(outcome)"])
      brokers.append(broker)
    }
    return brokers
  }

  private func serve(directory: String) async throws {
    let journal = try Journal(path: "\(directory)/journal.sqlite", settings: site.storage)
    let zone = try PlantZone(identifier: site.zone)
    var storeOptions = Store.Options()
    storeOptions.formatTime = { zone.rfc3339($0) }
    storeOptions.beforeCommit = { FaultPoint.storeTransaction.hit() }
    let store = try Store(
      path: "\(directory)/store.sqlite", gateway: site.gateway.id, settings: site.storage,
      destinations: site.destinations, options: storeOptions)
    try SiteRecord.restoreCatalogue(of: journal, from: store)
    journal.continuePositions(after: max(store.checkpointPosition, store.outputPosition))
    let findings = try GatewayFindings(store: store, site: site, logger: logger)
    findings.opened(journal: journal.openingNotes, store: store.openingNotes)

    var recovered = try Recovery(journal: journal, store: store, logger: logger).run(site: site)
    findings.recovered(damaged: recovered.damaged)
    let board = StatusBoard()
    let queue = BatchQueue(maximumSamples: Self.queuedSamples)
    let plantClock = recovered.engine.view().plantClock ?? .distantPast
    let stampsTime = site.clock == .system
    let writer = JournalWriter(
      journal: journal, queue: queue, clock: PlantClock(notBefore: stampsTime ? plantClock : .distantPast),
      stampsTime: stampsTime, board: board)
    try takeOver(&recovered, journal: journal, store: store)

    let forwarder = Forwarder(
      gateway: site.gateway.id, destinations: site.destinations, outbox: store,
      heldBefore: findings.heldDestinations, logger: logger, onFinding: { findings.note($0) })
    let runner = EngineRunner(
      engine: recovered.engine, site: site, store: store, journal: journal, queue: queue, writer: writer, board: board,
      findings: findings, logger: logger, onRecords: { forwarder.notify() })

    let catalog = try journal.catalog(for: site)
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
      let pipeline = IngestPipeline(
        connection: id, decoder: decoder, writer: writer, queue: queue, monitor: monitor,
        lastMark: stampsTime ? nil : plantClock, recent: try journal.recentIdentities(id), logger: connectionLogger,
        sparkplug: sparkplug)
      receivers.append(
        Receiver(
          settings: connection, gateway: site.gateway.id,
          subscriptions: (sparkplug?.subscriptions ?? []) + decoder.subscriptions, delegate: pipeline,
          options: sparkplug?.options ?? ReceiverOptions()))
      monitors.append((connection.name, monitor))
    }

    let source = GatewayControl(
      site: site, zone: zone, started: PlantClock.system().wall, board: board, monitors: monitors, journal: journal,
      store: store,
      forwarder: forwarder, queue: queue, writer: writer, catalog: catalog, findings: findings,
      payloadBefore: recovered.engine.counts.payloadBytes)
    // The server calls its own cancellation at a stop an error.
    var serverLogger = logger
    serverLogger.logLevel = .critical
    let control = ControlServer(
      source: source, socketPath: "\(directory)/control.sock", metricsPort: site.control.metricsPort,
      logger: serverLogger)
    let controlTask = Task { [logger] in
      do {
        try await control.run()
      } catch is CancellationError {
        return
      } catch {
        logger.error("the control API cannot be served", metadata: ["error": "\(error)"])
      }
    }

    let engineThread = EngineThread { try runner.run() }
    engineThread.start()
    forwarder.start()
    try ResidentMemory.release()
    for receiver in receivers { try receiver.start() }
    logger.info(
      "running",
      metadata: ["assets": "\(site.assets.count)", "configuration": "\(site.hash.prefix(12))", "data": "\(directory)"])

    let failure = await firstOf(engineThread)
    // Stop in the direction of the data: nothing more comes in, what came in is processed, what was made is delivered.
    queue.unbound()
    for receiver in receivers { receiver.stop() }
    queue.close()
    let engineFailure = await engineThread.finished()
    await forwarder.stop()
    controlTask.cancel()
    await controlTask.value
    try journal.close()
    try store.close()
    if let error = failure ?? engineFailure { throw error }
  }

  /// Puts into the journal what every start has to say: connections are down until they say otherwise, and the
  /// configuration, if it is another than before.
  private func takeOver(_ recovered: inout Recovery.Result, journal: Journal, store: Store) throws {
    let recovery = Recovery(journal: journal, store: store, logger: logger)
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
    for connection in site.connections {
      batch.entries.append(.connection(catalog.connection(named: connection.name), .down))
    }
    try journal.append(&batch)
    try recovered.engine.process(batch, into: &output)
    try store.commit(
      SiteRecord.attach(site, journal, to: recovered.engine.checkpoint()), output: output,
      issued: PlantClock.system().wall)
  }

  /// Waits for a signal to stop (nil) or for the engine thread to fail.
  private func firstOf(_ thread: EngineThread) async -> (any Error)? {
    await withTaskGroup(of: (any Error)?.self) { group in
      group.addTask {
        await StopSignals.wait()
        return nil
      }
      group.addTask { await thread.failed() }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
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
