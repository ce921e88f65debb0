import Foundation
import Logging
import MQTT
import Templates

/// The brokers that the gateway runs itself, one for each connection that says so.
final class EmbeddedBrokers: @unchecked Sendable {
  private struct Entry {
    var connection: Connection
    var directory: String
    var broker: EmbeddedBroker
  }

  private let lock = NSLock()
  private let logger: Logger
  private var entries: [Entry] = []

  init(logger: Logger) { self.logger = logger }

  /// Starts what is new, replaces what has other settings, stops what is gone; the others go on undisturbed.
  func apply(_ site: Site) throws {
    try lock.withLock {
      let wanted = site.connections.filter { $0.embedded != nil }
      let directories = Set(wanted.map { Self.directory(site, $0) })
      for entry in entries where !directories.contains(entry.directory) {
        try entry.broker.stop()
        logger.info("broker stopped", metadata: ["broker": "\(entry.connection.name)"])
      }
      entries.removeAll { !directories.contains($0.directory) }
      for connection in wanted { try start(connection, Self.directory(site, connection)) }
    }
  }

  private static func directory(_ site: Site, _ connection: Connection) -> String {
    "\(site.gateway.dataDirectory)/broker-\(connection.name)"
  }

  private func start(_ connection: Connection, _ directory: String) throws {
    guard let settings = connection.embedded else { return }
    let place = entries.firstIndex { $0.directory == directory }
    if let place, Self.isSame(entries[place].connection, connection), entries[place].broker.isRunning { return }
    let broker = EmbeddedBroker(
      settings: settings, host: connection.host, port: connection.port, directory: directory)
    let outcome = try broker.start()
    logger.info(
      "broker is running", metadata: ["address": "\(connection.host):\(connection.port)", "was": "\(outcome)"])
    if let place { entries.remove(at: place) }
    entries.append(Entry(connection: connection, directory: directory, broker: broker))
  }

  private static func isSame(_ old: Connection, _ new: Connection) -> Bool {
    (old.embedded, old.host, old.port) == (new.embedded, new.host, new.port)
  }

  /// Starts one again that has died; until the task is cancelled.
  func supervise() async {
    while !Task.isCancelled {
      lock.withLock {
        for entry in entries {
          do {
            if try entry.broker.ensureRunning() { logger.error("the broker was gone and has been started again") }
          } catch {
            logger.error("the broker is gone and cannot be started", metadata: ["error": "\(error)"])
          }
        }
      }
      do { try await Task.sleep(for: .seconds(2)) } catch { return }
    }
  }

  func stop() throws {
    try lock.withLock {
      for entry in entries { try entry.broker.stop() }
      entries = []
    }
  }
}
