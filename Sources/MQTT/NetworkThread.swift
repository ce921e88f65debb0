import Glibc

/// A named thread that takes no signals: SIGPIPE of a TLS socket must not end the process, and the others belong to
/// whoever stops the program.
struct NetworkThread: @unchecked Sendable {
  private let thread: pthread_t

  /// Runs `body` on a new thread. Call `join()` exactly once, or `detach()`.
  init(name: String, body: @escaping @Sendable () -> Void) throws(MQTTError) {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, threadMain, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw .system("cannot start the thread \(name)", errno: code)
    }
    self.thread = thread
  }

  func join() { pthread_join(thread, nil) }
  func detach() { pthread_detach(thread) }

  fileprivate final class Start {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}

private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let start = Unmanaged<NetworkThread.Start>.fromOpaque(context).takeRetainedValue()
  var signals = sigset_t()
  sigfillset(&signals)
  for fault in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] { sigdelset(&signals, fault) }
  pthread_sigmask(SIG_BLOCK, &signals, nil)
  nameThread(start.name)
  start.body()
  return nil
}

/// For `top` and debuggers; glibc's function for it is not visible to Swift. The kernel takes 15 bytes.
private func nameThread(_ name: String) {
  let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  _ = write(descriptor, Array(name.utf8.prefix(15)), min(15, name.utf8.count))
  close(descriptor)
}
