import CLinux
import Glibc
import MQTT

/// A program that is given what it needs by pipes: its input as file 0, a secret as file 3.
struct PipedProcess: Sendable {
  struct Result: Sendable {
    var code: Int32
    /// What it said, output and errors, at most 4 kB.
    var output: String
  }

  struct Failure: Error, CustomStringConvertible {
    var what: String
    var code: Int32
    var description: String { "\(what): \(systemError(code))" }
  }

  var executable: String
  var arguments: [String]
  var input: [UInt8]
  /// Less than a pipe holds (64 kB).
  var secret: [UInt8]

  /// Blocks until it has ended; it must end by itself.
  func run() throws -> Result {
    // A socket, since a pipe whose reader has gone would end the writer with a signal.
    let (inputRead, inputWrite) = try Self.sockets()
    let (secretRead, secretWrite) = try Self.pipe()
    let (outputRead, outputWrite) = try Self.pipe()
    var open: Set<Int32> = [inputRead, inputWrite, secretRead, secretWrite, outputRead, outputWrite]
    func shut(_ file: Int32) { if open.remove(file) != nil { close(file) } }
    defer { for file in open { close(file) } }
    // Its reader is here, and it holds all of it.
    let count = secret.withUnsafeBytes { Glibc.write(secretWrite, $0.baseAddress, $0.count) }
    guard count == secret.count else { throw Failure(what: "the secret is too long for a pipe", code: errno) }
    shut(secretWrite)
    let child = try spawn(inputRead, secretRead, outputWrite)
    for file in [inputRead, secretRead, outputWrite] { shut(file) }
    Self.send(input, to: inputWrite)
    shut(inputWrite)
    var said: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(outputRead, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      if said.count < 4096 { said += buffer[..<count] }
    }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    // A normal end has its code in the second byte; a signal counts as 255.
    let code = status & 0x7F == 0 ? (status >> 8) & 0xFF : 255
    return Result(code: code, output: String(decoding: said.prefix(4096), as: UTF8.self))
  }

  private static func pipe() throws -> (read: Int32, write: Int32) {
    var files: [Int32] = [0, 0]
    guard Glibc.pipe(&files) == 0 else { throw Failure(what: "no pipe", code: errno) }
    for file in files { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
    return (files[0], files[1])
  }

  private static func sockets() throws -> (read: Int32, write: Int32) {
    var files: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &files) == 0 else { throw Failure(what: "no socket", code: errno) }
    return (files[0], files[1])
  }

  /// A reader that has gone (the program ended early) is no matter of the writer: its exit code tells.
  private static func send(_ bytes: [UInt8], to file: Int32) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(file, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      done += count
    }
  }

  private func spawn(_ input: Int32, _ secret: Int32, _ output: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Away from the low numbers first, so that none of them is overwritten before it is copied.
    posix_spawn_file_actions_adddup2(&actions, secret, 200)
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawn_file_actions_adddup2(&actions, 200, 3)
    posix_spawn_file_actions_addclosefrom_np(&actions, 4)
    let (child, code) = ChildProcess.spawn(executable, arguments: arguments, actions: &actions)
    guard code == 0 else { throw Failure(what: "cannot start \(executable)", code: code) }
    return child
  }
}
