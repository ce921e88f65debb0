import Telemetry

/// What a host application says of itself: the retained JSON on its STATE topic.
public struct HostState: Hashable, Sendable {
  public var isOnline: Bool
  /// Milliseconds since 1970: of the CONNECT, for the will and the birth alike; of the leave-taking at a clean end.
  public var timestamp: Int64

  public init(isOnline: Bool, timestamp: Int64) {
    self.isOnline = isOnline
    self.timestamp = timestamp
  }

  public var payload: [UInt8] { Array(#"{"online":\#(isOnline),"timestamp":\#(timestamp)}"#.utf8) }

  /// Nil if it is something else.
  public init?(_ payload: [UInt8]) {
    guard payload.count <= 4096, let value = try? JSONValue(parsing: payload),
      case .boolean(let isOnline)? = value["online"], let timestamp = value["timestamp"]?.integerValue, timestamp >= 0
    else { return nil }
    self.init(isOnline: isOnline, timestamp: timestamp)
  }

  /// What an edge node does that publishes only while its primary host is there.
  public enum Effect: Hashable, Sendable {
    /// Older than what is known: nothing.
    case ignored
    case hostOnline
    case hostOffline
  }

  /// The rule by which a state supersedes what was known before: never an older one a newer one.
  public func effect(known: Int64?) -> Effect {
    if let known, timestamp < known { return .ignored }
    return isOnline ? .hostOnline : .hostOffline
  }
}

/// The host's own state: what it last announced, and what it must say again.
public struct HostAnnouncement: Hashable, Sendable {
  public private(set) var timestamp: Int64 = 0
  public private(set) var isOnline = false

  public init() {}

  /// A new connection: its will.
  public mutating func connecting(now: Int64) -> HostState {
    // A clock that was set back must not make edge nodes ignore the new state.
    timestamp = max(now, timestamp)
    isOnline = false
    return HostState(isOnline: false, timestamp: timestamp)
  }

  /// The birth: with the timestamp of the will.
  public mutating func online() -> HostState {
    isOnline = true
    return HostState(isOnline: true, timestamp: timestamp)
  }

  /// A clean end.
  public mutating func leaving(now: Int64) -> HostState {
    timestamp = max(now, timestamp)
    isOnline = false
    return HostState(isOnline: false, timestamp: timestamp)
  }

  /// Somebody published a state of this host. An `offline` while it is online (the will of its own last connection
  /// that fired late, or another program with the same host id) is answered by the birth once more, so that what is
  /// retained is true; a newer timestamp is taken over, because edge nodes ignore older ones.
  public mutating func heard(_ state: HostState) -> HostState? {
    guard isOnline, !state.isOnline else { return nil }
    timestamp = max(timestamp, state.timestamp)
    return HostState(isOnline: true, timestamp: timestamp)
  }
}
