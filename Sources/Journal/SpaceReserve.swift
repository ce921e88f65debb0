import Glibc

/// A preallocated file that is given back when the disk is full, so that there is room to say so and to evict.
struct SpaceReserve: Sendable {
  let path: String
  let bytes: Int

  var isHeld: Bool {
    var status = stat()
    return stat(path, &status) == 0 && Int(status.st_size) >= bytes
  }

  func release() throws(JournalError) {
    guard unlink(path) == 0 || errno == ENOENT else {
      throw .failed("cannot remove \(path): \(String(cString: strerror(errno)))")
    }
  }

  func restore() throws(JournalError) {
    guard bytes > 0, !isHeld else { return }
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else { throw Self.error(errno, "cannot create \(path)") }
    let result = posix_fallocate(descriptor, 0, bytes)
    close(descriptor)
    guard result == 0 else {
      // Half a reserve would hold space and not be there when it is needed.
      unlink(path)
      throw Self.error(result, "cannot reserve \(bytes) bytes in \(path)")
    }
  }

  private static func error(_ number: Int32, _ what: String) -> JournalError {
    let text = "\(what): \(String(cString: strerror(number)))"
    return number == ENOSPC || number == EDQUOT ? .diskFull(text) : .failed(text)
  }
}
