import Plant
import Production
import Store
import Telemetry
import Templates

/// Elements of a period by what they are summed for, from the records of days and shifts.
struct OEESums {
  /// One record.
  struct Entry {
    var asset: Asset
    /// Of a shift; nil = a day.
    var shift: String?
    var start: Timestamp
    var elements: OEEElements
    /// By product; nil = without an order.
    var products: [(name: String?, elements: OEEElements)]
  }

  private(set) var entries: [Entry] = []
  /// Whether a calendar of shifts says when machines are to work.
  private(set) var isPlanned = true

  /// - Parameter byShift: only records of shifts; else days, and shifts of the days that have no record yet.
  init(store: Store, assets: [Asset], zone: PlantZone, period: PlantPeriod, byShift: Bool) throws {
    var names: [String: Asset] = [:]
    for asset in assets {
      names[asset.id] = asset
      if let former = asset.formerly, names[former] == nil { names[former] = asset }
    }
    var days: [String: Set<Timestamp>] = [:]
    var shifts: [Entry] = []
    try store.visitBodies(kind: .oee, from: period.start, to: period.end) { record in
      guard record.end <= period.end, let asset = names[record.asset] else { return }
      let body = try JSONValue(parsing: record.body)
      let isShift = body["period"]?.stringValue == "shift"
      guard isShift || !byShift else { return }
      if body["planned_by"]?.stringValue == "none" { isPlanned = false }
      let entry = Entry(
        asset: asset, shift: isShift ? body["shift"]?.stringValue ?? "" : nil, start: record.start,
        elements: try OEEElements(body),
        products: try (body["products"]?.arrayValue ?? []).map { ($0["product"]?.stringValue, try OEEElements($0)) })
      if isShift {
        shifts.append(entry)
      } else {
        days[asset.id, default: []].insert(record.start)
        entries.append(entry)
      }
    }
    entries += shifts.filter { days[$0.asset.id]?.contains(zone.startOfDay(containing: $0.start)) != true }
  }

  func total() throws -> OEEElements {
    var sum = OEEElements()
    for entry in entries { try sum.add(entry.elements) }
    return sum
  }

  /// By a name; nil = in no row.
  func sums(by name: (Entry) -> String?) throws -> [String: OEEElements] {
    var sums: [String: OEEElements] = [:]
    for entry in entries {
      if let row = name(entry) { try sums[row, default: OEEElements()].add(entry.elements) }
    }
    return sums
  }

  func products(none: String) throws -> [String: OEEElements] {
    var sums: [String: OEEElements] = [:]
    for product in entries.flatMap(\.products) {
      try sums[product.name ?? none, default: OEEElements()].add(product.elements)
    }
    return sums
  }
}
