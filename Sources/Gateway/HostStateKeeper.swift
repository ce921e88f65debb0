import Foundation
import MQTT
import Sparkplug

/// The gateway's state as a Sparkplug host application on one connection. Used by the receiver's thread.
final class HostStateKeeper: @unchecked Sendable {
  let topic: String
  private let lock = NSLock()
  private var state = HostAnnouncement()
  /// Milliseconds since 1970.
  private let now: @Sendable () -> Int64

  init(
    host: String,
    now: @escaping @Sendable () -> Int64 = { PlantClock.system().wall.nanoseconds / 1_000_000 }
  ) {
    topic = SparkplugTopic.state(host: host)
    self.now = now
  }

  var announcement: Announcement {
    Announcement(
      topic: topic, waitsForSubscriptions: true,
      will: { [self] in lock.withLock { state.connecting(now: now()) }.payload },
      online: { [self] in lock.withLock { state.online() }.payload },
      farewell: { [self] in lock.withLock { state.leaving(now: now()) }.payload })
  }

  /// What must be published because somebody said something else of this host.
  func heard(_ payload: UnsafeBufferPointer<UInt8>) -> OutgoingMessage? {
    guard let heard = HostState(Array(payload)), let answer = lock.withLock({ state.heard(heard) }) else { return nil }
    return OutgoingMessage(topic: topic, payload: answer.payload, qos: 1, retain: true)
  }
}
