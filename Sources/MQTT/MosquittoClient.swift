import CMosquitto
import Glibc

/// What a `MosquittoClient` tells its owner; called inside `read()` and `write()` only, on the caller's thread.
protocol MosquittoClientOwner: AnyObject {
  func clientReceived(
    topic: UnsafeBufferPointer<UInt8>, payload: UnsafeBufferPointer<UInt8>, packetID: UInt16, retained: Bool)
  /// `canShare`: the broker does not say that it has no shared subscriptions.
  func clientAnswered(code: UInt8, sessionPresent: Bool, canShare: Bool)
  func clientSubscribed(packetID: Int32, codes: [UInt8])
  func clientPublished(packetID: Int32, code: UInt8)
  /// The library closed the socket. `code`: the broker's reason, if it sent one.
  func clientLost(code: UInt8?, _ what: String)
}

/// One connection: a libmosquitto handle that is made for one CONNECT and thrown away with its socket. So nothing of
/// an old connection (queued acknowledgements, unacknowledged publishes) can ever reach a new one.
///
/// Not thread-safe: after `ConnectAttempt` has handed it over, one thread uses it.
final class MosquittoClient {
  let handle: OpaquePointer
  /// Counts what the library delivered; a `read()` that leaves it unchanged found nothing more.
  fileprivate(set) var progress = 0
  fileprivate unowned let owner: any MosquittoClientOwner
  /// The library called `clientLost` already.
  fileprivate var isLost = false
  let isEncrypted: Bool

  init(_ options: ClientOptions, version: Session.ProtocolVersion, owner: any MosquittoClientOwner) throws(MQTTError) {
    guard libraryReady == MOSQ_ERR_SUCCESS.rawValue else { throw .configuration("libmosquitto cannot be initialised") }
    guard let handle = mosquitto_new(options.clientID, options.sessionExpiry == nil, nil) else {
      throw .configuration("libmosquitto refuses the client id \"\(options.clientID)\"")
    }
    self.handle = handle
    self.owner = owner
    isEncrypted = options.tls != nil
    mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
    // Without this the library writes PUBACK before the message callback; with it, only `write()` sends anything.
    try check(mosquitto_threaded_set(handle, true), "threaded")
    try check(
      mosquitto_int_option(
        handle, MOSQ_OPT_PROTOCOL_VERSION, version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311), "protocol")
    try check(mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, 65535), "receive maximum")
    try check(mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, options.sendMaximum), "send maximum")
    try check(mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1), "no delay")
    if options.username != nil || options.password != nil {
      try check(mosquitto_username_pw_set(handle, options.username, options.password), "user name or password")
    }
    if let tls = options.tls {
      // Without a file the certificates of the operating system decide.
      let systemCertificates = tls.caFile == nil ? "/etc/ssl/certs" : nil
      try check(
        mosquitto_tls_set(handle, tls.caFile, systemCertificates, tls.certificateFile, tls.keyFile, nil),
        "TLS files (\([tls.caFile, tls.certificateFile, tls.keyFile].compactMap(\.self).joined(separator: ", ")))")
    }
    if let will = options.will {
      try check(
        mosquitto_will_set(handle, will.topic, Int32(will.payload.count), will.payload, 1, true), "last will")
    }
    mosquitto_message_callback_set(handle, onMessage)
    mosquitto_connect_v5_callback_set(handle, onConnect)
    mosquitto_disconnect_v5_callback_set(handle, onDisconnect)
    mosquitto_subscribe_v5_callback_set(handle, onSubscribe)
    mosquitto_publish_v5_callback_set(handle, onPublish)
  }

  /// Closes the socket; what the library had queued is gone with it.
  deinit { mosquitto_destroy(handle) }

  private func check(_ code: Int32, _ what: String) throws(MQTTError) {
    guard code != MOSQ_ERR_SUCCESS.rawValue else { return }
    throw .configuration("\(what): \(Self.text(code))")
  }

  /// -1 once the library has closed it.
  var descriptor: Int32 { mosquitto_socket(handle) }
  var wantsToWrite: Bool { mosquitto_want_write(handle) }

  /// Reads at most one packet. False if there was nothing (more).
  @inline(__always)
  func read() -> Bool {
    let before = progress
    let code = mosquitto_loop_read(handle, 1)
    if code != 0 { noteLoss(code) }
    return progress != before
  }

  /// Writes everything that is queued, in order.
  ///
  /// The library makes one system call for each packet, four bytes for an acknowledgement. Corking sends them in full
  /// segments instead of one each, which costs both ends far less.
  func write() {
    cork(1)
    let code = mosquitto_loop_write(handle, 1)
    if code != 0 { noteLoss(code) }
    cork(0)
  }

  private func cork(_ value: Int32) {
    let descriptor = descriptor
    guard descriptor >= 0 else { return }
    var value = value
    // Only an optimisation.
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Keep-alive. Queues a ping that the next `write()` sends.
  func housekeeping() {
    let code = mosquitto_loop_misc(handle)
    if code != 0 { noteLoss(code) }
  }

  /// A loss that came without the callback.
  private func noteLoss(_ code: Int32) {
    guard !isLost else { return }
    isLost = true
    progress += 1
    owner.clientLost(code: nil, Self.text(code))
  }

  /// - Parameter takesRetained: also what the broker has kept. A gateway does not want it: it was measured some time
  ///   ago and is no sample of now.
  func subscribe(
    _ filters: [String], version: Session.ProtocolVersion, qos: Int32 = 1, takesRetained: Bool = false
  ) throws(MQTTError) -> Int32 {
    var packetID: Int32 = 0
    var pointers: [UnsafeMutablePointer<CChar>?] = filters.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    // "No local" must never be set: with a shared subscription it is a protocol error.
    let options = version == .v5 && !takesRetained ? Int32(MQTT_SUB_OPT_SEND_RETAIN_NEVER.rawValue) : 0
    let code = pointers.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return 0 }
      return base.withMemoryRebound(to: UnsafeMutablePointer<CChar>?.self, capacity: buffer.count) {
        mosquitto_subscribe_multiple(handle, &packetID, Int32(buffer.count), $0, qos, options, nil)
      }
    }
    try check(code, "subscribe")
    return packetID
  }

  /// Queues UNSUBSCRIBE.
  func unsubscribe(_ filters: ArraySlice<String>) throws(MQTTError) {
    var pointers: [UnsafeMutablePointer<CChar>?] = filters.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    let code = pointers.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return 0 }
      return base.withMemoryRebound(to: UnsafeMutablePointer<CChar>?.self, capacity: buffer.count) {
        mosquitto_unsubscribe_multiple(handle, nil, Int32(buffer.count), $0, nil)
      }
    }
    try check(code, "unsubscribe")
  }

  /// Queues a message; its packet id comes back in `clientPublished`.
  func publish(
    topic: String, payload: UnsafeRawBufferPointer, qos: Int32, retain: Bool, contentType: String? = nil
  ) -> Result<Int32, LibraryError> {
    var packetID: Int32 = 0
    var properties: OpaquePointer?
    defer { mosquitto_property_free_all(&properties) }
    if let contentType {
      let code = mosquitto_property_add_string(&properties, Int32(MQTT_PROP_CONTENT_TYPE.rawValue), contentType)
      guard code == 0 else { return .failure(LibraryError(code: code)) }
    }
    let code = mosquitto_publish_v5(
      handle, &packetID, topic, Int32(payload.count), payload.baseAddress, qos, retain, properties)
    return code == 0 ? .success(packetID) : .failure(LibraryError(code: code))
  }

  /// Queues DISCONNECT; the next `write()` sends it and closes the socket.
  func disconnect() { mosquitto_disconnect_v5(handle, 0, nil) }

  struct LibraryError: Error {
    var code: Int32
    var isConnectionLoss: Bool {
      code == MOSQ_ERR_NO_CONN.rawValue || code == MOSQ_ERR_CONN_LOST.rawValue || code == MOSQ_ERR_ERRNO.rawValue
    }
  }

  /// What the library says, in words.
  static func text(_ code: Int32) -> String {
    if code == MOSQ_ERR_ERRNO.rawValue, errno != 0 { return String(cString: strerror(errno)) }
    return mosquitto_strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}

private let libraryReady: Int32 = mosquitto_lib_init()

// The callbacks are global functions: a closure that inherits an actor's isolation would trap on this thread.

@inline(__always)
private func client(_ context: UnsafeMutableRawPointer?) -> MosquittoClient? {
  context.map { Unmanaged<MosquittoClient>.fromOpaque($0).takeUnretainedValue() }
}

private func onMessage(
  _ handle: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ message: UnsafePointer<mosquitto_message>?
) {
  guard let client = client(context), let message, let topic = message.pointee.topic else { return }
  client.progress &+= 1
  let length = strlen(topic)
  topic.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
    client.owner.clientReceived(
      topic: UnsafeBufferPointer(start: bytes, count: length),
      payload: UnsafeBufferPointer(
        start: message.pointee.payload?.assumingMemoryBound(to: UInt8.self), count: Int(message.pointee.payloadlen)),
      packetID: UInt16(truncatingIfNeeded: message.pointee.mid), retained: message.pointee.retain)
  }
}

private func onConnect(
  _ handle: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ code: Int32, _ flags: Int32,
  _ properties: OpaquePointer?
) {
  guard let client = client(context) else { return }
  client.progress &+= 1
  var canShare: UInt8 = 1
  mosquitto_property_read_byte(properties, Int32(MQTT_PROP_SHARED_SUB_AVAILABLE.rawValue), &canShare, false)
  client.owner.clientAnswered(
    code: UInt8(clamping: code), sessionPresent: flags & 1 != 0, canShare: canShare != 0)
}

private func onDisconnect(
  _ handle: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ code: Int32, _ properties: OpaquePointer?
) {
  guard let client = client(context), !client.isLost else { return }
  client.isLost = true
  client.progress &+= 1
  // Library errors are small numbers, reason codes of the broker start at 0x80.
  let reason = code >= 0x80 ? UInt8(clamping: code) : nil
  client.owner.clientLost(code: reason, MosquittoClient.text(code))
}

private func onSubscribe(
  _ handle: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ packetID: Int32, _ count: Int32,
  _ codes: UnsafePointer<Int32>?, _ properties: OpaquePointer?
) {
  guard let client = client(context) else { return }
  client.progress &+= 1
  let codes = UnsafeBufferPointer(start: codes, count: codes == nil ? 0 : Int(count))
  client.owner.clientSubscribed(packetID: packetID, codes: codes.map { UInt8(clamping: $0) })
}

private func onPublish(
  _ handle: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ packetID: Int32, _ code: Int32,
  _ properties: OpaquePointer?
) {
  guard let client = client(context) else { return }
  client.progress &+= 1
  client.owner.clientPublished(packetID: packetID, code: UInt8(clamping: code))
}
