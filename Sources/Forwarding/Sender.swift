import NIOPosix

/// One way out of the gateway. Used by one task at a time.
protocol Sender: Sendable {
  /// Where the records go, for status and logs, without secrets.
  var address: String { get }

  /// Most records in one send.
  var batch: Int { get }

  /// Tries to deliver consecutive records: at least one, at most `batch`.
  ///
  /// Comes back in bounded time whatever the other side does, and soon after its task is cancelled.
  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport

  /// Gives back connections and files. Nothing is sent afterwards.
  func close() async
}

/// Runs a call that blocks (a disk, a database) away from the threads of Swift concurrency.
func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await NIOThreadPool.singleton.runIfActive(body)
}
