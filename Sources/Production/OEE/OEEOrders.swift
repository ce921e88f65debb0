import Plant
import Rules
import Telemetry

/// Which product a line made when: the orders of its feeds, by the plant-local days that they were open in.
struct OEEOrders: Hashable, Sendable {
  /// Ids, sorted.
  let feeds: [String]
  let zone: PlantZone
  /// By feed: keys of the orders that are open, sorted.
  private var live: [String: [String]] = [:]
  /// By feed: the oldest day with a list.
  private var oldestDays: [String: Timestamp] = [:]

  static func == (one: OEEOrders, other: OEEOrders) -> Bool {
    one.feeds == other.feeds && one.live == other.live && one.oldestDays == other.oldestDays
  }
  func hash(into hasher: inout Hasher) { hasher.combine(feeds) }

  init(feeds: [String], zone: PlantZone) {
    self.feeds = feeds
    self.zone = zone
  }

  private func orderKey(_ feed: String, _ id: String) -> String { "oee-order/\(feed)/\(id)" }
  private func listKey(_ feed: String, _ day: Timestamp) -> String { "oee-orders/\(feed)/\(day.rfc3339UTC)" }

  private func order(_ feed: String, _ id: String, _ context: RuleContext) throws -> ProductionOrder? {
    guard let bytes = try context.load(orderKey(feed, id)) else { return nil }
    var reader = ByteReader(bytes)
    return try ProductionOrder(from: &reader)
  }

  private func list(_ feed: String, _ day: Timestamp, _ context: RuleContext) throws -> [String] {
    guard let bytes = try context.load(listKey(feed, day)) else { return [] }
    var reader = ByteReader(bytes)
    return try (0..<(try reader.count())).map { _ in try reader.string() }
  }

  /// Takes an order as it is now.
  ///
  /// - Returns: the time in which it is not as it was; nil if there is none.
  mutating func hear(
    _ order: ProductionOrder, _ feed: String, oldest: Timestamp, now: Timestamp, _ context: RuleContext
  ) throws -> Range<Timestamp>? {
    let before = try self.order(feed, order.id, context) ?? ProductionOrder(id: order.id)
    var writer = ByteWriter()
    order.encode(into: &writer)
    context.save(orderKey(feed, order.id), writer.bytes)
    var open = live[feed, default: []].filter { $0 != order.id }
    if order.start != nil, order.end == nil { open.append(order.id) }
    live[feed] = open.sorted()
    for interval in order.open {
      var day = zone.startOfDay(containing: max(interval.start, oldest))
      while day < min(interval.end ?? now, now) {
        try note(order.id, feed, day, context)
        day = zone.nextDay(after: day)
      }
    }
    var range = order.difference(from: before, before: now)
    if before.product != order.product, let start = order.start {
      // Another product for all of its time.
      let end = min(order.end ?? now, now)
      if start < end { range = min(start, range?.lowerBound ?? start)..<max(end, range?.upperBound ?? end) }
    }
    guard let range, max(range.lowerBound, oldest) < range.upperBound else { return nil }
    return max(range.lowerBound, oldest)..<range.upperBound
  }

  private mutating func note(_ id: String, _ feed: String, _ day: Timestamp, _ context: RuleContext) throws {
    var ids = try list(feed, day, context)
    guard !ids.contains(id) else { return }
    ids = (ids + [id]).sorted()
    var writer = ByteWriter()
    writer.varint(ids.count)
    for id in ids { writer.string(id) }
    context.save(listKey(feed, day), writer.bytes)
    oldestDays[feed] = min(oldestDays[feed] ?? day, day)
  }

  /// What was made in a range, by time. While an order is paused it is still its product's time; while several orders of
  /// different products run, nobody's.
  func products(
    _ feeds: [String], _ range: Range<Timestamp>, _ context: RuleContext
  ) throws -> [OEEFold.Product] {
    var orders: [ProductionOrder] = []
    for feed in feeds {
      var ids = Set(live[feed, default: []])
      var day = zone.startOfDay(containing: range.lowerBound)
      while day < range.upperBound {
        ids.formUnion(try list(feed, day, context))
        day = zone.nextDay(after: day)
      }
      for id in ids.sorted() {
        if let order = try order(feed, id, context), order.touches(range) { orders.append(order) }
      }
    }
    guard !orders.isEmpty else { return [] }
    var edges: Set<Timestamp> = [range.lowerBound, range.upperBound]
    for interval in orders.flatMap({ $0.open + $0.active }) {
      guard let part = interval.clipped(to: range) else { continue }
      edges.insert(part.lowerBound)
      edges.insert(part.upperBound)
    }
    var products: [OEEFold.Product] = []
    let sorted = edges.sorted()
    for (from, to) in zip(sorted, sorted.dropFirst()) {
      func holds(_ interval: ProductionOrder.Interval) -> Bool {
        interval.start <= from && from < interval.end ?? .distantFuture
      }
      let active = orders.filter { $0.active.contains(where: holds) }
      let present = active.isEmpty ? orders.filter { $0.open.contains(where: holds) } : active
      let names = Set(present.map { $0.product ?? "" })
      guard names.count == 1, let name = names.first, !name.isEmpty else { continue }
      if let last = products.last, last.name == name, last.end == from {
        products[products.count - 1].end = to
      } else {
        products.append(OEEFold.Product(name: name, start: from, end: to))
      }
    }
    return products
  }

  /// Deletes lists of days, and the orders that ended in them.
  mutating func forget(before kept: Timestamp, _ context: RuleContext) throws {
    for feed in feeds {
      while let day = oldestDays[feed], zone.nextDay(after: day) <= kept {
        let next = zone.nextDay(after: day)
        for id in try list(feed, day, context) where !live[feed, default: []].contains(id) {
          guard let end = try order(feed, id, context)?.end, end <= next else { continue }
          context.save(orderKey(feed, id), nil)
        }
        context.save(listKey(feed, day), nil)
        oldestDays[feed] = next
      }
    }
  }

  func encode(into writer: inout ByteWriter) {
    writer.varint(feeds.count)
    for feed in feeds {
      writer.string(feed)
      let open = live[feed, default: []]
      writer.varint(open.count)
      for id in open { writer.string(id) }
      writer.optional(oldestDays[feed])
    }
  }

  mutating func restore(from reader: inout ByteReader) throws {
    live = [:]
    oldestDays = [:]
    for _ in 0..<(try reader.count()) {
      let feed = try reader.string()
      let open = try (0..<(try reader.count())).map { _ in try reader.string() }
      let day = try reader.optionalTimestamp()
      guard feeds.contains(feed) else { continue }
      live[feed] = open
      oldestDays[feed] = day
    }
  }
}
