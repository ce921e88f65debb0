import Dispatch
import Foundation
import Templates

/// What the gateway's main task waits for.
enum GatewayEvent: Sendable {
  case stop
  /// SIGHUP: the configuration is to be loaded again.
  case hangUp
  /// A configuration that was loaded and checked.
  case reload(Site)
  /// The engine cannot go on.
  case failed(any Error)
}

/// Events in the order in which they came; nothing is lost while nobody waits.
final class GatewayMailbox: @unchecked Sendable {
  private let lock = NSLock()
  private var events: [GatewayEvent] = []
  private var waiting: CheckedContinuation<Void, Never>?

  func post(_ event: GatewayEvent) {
    let continuation = lock.withLock {
      events.append(event)
      defer { waiting = nil }
      return waiting
    }
    continuation?.resume()
  }

  /// The next event; `stop` when the task is cancelled. One task waits at a time.
  func next() async -> GatewayEvent {
    await withTaskCancellationHandler {
      while true {
        if let event = take() { return event }
        await withCheckedContinuation { continuation in
          let isThere = lock.withLock {
            if events.isEmpty { waiting = continuation }
            return !events.isEmpty
          }
          if isThere { continuation.resume() }
        }
      }
    } onCancel: {
      post(.stop)
    }
  }

  private func take() -> GatewayEvent? { lock.withLock { events.isEmpty ? nil : events.removeFirst() } }
}

/// The signals of the process as events: SIGTERM and SIGINT stop, SIGHUP loads the configuration again.
final class ProcessSignals: @unchecked Sendable {
  private let lock = NSLock()
  private let mailbox: GatewayMailbox
  private var sources: [Int32: any DispatchSourceSignal] = [:]

  init(mailbox: GatewayMailbox) { self.mailbox = mailbox }

  /// SIGHUP would end the process, so it is caught from the beginning.
  func catchHangUp() { take(SIGHUP, .hangUp) }

  /// While the gateway recovers, a stop may end it at once: nothing is in its hands.
  func catchStops() { for number in [SIGTERM, SIGINT] { take(number, .stop) } }

  private func take(_ number: Int32, _ event: GatewayEvent) {
    lock.withLock {
      guard sources[number] == nil else { return }
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [mailbox] in mailbox.post(event) }
      source.resume()
      sources[number] = source
    }
  }

  func remove() {
    lock.withLock {
      for source in sources.values { source.cancel() }
      sources = [:]
    }
  }
}
