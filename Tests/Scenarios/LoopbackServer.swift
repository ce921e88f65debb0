import Hummingbird
import Logging
import TestSupport

/// An HTTP server of a test, on a free port of loopback.
struct LoopbackServer: Sendable {
  let port: Int
  private let task: Task<Void, any Error>

  init(_ router: Router<BasicRequestContext>) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        continuation.yield(channel.localAddress?.port ?? 0)
        continuation.finish()
      }, logger: Logger(label: "sink") { _ in SwiftLogNoOpLogHandler() })
    let running = Task { try await application.run() }
    var found = 0
    for await bound in ports { found = bound }
    guard found > 0 else { throw TestSupportError("the sink has no port") }
    port = found
    task = running
  }

  func stop() async {
    task.cancel()
    _ = await task.result
  }
}
