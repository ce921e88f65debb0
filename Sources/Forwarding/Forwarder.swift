import Glibc
import Logging
import NIOConcurrencyHelpers
import ServiceLifecycle
import Telemetry
import Templates

public struct ForwarderSettings: Sendable {
  /// Bounds of what is in memory per destination.
  public var pageRecords = 1000
  public var pageBytes = 512 << 10
  /// Wait between attempts after a passing trouble: full jitter below `base × 2ⁿ`, at most `maximum`.
  public var backoffBase = Duration.milliseconds(500)
  public var backoffMaximum = Duration.seconds(60)
  /// Wait between attempts while a destination is held.
  public var holdInterval = Duration.seconds(30)
  /// Wait for new records if nobody tells of them.
  public var pollInterval = Duration.seconds(10)
  /// How long a stop waits for a request under way.
  public var grace = Duration.seconds(5)

  public init() {}
}

/// Delivers the records of the outbox to all destinations: at least once, in order, each destination on its own.
///
/// One task per destination: one that is dead or slow never holds up another.
public final class Forwarder: Sendable {
  private let loops: [DeliveryLoop]
  private let lanes: [AheadLane]
  private let outbox: any Outbox
  private let tasks = NIOLockedValueBox<[Task<Void, Never>]?>(nil)

  /// - Parameters:
  ///   - heldBefore: destinations whose finding `destination-held/<name>` is still open from an earlier run; the first
  ///     success closes it.
  ///   - onFinding: called with a finding that opens or closes (`closed != nil`), from any thread; it must not block.
  public convenience init(
    gateway: String, destinations: [Destination], outbox: any Outbox, settings: ForwarderSettings = ForwarderSettings(),
    heldBefore: Set<String> = [], logger: Logger, onFinding: @escaping @Sendable (Finding) -> Void
  ) {
    let wallClock: @Sendable () -> Timestamp = { .systemNow }
    let senders = destinations.map { destination in
      (
        destination.name,
        Senders.make(destination, gateway: gateway, logger: logger, wallClock: wallClock)
      )
    }
    self.init(
      senders: senders, outbox: outbox, settings: settings, heldBefore: heldBefore,
      ahead: Dictionary(
        destinations.map { destination in
          let allowed = AllowList(destination)
          return (destination.name, { @Sendable in allowed.allows($0.kind, asset: $0.asset) })
        },
        uniquingKeysWith: { first, _ in first }), logger: logger, wallClock: wallClock, onFinding: onFinding)
  }

  init(
    senders: [(name: String, sender: any Sender)], outbox: any Outbox, settings: ForwarderSettings,
    heldBefore: Set<String> = [], ahead: [String: @Sendable (OutboundRecord) -> Bool] = [:], logger: Logger,
    wallClock: @escaping @Sendable () -> Timestamp, onFinding: @escaping @Sendable (Finding) -> Void
  ) {
    self.outbox = outbox
    var senders = senders
    var lanes: [AheadLane] = []
    for (place, entry) in senders.enumerated() where entry.sender.takesAhead {
      guard let awaits = ahead[entry.name] else { continue }
      let lane = AheadLane(name: entry.name, sender: entry.sender, settings: settings, awaits: awaits, logger: logger)
      lanes.append(lane)
      senders[place].sender = LanedSender(inner: entry.sender, lane: lane)
    }
    self.lanes = lanes
    loops = senders.map { entry in
      DeliveryLoop(
        name: entry.name, sender: entry.sender, outbox: outbox, settings: settings,
        holdIsOpen: heldBefore.contains(entry.name), logger: logger, wallClock: wallClock, onFinding: onFinding)
    }
  }

  /// Begins to deliver. Called once.
  public func start() {
    tasks.withLockedValue { tasks in
      if tasks == nil { tasks = loops.map { loop in Task { await loop.run() } } }
    }
  }

  /// Says that records were committed to the outbox. Cheap; may be called from any thread.
  public func notify() {
    for loop in loops { loop.notify() }
  }

  /// Sends records at once that are on their way to the outbox, to whoever awaits them: beside whatever waits there, and
  /// again until they arrive. When the outbox gives them out they are settled, or sent again under the same id if this
  /// process does not know of them any more. Cheap; may be called from any thread.
  public func sendAhead(_ records: [OutboundRecord]) {
    for lane in lanes { lane.take(records) }
  }

  /// Stops all destinations: a request under way gets the grace period, what is settled reaches the outbox, connections
  /// and files are closed. Comes back when all that is done.
  public func stop() async {
    for lane in lanes { lane.stop() }
    for loop in loops { loop.stop() }
    await finished()
  }

  /// In the order of the configuration. Throws what the outbox throws.
  public func status() async throws -> [DestinationStatus] {
    var all: [DestinationStatus] = []
    for loop in loops {
      var status = loop.snapshot()
      status.backlog = try await outbox.backlog(of: loop.name)
      all.append(status)
    }
    return all
  }

  private func finished() async {
    for task in tasks.withLockedValue({ $0 }) ?? [] { await task.value }
  }
}

extension Forwarder: Service {
  /// Delivers until the graceful shutdown or the cancellation of the task.
  public func run() async throws {
    start()
    await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await finished()
      } onGracefulShutdown: {
        for lane in self.lanes { lane.stop() }
        for loop in self.loops { loop.stop() }
      }
    } onCancel: {
      for lane in lanes { lane.stop() }
      for loop in loops { loop.stop() }
    }
  }
}

extension Timestamp {
  /// The system's clock.
  static var systemNow: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec)) + Span64(nanoseconds: Int64(time.tv_nsec))
  }
}
