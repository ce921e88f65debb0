import Control
import Foundation
import Logging
import MQTT
import TestSupport
import Testing

/// Server and client of the control API, over a real socket.
@Suite struct ControlTests {
  private struct Source: ControlSource {
    private let troubles = TestLock<[String?]>([])
    /// Asynchronous, so that waiting for it gives the thread up.
    var told: [String?] { get async { troubles.with { $0 } } }

    func status() async throws -> GatewayStatus { SampleStatus.degraded }
    func assets() async throws -> [AssetLine] { throw TestSupportError("the store is broken") }
    func asset(_ id: String) async throws -> AssetDetail {
      throw ControlRefusal(.notFound, "There is no asset \"\(id)\".")
    }
    func sources(limit: Int) async throws -> [SourceLine] {
      [SourceLine(asset: "m1", signal: "t", place: "cq", open: ["spike"], remedy: "limit \(limit)")]
    }
    func health(of id: String?) async throws -> HealthReport {
      HealthReport(
        groups: [.init(place: id ?? "plant", health: 70, weakest: "m1", machines: 2, known: 1)], machines: [])
    }
    func quarantine(reason: String?, limit: Int) async throws -> [QuarantineLine] {
      throw ControlRefusal(.badRequest, "There is no reason \"\(reason ?? "")\".")
    }
    func retryQuarantine(ids: [String]) async throws -> QuarantineOutcome {
      QuarantineOutcome(done: ids.count, failed: 1, firstFailure: "m9, not-json: …")
    }
    func dropQuarantine(ids: [String]) async throws -> QuarantineOutcome { QuarantineOutcome(done: ids.count) }
    func metrics() async throws -> String { "# EOF\n" }
    func isReady() async -> Bool { true }
    func metricsPort(trouble: String?) async { troubles.with { $0.append(trouble) } }

    private static let nothing = ControlRefusal(.notFound, "This source has only what the tests ask for.")
    func reload() async throws -> ReloadReport { throw Self.nothing }
    func pendingChanges() async throws -> ReloadReport { throw Self.nothing }
    func configuration() async throws -> ConfigurationReport { throw Self.nothing }
    func command(_ text: String) async throws -> CommandReceipt { throw Self.nothing }
    func authorize(_ caller: ControlCaller, _ act: ControlAct) async throws {
      callers.with { $0.append((caller, act)) }
      if case .command("alarm-reset") = act { throw ControlRefusal(.forbidden, "You are no engineer.") }
    }
    private let callers = TestLock<[(caller: ControlCaller, act: ControlAct)]>([])
    var asked: [(caller: ControlCaller, act: ControlAct)] { get async { callers.with { $0 } } }
    func alarms(language: String?) async throws -> AlarmReport { throw Self.nothing }
    func explain(_ finding: String, language: String?) async throws -> ProductDocument { throw Self.nothing }
    func incident(_ number: Int, language: String?) async throws -> IncidentLine { throw Self.nothing }
    func workOrders(all: Bool, language: String?) async throws -> [WorkOrderLine] { throw Self.nothing }
    func workOrderState(_ text: String, number: Int?, token: String?) async throws -> CommandReceipt {
      throw Self.nothing
    }
    func notifications(limit: Int) async throws -> [NotificationLine] { throw Self.nothing }
    func audit(_ query: AuditQuery) async throws -> AuditReport { throw Self.nothing }
    func record(_ id: String) async throws -> String { throw Self.nothing }
    func report(_ query: ReportQuery) async throws -> ReportTable { throw Self.nothing }
    func products(name: String?, period: String) async throws -> ReportTable { throw Self.nothing }
    func productDocument(_ query: ProductDocumentQuery) async throws -> ProductDocument { throw Self.nothing }
    func productUnit(_ query: UnitQuery) async throws -> ProductDocument { throw Self.nothing }
    func unitFile(_ serial: String) async throws -> ProductDocument { throw Self.nothing }
    func prove(_ query: ProofQuery) async throws -> ProductDocument { throw Self.nothing }
    func supplierFootprints() async throws -> ReportTable { throw Self.nothing }
    func advice(policy: String?, hours: Int?) async throws -> AdviceReport { throw Self.nothing }
    func maintenance(asset: String?) async throws -> MaintenanceReport { throw Self.nothing }
    func maintenancePlan() async throws -> MaintenancePlan { throw Self.nothing }
    func plantReport(_ span: PlantReport.Span, period: String?) async throws -> PlantReport { throw Self.nothing }
    func ledgerKeys() async throws -> [LedgerKeyLine] { throw Self.nothing }
    func rotateLedgerKey() async throws -> [LedgerKeyLine] { throw Self.nothing }
    func sealLedger() async throws -> String { throw Self.nothing }
  }

  private static var logger: Logger {
    var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .critical
    return logger
  }

  private static func serving(
    _ source: Source = Source(), metricsPort: Int? = nil, _ body: (ControlClient) async throws -> Void
  ) async throws {
    let directory = try TemporaryDirectory()
    let server = ControlServer(
      source: source, socketPath: directory.appending("control.sock"), metricsPort: metricsPort, logger: logger)
    let task = Task { try await server.run(retry: .milliseconds(20)) }
    defer { task.cancel() }
    let client = ControlClient(socketPath: directory.appending("control.sock"))
    let isThere = try await eventually { await Self.failure(client) == nil }
    try #require(isThere)
    try await body(client)
  }

  @Test func answersAndRefusalsArriveAsTheyWereMeant() async throws {
    try await Self.serving { client in
      let status = try await client.status()
      #expect(status.gateway == "cq1")
      let sources = try await client.sources(limit: 7)
      #expect(sources.map(\.remedy) == ["limit 7"])
      let outcome = try await client.retryQuarantine(ids: ["m1", "m2"])
      #expect(outcome.done == 2)
      await #expect(throws: ControlClientError.refused(status: 404, message: "There is no asset \"préss 1/2\".")) {
        try await client.asset("préss 1/2")
      }
      await #expect(throws: ControlClientError.refused(status: 400, message: "There is no reason \"typo\".")) {
        try await client.quarantine(reason: "typo", limit: 1)
      }
      await #expect(throws: ControlClientError.refused(status: 500, message: "the store is broken")) {
        try await client.assets()
      }
    }
  }

  @Test func whoAsksIsKnownAndMayBeRefused() async throws {
    let source = Source()
    try await Self.serving(source) { client in
      _ = try await client.status()
      let first = try #require(await source.asked.last)
      #expect(first.caller == ControlCaller(userID: getuid()) && first.act == .read)
      await #expect(throws: ControlClientError.refused(status: 403, message: "You are no engineer.")) {
        try await client.command(#"{"command":"alarm-reset"}"#)
      }
      _ = try await client.dropQuarantine(ids: ["m1"])
      #expect(await source.asked.map(\.act).last == .quarantine)
    }
  }

  @Test func aTakenMetricsPortLeavesTheSocketAndIsTriedAgain() async throws {
    let other = try Listener()
    let source = Source()
    try await Self.serving(source, metricsPort: other.port) { client in
      let isTold = try await eventually { await source.told.contains { $0?.contains("taken") ?? false } }
      #expect(isTold)
      let status = try await client.status()
      #expect(status.gateway == "cq1", "the socket is served all the same")
      other.close()
      let isOver = try await eventually { await source.told.last == .some(nil) }
      #expect(isOver, "it is tried again")
      #expect(LoopbackPort.accepts(host: "127.0.0.1", port: other.port))
    }
  }

  @Test func withoutAMetricsPortThatIsSaid() async throws {
    let source = Source()
    try await Self.serving(source) { _ in
      let isTold = try await eventually { await source.told == [nil] }
      #expect(isTold)
    }
  }

  // MARK: Nobody there

  private static func failure(_ client: ControlClient) async -> ControlClientError? {
    do {
      _ = try await client.status()
      return nil
    } catch {
      return error
    }
  }

  @Test func reasonsAreToldApart() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.appending("control.sock")
    let none = await Self.failure(ControlClient(socketPath: directory.appending("none/control.sock")))
    #expect(none == .noDirectory(directory.appending("none")))
    let absent = await Self.failure(ControlClient(socketPath: path))
    #expect(absent == .noSocket(directory: directory.path))
    try directory.write("", to: "file")
    let file = await Self.failure(ControlClient(socketPath: directory.appending("file")))
    #expect(file?.description.contains("no socket") == true)

    let listener = try Listener(path: path, backlog: 0)
    // Nobody accepts: a question waits in the queue, then the queue is full.
    let stuck = await Self.failure(ControlClient(socketPath: path, timeoutSeconds: 1))
    #expect(stuck == .timeout(seconds: 1))
    listener.close()
    let dead = await Self.failure(ControlClient(socketPath: path))
    #expect(dead == .notListening(directory: directory.path))
  }

  @Test(.enabled(if: geteuid() != 0, "root may do everything"))
  func permissionDeniedIsSaid() async throws {
    let directory = try TemporaryDirectory()
    let path = directory.appending("control.sock")
    let listener = try Listener(path: path, backlog: 1)
    defer { listener.close() }
    chmod(path, 0)
    let denied = await Self.failure(ControlClient(socketPath: path))
    #expect(denied == .permissionDenied(path: path))
  }

  @Test func everyErrorSaysWhatToDo() {
    let errors: [ControlClientError] = [
      .noDirectory("d"), .noSocket(directory: "d"), .notListening(directory: "d"), .permissionDenied(path: "p"),
      .timeout(seconds: 3), .unreadable("x"), .refused(status: 500, message: "x"),
    ]
    for error in errors { #expect(error.description.contains("→"), "\(error)") }
    #expect(Set(errors.map(\.description)).count == errors.count)
  }

  /// A socket that listens and never accepts.
  private final class Listener {
    private var descriptor: Int32
    private(set) var port = 0

    init() throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
      }
      guard bound, listen(descriptor, 1) == 0 else { throw TestSupportError("cannot listen: error \(errno)") }
      port = Int(address.sin_port.bigEndian)
    }

    init(path: String, backlog: Int32) throws {
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
      let bound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
      }
      guard bound, listen(descriptor, backlog) == 0 else { throw TestSupportError("cannot listen: error \(errno)") }
    }

    func close() {
      if descriptor >= 0 { Glibc.close(descriptor) }
      descriptor = -1
    }

    deinit { close() }
  }
}
