import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// The gateway's local HTTP API: everything on the unix socket (its permissions are the access right), and, where
/// configured, the read-only part for machines (`/metrics`, `/healthz`, `/readyz`) on loopback TCP.
public struct ControlServer: Sendable {
  private let source: any ControlSource
  private let socketPath: String
  private let metricsPort: Int?
  private let logger: Logger

  /// - Parameters:
  ///   - metricsPort: nil for none, 0 for any free port.
  public init(source: any ControlSource, socketPath: String, metricsPort: Int?, logger: Logger) {
    self.source = source
    self.socketPath = socketPath
    self.metricsPort = metricsPort
    self.logger = logger
  }

  /// Serves until the task is cancelled.
  ///
  /// Throws if the unix socket cannot be served. A metrics port that cannot be served (it is taken) is logged, told to
  /// the source, and tried again: it must not cost the unix socket.
  ///
  /// - Parameters:
  ///   - retry: how long to wait before the metrics port is tried again.
  ///   - onMetricsPort: the TCP port that was bound.
  public func run(
    retry: Duration = .seconds(15), onMetricsPort: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws {
    // A socket that a killed gateway left behind; the lock on the data directory proves that nobody listens on it.
    unlink(socketPath)
    enum Part { case socket, metrics }
    try await withThrowingTaskGroup(of: Part.self) { group in
      let socket = Application(
        router: router(withCommands: true),
        configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
        onServerRunning: { [socketPath] _ in _ = chmod(socketPath, 0o660) }, logger: logger)
      group.addTask {
        try await serve(socket)
        return .socket
      }
      group.addTask {
        try await serveMetrics(retry: retry, onMetricsPort: onMetricsPort)
        return .metrics
      }
      defer { group.cancelAll() }
      while let ended = try await group.next(), ended != .socket {}
    }
  }

  private func serveMetrics(retry: Duration, onMetricsPort: @escaping @Sendable (Int) -> Void) async throws {
    guard let metricsPort else { return await source.metricsPort(trouble: nil) }
    var told: String?
    while !Task.isCancelled {
      let loopback = Application(
        router: router(withCommands: false),
        configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: metricsPort)),
        onServerRunning: { [source] channel in
          await source.metricsPort(trouble: nil)
          if let port = channel.localAddress?.port { onMetricsPort(port) }
        }, logger: logger)
      do {
        try await serve(loopback)
        return
      } catch let error where !(error is CancellationError) {
        let trouble = "127.0.0.1:\(metricsPort) cannot be served: \(Self.reason(error))"
        if told != trouble { logger.critical("metrics: \(trouble); trying again every \(retry)") }
        told = trouble
        await source.metricsPort(trouble: trouble)
      }
      try await Task.sleep(for: retry)
    }
  }

  /// Until the task is cancelled, and then in order: a server that is simply cancelled drops the connections that it has
  /// accepted and not yet taken, and NIO ends the process for that.
  private func serve(_ application: some Service) async throws {
    var configuration = ServiceGroupConfiguration(services: [application], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(2)
    let group = ServiceGroup(configuration: configuration)
    let serving = Task { try await group.run() }
    try await withTaskCancellationHandler {
      try await serving.value
    } onCancel: {
      Task { await group.triggerGracefulShutdown() }
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return error.errnoCode == EADDRINUSE
      ? "another program has taken the port" : String(cString: strerror(error.errnoCode))
  }

  private func router(withCommands: Bool) -> Router<PeerContext> {
    let router = Router(context: PeerContext.self)
    router.add(middleware: PlainErrors())
    if withCommands { router.add(middleware: RoleCheck(source: source)) }
    router.get("/healthz") { _, _ in Self.text("alive\n") }
    router.get("/readyz") { [source] _, _ in
      await source.isReady() ? Self.text("ready\n") : Self.text("not ready\n", status: .serviceUnavailable)
    }
    router.get("/metrics") { [source] _, _ in
      Self.text(
        try await source.metrics(), type: "application/openmetrics-text; version=1.0.0; charset=utf-8")
    }
    router.post("/v1/workorders/:number/state") { [source] request, context in
      let number = Int(try context.parameters.require("number"))
      let body = try await request.body.collect(upTo: Self.commandBytes)
      return try Self.json(
        await source.workOrderState(String(buffer: body), number: number, token: Self.bearer(request)))
    }
    guard withCommands else { return router }
    router.get("/v1/status") { [source] _, _ in try Self.json(await source.status()) }
    router.get("/v1/assets") { [source] _, _ in try Self.json(await source.assets()) }
    router.get("/v1/assets/:id") { [source] _, context in
      let id = try context.parameters.require("id").removingPercentEncoding ?? ""
      return try Self.json(await source.asset(id))
    }
    router.get("/v1/sources") { [source] request, _ in
      let limit = request.uri.queryParameters.get("limit", as: Int.self) ?? 30
      return try Self.json(await source.sources(limit: max(1, min(limit, 10_000))))
    }
    router.get("/v1/health") { [source] request, _ in
      let id = request.uri.queryParameters.get("asset").map { $0.removingPercentEncoding ?? $0 }
      return try Self.json(await source.health(of: id))
    }
    router.get("/v1/quarantine") { [source] request, _ in
      let reason = request.uri.queryParameters.get("reason")
      let limit = request.uri.queryParameters.get("limit", as: Int.self) ?? 100
      return try Self.json(await source.quarantine(reason: reason, limit: max(1, min(limit, 10_000))))
    }
    router.post("/v1/quarantine/retry") { [source] request, _ in
      try Self.json(await source.retryQuarantine(ids: Self.ids(request)))
    }
    router.post("/v1/commands") { [source] request, context in
      let text = String(buffer: try await request.body.collect(upTo: Self.commandBytes))
      try await source.authorize(context.caller(), .command(Self.commandName(text)))
      return try Self.json(await source.command(text))
    }
    router.get("/v1/alarms") { [source] request, _ in
      try Self.json(await source.alarms(language: request.uri.queryParameters.get("language")))
    }
    router.get("/v1/workorders") { [source] request, _ in
      let options = request.uri.queryParameters
      return try Self.json(
        await source.workOrders(all: options.get("all") == "true", language: options.get("language")))
    }
    router.get("/v1/audit") { [source] request, _ in
      let options = request.uri.queryParameters
      func text(_ name: String) -> String? { options.get(name).map { $0.removingPercentEncoding ?? $0 } }
      var query = AuditQuery(
        period: text("period"), person: text("person"), act: text("act"), what: text("what"))
      query.onlyRefused = options.get("refused") == "true"
      query.limit = max(1, min(options.get("limit", as: Int.self) ?? 100, 100_000))
      return try Self.json(await source.audit(query))
    }
    router.get("/v1/notifications") { [source] request, _ in
      let limit = request.uri.queryParameters.get("limit", as: Int.self) ?? 30
      return try Self.json(await source.notifications(limit: max(1, min(limit, 10_000))))
    }
    router.get("/v1/incidents/:number") { [source] request, context in
      let word = try context.parameters.require("number")
      guard let number = Int(word) else {
        throw ControlRefusal(.badRequest, "\"\(word)\" is no number of an incident; `weir incidents` lists them")
      }
      return try Self.json(
        await source.incident(number, language: request.uri.queryParameters.get("language")))
    }
    router.get("/v1/record") { [source] request, _ in
      guard let id = request.uri.queryParameters.get("id") else {
        throw ControlRefusal(.badRequest, "name the record: ?id=<gateway>/<kind>/<key>/<revision>")
      }
      return Self.text(try await source.record(id), type: "application/json")
    }
    router.get("/v1/reports/:subject") { [source] request, context in
      let word = try context.parameters.require("subject")
      if let page = try await Self.page(word, request, source) { return page }
      guard let subject = ReportQuery.Subject(rawValue: word) else {
        throw ControlRefusal(
          .notFound,
          "There is no report \"\(word)\".\n  → There are energy, balance, idle, performance, forecast, advice, carbon, "
            + "factors, targets, budgets, inspection, alarms, shift, day, week and month.")
      }
      let options = request.uri.queryParameters
      return try Self.json(
        await source.report(
          ReportQuery(
            subject: subject, by: options.get("by"), period: options.get("period") ?? "today",
            method: options.get("method"), asset: options.get("asset"), hours: options.get("hours", as: Int.self),
            defect: options.get("defect"), chart: options.get("chart"), value: options.get("value"),
            parts: options.get("of"), line: options.get("line"))))
    }
    router.get("/v1/maintenance") { [source] request, _ in
      try Self.json(await source.maintenance(asset: request.uri.queryParameters.get("asset")))
    }
    router.get("/v1/maintenance/plan") { [source] _, _ in try Self.json(await source.maintenancePlan()) }
    router.get("/v1/products") { [source] request, _ in
      let options = request.uri.queryParameters
      return try Self.json(
        await source.products(name: options.get("name"), period: options.get("period") ?? "year"))
    }
    router.get("/v1/products/unit") { [source] request, _ in
      let options = request.uri.queryParameters
      guard let serial = options.get("serial") else { throw ControlRefusal(.badRequest, "name the unit: ?serial=…") }
      return try Self.json(
        await source.productUnit(
          UnitQuery(serial: serial, order: options.get("order"), period: options.get("period") ?? "year")))
    }
    router.get("/v1/findings") { [source] request, _ in
      let options = request.uri.queryParameters
      guard let finding = options.get("finding") else {
        throw ControlRefusal(.badRequest, "name the finding: ?finding=…")
      }
      return try Self.json(await source.explain(finding, language: options.get("language")))
    }
    router.get("/v1/units") { [source] request, _ in
      guard let serial = request.uri.queryParameters.get("serial") else {
        throw ControlRefusal(.badRequest, "name the unit: ?serial=…")
      }
      return try Self.json(await source.unitFile(serial))
    }
    router.get("/v1/ledger/proof") { [source] request, _ in
      let options = request.uri.queryParameters
      guard let subject = options.get("subject") else {
        throw ControlRefusal(.badRequest, "name the record or unit: ?subject=…")
      }
      return try Self.json(
        await source.prove(
          ProofQuery(
            subject: subject, show: options.getAll("show"), order: options.get("order"),
            period: options.get("period") ?? "year")))
    }
    router.get("/v1/products/suppliers") { [source] _, _ in try Self.json(await source.supplierFootprints()) }
    router.get("/v1/products/document") { [source] request, _ in
      let options = request.uri.queryParameters
      let word = options.get("format") ?? ProductDocumentQuery.Format.pact.rawValue
      guard let name = options.get("name"), let format = ProductDocumentQuery.Format(rawValue: word) else {
        throw ControlRefusal(.badRequest, "name an order, batch or product, and the format pact or credential")
      }
      return try Self.json(
        await source.productDocument(
          ProductDocumentQuery(
            name: name, period: options.get("period") ?? "year", format: format,
            withProof: options.get("proof") == "true")))
    }
    router.get("/v1/configuration") { [source] _, _ in try Self.json(await source.configuration()) }
    router.get("/v1/reload") { [source] _, _ in try Self.json(await source.pendingChanges()) }
    router.post("/v1/reload") { [source] _, _ in try Self.json(await source.reload()) }
    router.get("/v1/ledger/keys") { [source] _, _ in try Self.json(await source.ledgerKeys()) }
    router.post("/v1/ledger/keys") { [source] _, _ in try Self.json(await source.rotateLedgerKey()) }
    router.post("/v1/ledger/head") { [source] _, _ in
      Self.text(try await source.sealLedger() + "\n", type: "application/json")
    }
    router.post("/v1/quarantine/drop") { [source] request, _ in
      try Self.json(await source.dropQuarantine(ids: Self.ids(request)))
    }
    return router
  }

  /// Reports that are more than one table; nil for a word that is none.
  private static func page(
    _ word: String, _ request: Request, _ source: any ControlSource
  ) async throws -> Response? {
    let options = request.uri.queryParameters
    if word == "advice" {
      return try json(await source.advice(policy: options.get("policy"), hours: options.get("hours", as: Int.self)))
    }
    guard let span = PlantReport.Span(rawValue: word) else { return nil }
    return try json(await source.plantReport(span, period: options.get("period")))
  }

  /// A command is a few lines that a person entered, or a document of a supplier.
  private static let commandBytes = 1 << 20

  /// `ids=m1,m2` of the query.
  private static func ids(_ request: Request) throws -> [String] {
    guard let ids = request.uri.queryParameters.get("ids"), !ids.isEmpty else {
      throw ControlRefusal(.badRequest, "name the entries: ?ids=m1,m2 or ?ids=all")
    }
    return ids.split(separator: ",").map(String.init)
  }

  fileprivate static func text(
    _ text: String, status: HTTPResponse.Status = .ok, type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  private static func json(_ value: some Encodable) throws -> Response {
    let data = try ControlCoding.encoder().encode(value)
    return Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }
}

/// Answers errors as text, so that a person at the other end can read them.
private struct PlainErrors: RouterMiddleware {
  func handle(
    _ request: Request, context: PeerContext, next: (Request, PeerContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as ControlRefusal {
      let status: HTTPResponse.Status =
        switch error.kind {
        case .badRequest: .badRequest
        case .notFound: .notFound
        case .forbidden: .forbidden
        }
      return ControlServer.text(error.description, status: status)
    } catch let error as HTTPError {
      throw error
    } catch {
      return ControlServer.text("\(error)", status: .internalServerError)
    }
  }
}
