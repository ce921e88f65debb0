import Plant
import Rules
import Telemetry
import Templates

/// Production orders of an order feed: tells the site's rules of each order whenever an event of it was accepted.
///
/// An order is a fold over its events by (time, identity), so that it does not depend on the order of arrival. Its events
/// are kept as long as its figures can be revised.
public struct OrderFeedRule: AssetRule {
  private let asset: Asset
  private let signal: Int
  private let retention: Span64
  /// Days (UTC) of which there is a list of orders, oldest and newest; nil = none.
  private var days: ClosedRange<Int64>?

  /// How the rule joins the engine.
  public static let factory = RuleFactory(name: "orders") { asset, site in OrderFeedRule(asset: asset, site: site) }

  /// Nil for an asset that tells of no orders.
  public init?(asset: Asset, site: Site) {
    guard let signal = asset.orderSignal, let horizon = site.horizons[.productionOrder] else { return nil }
    self.asset = asset
    self.signal = signal
    retention = horizon.revision + horizon.lateness + .days(2)
  }

  public func interest(in signal: Int) -> SignalInterest { signal == self.signal ? .watch : .none }

  public var deadline: Timestamp? { days.map { Self.start($0.lowerBound + 1) + retention } }

  public mutating func accepted(_ event: Event, signal: Int, inOrder: Bool, context: inout RuleContext) throws {
    guard let (id, change) = OrderEvent.read(event) else { return }
    var events = try OrderEvent.decode(try context.load(Self.key(id)))
    let before = events.last.map { Self.day($0.time) }
    events.insert(change, at: events.firstIndex { change < $0 } ?? events.endIndex)
    context.save(Self.key(id), OrderEvent.encode(events))
    if let last = events.last.map({ Self.day($0.time) }), last != before { try note(id, on: last, context) }
    context.publish(
      .order(
        OrderFigures(
          order: ProductionOrder(id: id, events: events),
          cause: RevisionCause(
            asset: asset.id, signal: asset.signals[signal].name, time: event.time, reason: .late))))
  }

  // MARK: Forgetting

  /// An order stands in the list of the day of its last event, and in those of earlier ones.
  private mutating func note(_ id: String, on day: Int64, _ context: RuleContext) throws {
    var list = try Self.list(try context.load(Self.listKey(day)))
    guard !list.contains(id) else { return }
    list.append(id)
    save(list, day, context)
    days = min(days?.lowerBound ?? day, day)...max(days?.upperBound ?? day, day)
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    while let range = days, Self.start(range.lowerBound + 1) + retention <= now {
      let day = range.lowerBound
      days = day < range.upperBound ? day + 1...range.upperBound : nil
      for id in try Self.list(try context.load(Self.listKey(day))) {
        let events = try OrderEvent.decode(try context.load(Self.key(id)))
        guard let last = events.last, Self.day(last.time) <= day else { continue }
        if ProductionOrder(id: id, events: events).state == .ended {
          context.save(Self.key(id), nil)
        } else {
          // It still runs: it is asked about again a day later.
          try note(id, on: day + 1, context)
        }
      }
      context.save(Self.listKey(day), nil)
    }
  }

  private static func day(_ time: Timestamp) -> Int64 {
    time.windowStart(.days(1)).nanoseconds / Span64.days(1).nanoseconds
  }
  private static func start(_ day: Int64) -> Timestamp { Timestamp(nanoseconds: day * Span64.days(1).nanoseconds) }
  private static func key(_ id: String) -> String { "order-events/\(id)" }
  private static func listKey(_ day: Int64) -> String { "orders-of-day/\(day)" }

  private func save(_ list: [String], _ day: Int64, _ context: RuleContext) {
    var writer = ByteWriter()
    writer.varint(list.count)
    for id in list { writer.string(id) }
    context.save(Self.listKey(day), writer.bytes)
  }

  private static func list(_ bytes: [UInt8]?) throws -> [String] {
    guard let bytes else { return [] }
    var reader = ByteReader(bytes)
    return try (0..<(try reader.count())).map { _ in try reader.string() }
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.boolean(days != nil)
    guard let days else { return }
    writer.zigzag(days.lowerBound)
    writer.zigzag(days.upperBound)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    days = nil
    guard try reader.boolean() else { return }
    let (oldest, newest) = (try reader.zigzag(), try reader.zigzag())
    guard oldest <= newest, oldest.magnitude < 1 << 20, newest.magnitude < 1 << 20 else {
      throw ByteReaderError(offset: reader.offset, expected: "the days of orders")
    }
    days = oldest...newest
  }
}
