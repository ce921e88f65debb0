/// What makes one receiver's connection different from the usual one.
public struct ReceiverOptions: Sendable {
  /// The session ends with the connection: what is published while there is none is not kept by the broker.
  public var startsClean = false
  /// What the connection says of itself; nil: the gateway's own `weir/<gateway>/state`.
  public var announcement: Announcement?
  /// Subscriptions of an earlier configuration that a session which is present still has, as `Receiver.filters` gave
  /// them: they are ended.
  public var obsolete: [String] = []

  public init(startsClean: Bool = false, announcement: Announcement? = nil) {
    self.startsClean = startsClean
    self.announcement = announcement
  }
}

/// The retained state of a connection and its last will, at QoS 1. The closures run on the receiver's thread.
public struct Announcement: Sendable {
  public var topic: String
  /// True: `online` is published after the subscriptions, so that what it sets off is heard.
  public var waitsForSubscriptions: Bool
  /// The payload of the last will, asked for before each CONNECT.
  public var will: @Sendable () -> [UInt8]
  public var online: @Sendable () -> [UInt8]
  /// The payload at the end in good order.
  public var farewell: @Sendable () -> [UInt8]

  public init(
    topic: String, waitsForSubscriptions: Bool, will: @escaping @Sendable () -> [UInt8],
    online: @escaping @Sendable () -> [UInt8], farewell: @escaping @Sendable () -> [UInt8]
  ) {
    self.topic = topic
    self.waitsForSubscriptions = waitsForSubscriptions
    self.will = will
    self.online = online
    self.farewell = farewell
  }

  static func standard(gateway: String, connection: String) -> Announcement {
    let payload: @Sendable (Bool) -> [UInt8] = {
      StateTopics.payload(gateway: gateway, connection: connection, isOnline: $0)
    }
    return Announcement(
      topic: StateTopics.state(gateway: gateway), waitsForSubscriptions: false, will: { payload(false) },
      online: { payload(true) }, farewell: { payload(false) })
  }
}
