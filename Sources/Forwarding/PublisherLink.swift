import MQTT
import NIOConcurrencyHelpers
import Templates

/// The MQTT destination's connection: a `Publisher`, started when there is something to send.
final class PublisherLink: MQTTLink {
  private struct State: Sendable {
    var publisher: Publisher?
    var isClosed = false
  }

  private let settings: Connection
  private let state = NIOLockedValueBox(State())
  /// Why there is no connection; nil while there is one.
  private let trouble = NIOLockedValueBox<ConnectionFailure?>(nil)

  init(_ settings: Connection) { self.settings = settings }

  func publish(_ messages: [MQTTLinkMessage]) async -> [MQTTLinkAnswer] {
    do {
      let (publisher, isNew) = try running()
      // The first connection takes a moment that need not count as a failure.
      if isNew { _ = try await publisher.waitUntilConnected(timeout: .seconds(2)) }
      let outgoing = messages.map {
        OutgoingMessage(topic: $0.topic, payload: $0.payload, retain: $0.retain, contentType: "application/json")
      }
      let results = await withTaskCancellationHandler {
        await publisher.publish(outgoing)
      } onCancel: {
        // Ends the wait for acknowledgements: what has none fails and is sent again after the next start.
        Task { await close() }
      }
      return results.map(answer)
    } catch let error as MQTTError {
      return messages.map { _ in .denied(error.description) }
    } catch {
      return messages.map { _ in .unreachable("\(error)") }
    }
  }

  func close() async {
    let publisher = state.withLockedValue { state in
      defer { state.publisher = nil }
      state.isClosed = true
      return state.publisher
    }
    guard let publisher else { return }
    // Joins the publisher's thread, so not on a thread of Swift concurrency.
    do {
      try await blocking { publisher.stop() }
    } catch {
      publisher.stop()
    }
  }

  private func running() throws -> (Publisher, isNew: Bool) {
    try state.withLockedValue { state in
      if state.isClosed { throw CancellationError() }
      if let publisher = state.publisher { return (publisher, false) }
      var options = PublisherOptions()
      options.onEvent = { [trouble] event in
        switch event {
        case .up: trouble.withLockedValue { $0 = nil }
        case .down(let failure), .connectFailed(let failure, _): trouble.withLockedValue { $0 = failure }
        case .drained, .subscriptionRefused, .subscriptionWeakened, .sharingUnavailable, .publishRefused: break
        }
      }
      let publisher = try Publisher(settings: settings, options: options)
      try publisher.start()
      state.publisher = publisher
      return (publisher, true)
    }
  }

  private func answer(_ result: Result<Void, PublishError>) -> MQTTLinkAnswer {
    switch result {
    case .success: return .acknowledged
    case .failure(.refused(let code)): return .refused(code: code, name: ReasonCode.text(code))
    case .failure(let error):
      let failure = trouble.withLockedValue { $0 }
      let text = "\(settings.host):\(settings.port): \(failure?.description ?? error.description)"
      return Self.needsPerson(failure) ? .denied(text) : .unreachable(text)
    }
  }

  private static func needsPerson(_ failure: ConnectionFailure?) -> Bool {
    switch failure {
    case .takenOver: true
    // CONNACK: protocol version, client id, user, authorisation, banned, method (5 and 3.1.1).
    case .refused(let code): [0x01, 0x02, 0x04, 0x05, 0x84, 0x85, 0x86, 0x87, 0x8A, 0x8C].contains(code)
    default: false
    }
  }
}
