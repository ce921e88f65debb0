import CMosquitto
import Glibc

/// An eventfd: what another thread writes to so that a `poll` returns.
final class WakeUp: Sendable {
  let descriptor: Int32

  init() throws(MQTTError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard descriptor >= 0 else { throw .system("cannot make an eventfd", errno: errno) }
  }

  deinit { close(descriptor) }

  func signal() { eventfd_write(descriptor, 1) }

  func clear() {
    var value: eventfd_t = 0
    eventfd_read(descriptor, &value)
  }
}
