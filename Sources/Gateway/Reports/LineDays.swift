import Store
import Telemetry

/// What the lines' days of a period say, and the orders that they are about.
struct LineDays {
  /// Bodies of `production-line`, of days that lie in the period and are over.
  private(set) var days: [JSONValue] = []
  /// Bodies of `product-footprint` by key with the ids of now: of all orders that the days name or that touch the period.
  private(set) var orders: [String: JSONValue] = [:]

  /// So far back most orders began that a period's days name; of others all records are looked at.
  private static let usualOrderLength = Span64.days(31)

  init(_ period: Range<Timestamp>, in store: Store, names: AssetNames) throws {
    var wanted: Set<String> = []
    try store.visitBodies(kind: .productionLine, from: period.lowerBound, to: period.upperBound, names: names) {
      record in
      guard record.end <= period.upperBound else { return }
      let day = try JSONValue(parsing: record.body)
      days.append(day)
      wanted.formUnion(Self.orders(of: day).map(names.currentKey))
    }
    let near = period.lowerBound - Self.usualOrderLength
    try store.visitBodies(kind: .productFootprint, from: near, to: period.upperBound, names: names) { record in
      guard wanted.remove(record.key) != nil || period.lowerBound < record.end else { return }
      orders[record.key] = try JSONValue(parsing: record.body)
    }
    guard !wanted.isEmpty else { return }
    try store.visitBodies(kind: .productFootprint, from: .distantPast, to: near, names: names) { record in
      if wanted.contains(record.key) { orders[record.key] = try JSONValue(parsing: record.body) }
    }
  }

  /// Keys of the orders that a line's day names, as it has them.
  private static func orders(of day: JSONValue) -> Set<String> {
    var keys: Set<String> = []
    func add(_ table: JSONValue?) {
      if case .object(let members)? = table { keys.formUnion(members.keys) }
    }
    add(day["pieces"])
    guard case .object(let carriers)? = day["carriers"] else { return keys }
    for carrier in carriers.values { add(carrier["orders"]) }
    return keys
  }
}
