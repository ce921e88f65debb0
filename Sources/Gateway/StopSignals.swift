import Dispatch
import Foundation

/// SIGTERM and SIGINT as something to wait for.
enum StopSignals {
  /// Returns at the first signal, or when the task is cancelled.
  static func wait() async {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    for await _ in stream { return }
  }
}
