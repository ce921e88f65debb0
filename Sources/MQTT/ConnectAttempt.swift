import CMosquitto
import Glibc

/// Opens the connection of a client on a thread of its own: name look-up and TCP connect of libmosquitto block, for
/// minutes if the host does not answer, and the network thread has clocks to serve meanwhile.
final class ConnectAttempt: Sendable {
  private struct State {
    var client: Box?
    var outcome: Outcome?
    var isAbandoned = false
  }
  enum Outcome: Sendable {
    case connected
    case failed(String)
  }
  /// The client is used by one side at a time: by the attempt until there is an outcome, by its owner afterwards.
  private struct Box: @unchecked Sendable { var client: MosquittoClient }

  private let state: Locked<State>
  private let wake: WakeUp

  /// `wake` is signalled as soon as there is an outcome.
  init(_ client: sending MosquittoClient, options: ClientOptions, version: Session.ProtocolVersion, wake: WakeUp)
    throws(MQTTError)
  {
    let box = Box(client: client)
    state = Locked(State(client: box))
    self.wake = wake
    let thread = try NetworkThread(name: "mqtt-connect") { [self] in
      let outcome = Self.connect(box.client, options, version)
      state.with { state in
        state.outcome = outcome
        // Nobody waits any more: the client goes (and with it the socket), here.
        if state.isAbandoned { state.client = nil }
      }
      wake.signal()
    }
    thread.detach()
  }

  /// Hands the client over; nil while the attempt is still going on.
  func result() -> (Outcome, MosquittoClient)? {
    state.with { state in
      guard let outcome = state.outcome, let box = state.client else { return nil }
      state.client = nil
      return (outcome, box.client)
    }
  }

  /// Gives up: the socket closes as soon as the library lets go of it.
  func abandon() {
    state.with { state in
      state.isAbandoned = true
      if state.outcome != nil { state.client = nil }
    }
  }

  private static func connect(
    _ client: MosquittoClient, _ options: ClientOptions, _ version: Session.ProtocolVersion
  ) -> Outcome {
    var properties: OpaquePointer?
    defer { mosquitto_property_free_all(&properties) }
    if version == .v5 {
      var code: Int32 = 0
      if let expiry = options.sessionExpiry {
        code = mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), expiry)
      }
      if code == 0 {
        let limit = UInt32(clamping: max(1, options.maximumPacketSize))
        code = mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_MAXIMUM_PACKET_SIZE.rawValue), limit)
      }
      guard code == 0 else { return .failed(MosquittoClient.text(code)) }
    }
    errno = 0
    let code = mosquitto_connect_bind_v5(
      client.handle, options.host, Int32(options.port), options.keepAlive, nil, properties)
    guard code != MOSQ_ERR_SUCCESS.rawValue else { return .connected }
    return .failed("\(options.host):\(options.port): \(MosquittoClient.text(code))")
  }
}
