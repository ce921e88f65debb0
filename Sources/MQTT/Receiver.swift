import Synchronization
import Telemetry
import Templates

/// Receives the messages of one connection on a thread of its own and acknowledges them after the delegate's commit.
///
/// Usually the session is persistent: what arrives at the broker while the gateway is away, or was received but not
/// committed, is delivered (again) after the next connect. `ReceiverOptions.startsClean` makes it end with the connection.
public final class Receiver: @unchecked Sendable {
  /// Bounds of one batch; reaching either commits before the commit interval is over.
  public struct Limits: Hashable, Sendable {
    public var messages = 4096
    public var bytes = 8 << 20
    /// Longest burst of reading between two looks at clocks and commits.
    public var burst: Duration = .milliseconds(5)
    /// While a batch is open, messages are left to gather in the socket until there is this much or a quarter of
    /// the commit interval is over: fewer wake-ups for the same latency. 0 reads at once.
    public var gatherBytes = 32 << 10
    public init() {}
  }

  private let settings: Connection
  private let gateway: String
  private let subscriptions: [String]
  private let delegate: any ReceiverDelegate
  private let limits: Limits
  private let options: ReceiverOptions
  private let stopRequested = StopFlag()
  private let thread = Locked<(thread: NetworkThread, wake: WakeUp)?>(nil)

  /// `subscriptions` are exact topics or filters, requested at QoS 1.
  public init(
    settings: Connection, gateway: String, subscriptions: [String], delegate: any ReceiverDelegate,
    limits: Limits = Limits(), options: ReceiverOptions = ReceiverOptions()
  ) {
    self.settings = settings
    self.gateway = gateway
    self.subscriptions = subscriptions
    self.delegate = delegate
    self.limits = limits
    self.options = options
  }

  /// The filters of subscriptions as they are sent for a connection.
  public static func filters(_ subscriptions: [String], share: String?) -> [String] {
    guard let share else { return subscriptions }
    return subscriptions.map { Session.shared($0, group: share) }
  }

  /// Starts the thread. Connection problems are not errors here: they are reported to the delegate and retried.
  public func start() throws(MQTTError) {
    for filter in subscriptions where !TopicFilter.isValid(filter) { throw .invalidFilter(filter) }
    let wake = try WakeUp()
    let parts = UncheckedBox(value: (settings, gateway, subscriptions, delegate, limits, options))
    let flag = stopRequested
    let isFirst = thread.with { $0 == nil }
    guard isFirst else { throw .alreadyStarted }
    let started = try NetworkThread(name: "mqtt-\(settings.name)") {
      let (settings, gateway, subscriptions, delegate, limits, options) = parts.value
      let loop = ReceiverLoop(
        settings: settings, gateway: gateway, subscriptions: subscriptions, delegate: delegate, limits: limits,
        options: options, wake: wake, stopRequested: flag)
      loop.run()
    }
    thread.with { $0 = (started, wake) }
  }

  /// Stops reading, commits and acknowledges what was received, announces `offline` and disconnects; returns when
  /// the thread has ended (a few seconds at most if the broker does not take the acknowledgements).
  public func stop() {
    let running = thread.with { running in
      defer { running = nil }
      return running
    }
    guard let (started, wake) = running else { return }
    stopRequested.raise()
    wake.signal()
    started.join()
  }

  /// Makes the loop look at its delegate now: it has room again, or something to commit.
  public func wakeUp() { thread.with { $0?.wake.signal() } }
}

/// Set once by whoever stops, read by the thread that is to stop.
final class StopFlag: Sendable {
  private let flag = Atomic(false)
  var isRaised: Bool { flag.load(ordering: .acquiring) }
  func raise() { flag.store(true, ordering: .releasing) }
}

/// Hands values to a thread that then is their only user.
struct UncheckedBox<Value>: @unchecked Sendable {
  var value: Value
}
