import Foundation

/// Looks whether somebody listens on a unix socket, so that each reason why not can be told from the others.
/// (An HTTP client tries again until its time is over, and then knows only the last error.)
enum SocketProbe {
  /// Connects and hangs up. Does not wait.
  static func check(_ path: String, timeoutSeconds: Int) throws(ControlClientError) {
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().relativePath
    var status = stat()
    if stat(path, &status) != 0 {
      switch errno {
      case EACCES: throw .permissionDenied(path: path)
      case ENOENT where access(directory, F_OK) != 0: throw .noDirectory(directory)
      case ENOENT, ENOTDIR: throw .noSocket(directory: directory)
      default: throw .failed("\(path): \(String(cString: strerror(errno)))")
      }
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .failed("\(path) is no socket") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw .failed("the path \(path) is longer than the 107 bytes that a socket may have; use a relative one")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw .failed(String(cString: strerror(errno))) }
    defer { close(descriptor) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result != 0 else { return }
    switch errno {
    case EACCES, EPERM: throw .permissionDenied(path: path)
    case ECONNREFUSED: throw .notListening(directory: directory)
    // The queue of connections is full: nobody takes them.
    case EAGAIN: throw .timeout(seconds: timeoutSeconds)
    default: throw .failed("\(path): \(String(cString: strerror(errno)))")
    }
  }
}
