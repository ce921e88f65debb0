import NIOPosix

/// One way out of the gateway. Used by one task at a time, and beside it by one more that sends ahead, if it `takesAhead`.
protocol Sender: Sendable {
  /// Where the records go, for status and logs, without secrets.
  var address: String { get }

  /// Most records in one send.
  var batch: Int { get }

  /// Takes single records beside the send under way, before their turn. False for what has one place to write to.
  var takesAhead: Bool { get }

  /// Tries to deliver consecutive records: at least one, at most `batch`.
  ///
  /// Comes back in bounded time whatever the other side does, and soon after its task is cancelled.
  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport

  /// Gives back connections and files. Nothing is sent afterwards.
  func close() async
}

extension Sender {
  var takesAhead: Bool { false }
}

/// Runs a call that blocks (a disk, a database) away from the threads of Swift concurrency.
func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await NIOThreadPool.singleton.runIfActive(body)
}
