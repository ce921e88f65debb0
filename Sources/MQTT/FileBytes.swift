import Glibc

/// Small files, whole: configurations, passwords, pid files. No Foundation needed.
enum FileBytes {
  static func read(_ path: String) throws(MQTTError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path, errno: errno) }
    defer { close(descriptor) }
    var result: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(path, errno: errno) }
      if count == 0 { return result }
      result += chunk[..<count]
    }
  }

  /// Replaces the file as a whole: a reader sees the old or the new content, never a half.
  static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600) throws(MQTTError) {
    let temporary = path + ".new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw .system(temporary, errno: errno) }
    var offset = 0
    while offset < bytes.count {
      let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let code = errno
        close(descriptor)
        throw .system(temporary, errno: code)
      }
      offset += count
    }
    close(descriptor)
    guard rename(temporary, path) == 0 else { throw .system(path, errno: errno) }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
