import Glibc

/// Keeps a second gateway away from a data directory, by a lock on `weir.lock` that the kernel gives back when the
/// process ends, however it ends. Held until the object goes away.
public final class DataDirectoryLock: Sendable {
  public enum Failure: Error, Hashable, CustomStringConvertible {
    /// Another process has it; `pid` is nil if it has not written its number yet.
    case held(directory: String, pid: Int32?)
    case failed(path: String, reason: String)

    public var description: String {
      switch self {
      case .held(let directory, let pid):
        "the data directory \(directory) is in use by another gateway"
          + (pid.map { " (process \($0)); stop it first" } ?? "; stop it first")
      case .failed(let path, let reason): "cannot lock \(path): \(reason)"
      }
    }
  }

  private let descriptor: Int32

  public init(directory: String) throws(Failure) {
    let path = directory + "/weir.lock"
    // Close-on-exec: a child that outlives the gateway (the embedded broker) must not keep the lock.
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw .failed(path: path, reason: String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      let holder = Self.readPID(descriptor)
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw .failed(path: path, reason: String(cString: strerror(reason))) }
      throw .held(directory: directory, pid: holder)
    }
    // The number is only for the error of the other one: a full disk must not keep the gateway from starting.
    let text = Array("\(getpid())\n".utf8)
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  deinit { close(descriptor) }

  private static func readPID(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let length = pread(descriptor, &bytes, bytes.count, 0)
    guard length > 0 else { return nil }
    return Int32(String(decoding: bytes.prefix(length).prefix { $0 != 10 }, as: UTF8.self))
  }
}
