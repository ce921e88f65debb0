import Glibc

/// TCP questions about one host and port.
package enum LoopbackPort {
  /// Whether something accepts connections there now.
  package static func accepts(host: String, port: Int) -> Bool { reaches(host, port, closes: false) }

  /// Whether a server there is at work: it takes a connection from its queue and closes it when told that nothing
  /// will come. (The kernel accepts connections also for a server that is still starting, or about to give up.)
  static func isServed(host: String, port: Int) -> Bool { reaches(host, port, closes: true) }

  private static func reaches(_ host: String, _ port: Int, closes: Bool) -> Bool {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0, let list else { return false }
    defer { freeaddrinfo(list) }
    var entry: UnsafeMutablePointer<addrinfo>? = list
    while let address = entry {
      if connects(address.pointee, closes) { return true }
      entry = address.pointee.ai_next
    }
    return false
  }

  private static func connects(_ address: addrinfo, _ closes: Bool) -> Bool {
    let descriptor = socket(
      address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    if connect(descriptor, address.ai_addr, address.ai_addrlen) != 0 {
      guard errno == EINPROGRESS, waits(descriptor, POLLOUT) else { return false }
      var code: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else { return false }
    }
    guard closes else { return true }
    shutdown(descriptor, Int32(SHUT_WR))
    var byte: UInt8 = 0
    return waits(descriptor, POLLIN) && read(descriptor, &byte, 1) == 0
  }

  private static func waits(_ descriptor: Int32, _ events: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return poll(&entry, 1, 1000) == 1
  }

  /// A port that nothing uses at this moment.
  package static func free() throws(MQTTError) -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("socket", errno: errno) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, size) == 0 && getsockname(descriptor, address, &size) == 0
      }
    }
    guard code else { throw .system("bind", errno: errno) }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// `127.0.0.0/8`, `::1` or `localhost`.
  static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}
