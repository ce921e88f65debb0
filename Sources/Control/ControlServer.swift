import Foundation
import Hummingbird
import Logging
import NIOCore

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
  /// - Parameter onMetricsPort: the TCP port that was bound.
  public func run(onMetricsPort: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
    // A socket that a killed gateway left behind; the lock on the data directory proves that nobody listens on it.
    unlink(socketPath)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let socket = Application(
        router: router(withCommands: true),
        configuration: ApplicationConfiguration(address: .unixDomainSocket(path: socketPath)),
        onServerRunning: { [socketPath] _ in _ = chmod(socketPath, 0o660) }, logger: logger)
      group.addTask { try await socket.run() }
      if let metricsPort {
        let loopback = Application(
          router: router(withCommands: false),
          configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: metricsPort)),
          onServerRunning: { channel in if let port = channel.localAddress?.port { onMetricsPort(port) } },
          logger: logger)
        group.addTask { try await loopback.run() }
      }
      try await group.next()
      group.cancelAll()
    }
  }

  private func router(withCommands: Bool) -> Router<BasicRequestContext> {
    let router = Router()
    router.get("/healthz") { _, _ in Self.text("alive\n") }
    router.get("/readyz") { [source] _, _ in
      await source.isReady() ? Self.text("ready\n") : Self.text("not ready\n", status: .serviceUnavailable)
    }
    router.get("/metrics") { [source] _, _ in
      Self.text(
        try await source.metrics(), type: "application/openmetrics-text; version=1.0.0; charset=utf-8")
    }
    guard withCommands else { return router }
    router.get("/v1/status") { [source] _, _ in try Self.json(await source.status()) }
    router.get("/v1/assets") { [source] _, _ in try Self.json(await source.assets()) }
    router.get("/v1/assets/:id") { [source] _, context in
      let id = try context.parameters.require("id").removingPercentEncoding ?? ""
      guard let detail = try await source.asset(id) else {
        return Self.text("no asset \"\(id)\"; `weir assets` lists them\n", status: .notFound)
      }
      return try Self.json(detail)
    }
    router.get("/v1/quarantine") { [source] request, _ in
      let reason = request.uri.queryParameters.get("reason")
      let limit = request.uri.queryParameters.get("limit", as: Int.self) ?? 100
      return try Self.json(await source.quarantine(reason: reason, limit: max(1, min(limit, 10_000))))
    }
    router.post("/v1/quarantine/retry") { [source] request, _ in
      try Self.json(["done": await source.retryQuarantine(ids: Self.ids(request))])
    }
    router.post("/v1/quarantine/drop") { [source] request, _ in
      try Self.json(["done": await source.dropQuarantine(ids: Self.ids(request))])
    }
    return router
  }

  /// `ids=m1,m2` of the query.
  private static func ids(_ request: Request) throws -> [String] {
    guard let ids = request.uri.queryParameters.get("ids"), !ids.isEmpty else {
      throw HTTPError(.badRequest, message: "name the entries: ?ids=m1,m2 or ?ids=all")
    }
    return ids.split(separator: ",").map(String.init)
  }

  private static func text(
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
