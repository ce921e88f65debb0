import CMosquitto
import Glibc

/// A program that was started with `posix_spawn`: in its own session, with no signal blocked or ignored, so that
/// Ctrl-C reaches only the starter and SIGTERM always reaches the program.
package final class ChildProcess: Sendable {
  package let processID: pid_t
  private let ended = Locked(false)

  /// POSIX_SPAWN_SETSID, a GNU extension that the imported header hides.
  private static let newSession: Int32 = 0x80

  /// `output` gets standard output and error (appended).
  package init(_ executable: String, arguments: [String], output: String) throws(MQTTError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Sockets of other libraries are not close-on-exec; a broker that outlives the gateway must not hold them.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)

    let (child, code) = Self.spawn(executable, arguments: arguments, actions: &actions, flags: Self.newSession)
    guard code == 0 else { throw .system("cannot start \(executable)", errno: code) }
    processID = child
  }

  /// Starts a program with no signal blocked or ignored.
  ///
  /// - Parameter flags: of `posix_spawn`, besides those for the signals.
  /// - Returns: the process, and an error number; 0 = it was started.
  package static func spawn(
    _ executable: String, arguments: [String], actions: inout posix_spawn_file_actions_t, flags: Int32 = 0
  ) -> (child: pid_t, code: Int32) {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(&attributes, Int16(Int32(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | flags))
    var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let code = posix_spawnp(&child, executable, &actions, &attributes, words, environ)
    return (child, code)
  }

  /// Whether it still runs; collects its exit status if not.
  package var isRunning: Bool {
    ended.with { ended in
      guard !ended else { return false }
      var status: Int32 = 0
      let result = waitpid(processID, &status, WNOHANG)
      if result == processID || (result < 0 && errno == ECHILD) { ended = true }
      return !ended
    }
  }

  /// Never signals a process that has already been collected (its number may belong to another one by now).
  package func signal(_ number: Int32) { if isRunning { kill(processID, number) } }

  /// False if it still runs after the deadline.
  package func waitForEnd(within deadline: Duration) -> Bool {
    let end = Monotonic.now() + deadline.nanoseconds
    while isRunning {
      if Monotonic.now() >= end { return false }
      poll(nil, 0, 5)
    }
    return true
  }
}
