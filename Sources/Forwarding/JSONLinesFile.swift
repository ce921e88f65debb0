import Glibc

/// A file of JSON lines that survives crashes and is rotated by size.
///
/// `path` is the file being written, `path.1` the youngest finished one, `path.<keep>` the oldest. A file is finished
/// only between lines. What `append` has returned for is on the disk.
struct JSONLinesFile: Sendable {
  struct Failure: Error, Hashable, CustomStringConvertible {
    var what: String
    var code: Int32
    /// Full disks and the like pass; a missing folder or right does not pass by itself.
    var isPassing: Bool {
      [ENOSPC, EDQUOT, EIO, EINTR, EAGAIN, EMFILE, ENFILE, ENOMEM, ESTALE, ETIMEDOUT].contains(code)
    }
    var description: String { "\(what): \(systemError(code))" }
  }

  let path: String
  /// A file that would become larger than this is finished first; a single longer line still gets its own file.
  let rotateBytes: Int
  /// Finished files kept.
  let keep: Int
  /// Bytes of a torn last line that opening the file took away.
  private(set) var repairedBytes = 0

  private var file: Int32 = -1
  /// On the disk.
  private var size = 0
  /// Written behind it.
  private var unsynced = 0
  /// Of one call of `write`.
  private static let writeBytes = 64 << 10

  init(path: String, rotateBytes: Int, keep: Int) {
    self.path = path
    self.rotateBytes = rotateBytes
    self.keep = max(0, keep)
  }

  /// Appends the lines and makes them durable.
  ///
  /// - Parameter durable: told how many lines, from the first on, are on the disk: several times if the file is
  ///   rotated in between, and before an error that hits the lines after them.
  mutating func append(_ lines: ArraySlice<[UInt8]>, durable: (Int) -> Void) throws(Failure) {
    try openIfNeeded()
    var buffer: [UInt8] = []
    buffer.reserveCapacity(Self.writeBytes)
    var appended = 0
    for line in lines {
      let length = line.count + 1
      let end = size + unsynced + buffer.count
      if end + length > rotateBytes, end > 0 {
        try write(&buffer)
        try sync()
        durable(appended)
        try rotate()
      } else if buffer.count + length > Self.writeBytes {
        try write(&buffer)
      }
      buffer.append(contentsOf: line)
      buffer.append(UInt8(ascii: "\n"))
      appended += 1
    }
    try write(&buffer)
    try sync()
    durable(appended)
  }

  mutating func close() {
    if file >= 0 { Glibc.close(file) }
    file = -1
  }

  // MARK: - Opening

  private mutating func openIfNeeded() throws(Failure) {
    if file >= 0 {
      // Somebody may have moved or deleted the file: lines must not go where nobody looks.
      var ours = stat()
      var named = stat()
      if fstat(file, &ours) == 0, stat(path, &named) == 0, ours.st_ino == named.st_ino, ours.st_dev == named.st_dev {
        return
      }
      close()
    }
    let opened = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard opened >= 0 else { throw Failure(what: "cannot open \(path)", code: errno) }
    file = opened
    do {
      try repair()
      try syncDirectory()
    } catch {
      close()
      throw error
    }
  }

  /// A crash can leave a last line without its end: it is cut off, so that readers see whole lines only. Its record was
  /// not acknowledged and comes again.
  private mutating func repair() throws(Failure) {
    let end = lseek(file, 0, SEEK_END)
    guard end >= 0 else { throw Failure(what: "cannot read \(path)", code: errno) }
    size = Int(end)
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    var searched = size
    while searched > 0 {
      let from = max(0, searched - chunk.count)
      let wanted = searched - from
      let got = chunk.withUnsafeMutableBytes { pread(file, $0.baseAddress, wanted, off_t(from)) }
      guard got == wanted else { throw Failure(what: "cannot read \(path)", code: got < 0 ? errno : EIO) }
      if let newline = chunk[..<wanted].lastIndex(of: UInt8(ascii: "\n")) {
        searched = from + newline + 1
        break
      }
      searched = from
    }
    guard searched < size else { return }
    guard ftruncate(file, off_t(searched)) == 0, fsync(file) == 0 else {
      throw Failure(what: "cannot repair \(path)", code: errno)
    }
    repairedBytes += size - searched
    size = searched
  }

  // MARK: - Writing

  /// Writes the bytes and empties them.
  private mutating func write(_ bytes: inout [UInt8]) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let got = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + done, $0.count - done) }
      if got < 0 && errno == EINTR { continue }
      guard got > 0 else { throw undo("cannot write \(path)", got < 0 ? errno : EIO) }
      done += got
    }
    unsynced += bytes.count
    bytes.removeAll(keepingCapacity: true)
  }

  private mutating func sync() throws(Failure) {
    guard fdatasync(file) == 0 else { throw undo("cannot write \(path) to the disk", errno) }
    size += unsynced
    unsynced = 0
  }

  /// Takes away what was written in part, and opens the file anew at the next attempt: after a failed sync the kernel's
  /// idea of what is on the disk cannot be relied on.
  private mutating func undo(_ what: String, _ code: Int32) -> Failure {
    // If this fails too, opening repairs the torn line.
    _ = ftruncate(file, off_t(size))
    unsynced = 0
    close()
    return Failure(what: what, code: code)
  }

  // MARK: - Rotation

  private mutating func rotate() throws(Failure) {
    close()
    if keep == 0 {
      guard unlink(path) == 0 || errno == ENOENT else { throw Failure(what: "cannot remove \(path)", code: errno) }
    } else {
      // The oldest is replaced by the second oldest, and so on: every step is atomic, and a crash between two steps
      // leaves a gap in the numbers, which the next rotation closes.
      for number in stride(from: keep - 1, through: 0, by: -1) {
        let from = number == 0 ? path : "\(path).\(number)"
        guard rename(from, "\(path).\(number + 1)") == 0 || errno == ENOENT else {
          throw Failure(what: "cannot rename \(from)", code: errno)
        }
      }
    }
    try openIfNeeded()
  }

  private func syncDirectory() throws(Failure) {
    var directory = "."
    if let slash = path.lastIndex(of: "/") { directory = slash == path.startIndex ? "/" : String(path[..<slash]) }
    let opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0 else { throw Failure(what: "cannot open \(directory)", code: errno) }
    defer { Glibc.close(opened) }
    guard fsync(opened) == 0 else { throw Failure(what: "cannot write \(directory) to the disk", code: errno) }
  }
}
