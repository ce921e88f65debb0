import Hummingbird
import Telemetry
import TestSupport

/// An upstream system that takes CloudEvents by HTTP and wants a token.
actor EventSink {
  private(set) var ids: Set<String> = []
  private(set) var refusals = 0
  private var token = ""
  private let server: LoopbackServer
  nonisolated var port: Int { server.port }

  init() async throws {
    let inbox = Inbox()
    let router = Router()
    router.post("/events") { request, _ -> HTTPResponse.Status in
      let body = try await request.body.collect(upTo: 64 << 20)
      let isBatch = request.headers[.contentType]?.hasPrefix("application/cloudevents-batch+json") ?? false
      return await inbox.take(
        authorization: request.headers[.authorization] ?? "", body: Array(body.readableBytesView), isBatch: isBatch)
    }
    server = try await LoopbackServer(router)
    await inbox.connect(self)
  }

  func accept(token: String) { self.token = token }

  fileprivate func take(authorization: String, body: [UInt8], isBatch: Bool) -> HTTPResponse.Status {
    guard authorization == "Bearer \(token)" else {
      refusals += 1
      return .unauthorized
    }
    guard let value = try? JSONValue(parsing: body) else { return .badRequest }
    for event in isBatch ? value.arrayValue ?? [] : [value] {
      guard event["specversion"] == "1.0", let id = event["id"]?.stringValue, event["source"] != nil,
        event["type"] != nil
      else { return .unprocessableContent }
      ids.insert(id)
    }
    return .noContent
  }

  func stop() async { await server.stop() }

  /// The router exists before the actor does.
  private actor Inbox {
    private weak var sink: EventSink?
    func connect(_ sink: EventSink) { self.sink = sink }
    func take(authorization: String, body: [UInt8], isBatch: Bool) async -> HTTPResponse.Status {
      await sink?.take(authorization: authorization, body: body, isBatch: isBatch) ?? .serviceUnavailable
    }
  }
}
