import Plant
import Production
import Store
import Telemetry
import Templates

/// Elements of a period by what they are summed for, from the records of days and shifts, and of those under way.
struct OEESums {
  /// One day or shift of a machine.
  struct Entry {
    var asset: Asset
    /// Of a shift; nil = a day.
    var shift: String?
    var start: Timestamp
    var elements: OEEElements
    /// By product; nil = without an order.
    var products: [(name: String?, elements: OEEElements)]
  }

  private let zone: PlantZone
  private let period: PlantPeriod
  private let byShift: Bool
  private let names: [String: Asset]
  private var days: [Entry] = []
  private var shifts: [Entry] = []
  /// Whether a calendar of shifts says when machines are to work.
  private(set) var isPlanned = true
  /// Until when what is under way counts; nil = all is over.
  private(set) var until: Timestamp?

  /// - Parameter byShift: only shifts; else days, and shifts of the days that are not there.
  init(assets: [Asset], zone: PlantZone, period: PlantPeriod, byShift: Bool) {
    self.zone = zone
    self.period = period
    self.byShift = byShift
    names = Dictionary(assets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Counts what lies in the period. Among shifts, one belongs to the day in which it starts.
  mutating func add(_ record: StoredBody) throws {
    guard let asset = names[record.asset] else { return }
    let body = try JSONValue(parsing: record.body)
    let isShift = body["period"]?.stringValue == "shift"
    guard record.end <= period.end || byShift && isShift && isOfDays else { return }
    if body["planned_by"]?.stringValue == "none" { isPlanned = false }
    add(
      Entry(
        asset: asset, shift: isShift ? body["shift"]?.stringValue ?? "" : nil, start: record.start,
        elements: try OEEElements(body),
        products: try (body["products"]?.arrayValue ?? []).map { ($0["product"]?.stringValue, try OEEElements($0)) }))
  }

  private var isOfDays: Bool { zone.startOfDay(containing: period.end) == period.end }

  mutating func add(running: OEERunning) {
    for span in running.spans where period.start <= span.start && span.start < period.end {
      guard let asset = names[span.asset] else { continue }
      let known = span.shift == nil ? days : shifts
      guard !known.contains(where: { $0.asset.id == asset.id && $0.start == span.start && $0.shift == span.shift })
      else { continue }
      add(Entry(asset: asset, shift: span.shift, start: span.start, elements: span.elements, products: []))
      until = max(until ?? span.through, span.through)
    }
  }

  mutating func add(_ entry: Entry) {
    if entry.shift == nil { days.append(entry) } else { shifts.append(entry) }
  }

  var entries: [Entry] {
    if byShift { return shifts }
    let known = Set(days.map { DayOfAsset(asset: $0.asset.id, start: $0.start) })
    return days
      + shifts.filter { shift in
        !known.contains(DayOfAsset(asset: shift.asset.id, start: zone.startOfDay(containing: shift.start)))
      }
  }

  private struct DayOfAsset: Hashable {
    var asset: String
    var start: Timestamp
  }

  /// What a row is made of.
  struct Sum {
    var elements = OEEElements()
    /// Ids.
    var machines: [String] = []
    /// Machines whose effectiveness is not known, so that their time would lower that of the others.
    var leftOut: [String] = []
  }

  func total() throws -> Sum { try sums { _ in "" }[""] ?? Sum() }

  /// By a name; nil = in no row.
  func sums(by name: (Entry) -> String?) throws -> [String: Sum] {
    var machines: [String: [String: OEEElements]] = [:]
    for entry in entries {
      guard let row = name(entry) else { continue }
      try machines[row, default: [:]][entry.asset.id, default: OEEElements()].add(entry.elements)
    }
    return try machines.mapValues(Self.sum)
  }

  func products(none: String) throws -> [String: Sum] {
    var machines: [String: [String: OEEElements]] = [:]
    for entry in entries {
      for product in entry.products {
        try machines[product.name ?? none, default: [:]][entry.asset.id, default: OEEElements()].add(product.elements)
      }
    }
    return try machines.mapValues(Self.sum)
  }

  /// Of several machines those whose effectiveness is known, if it is of any.
  private static func sum(_ machines: [String: OEEElements]) throws -> Sum {
    let isMixed = machines.values.contains(where: \.isRated)
    var sum = Sum()
    for (id, elements) in machines.sorted(by: { $0.key < $1.key }) {
      if isMixed, !elements.isRated {
        sum.leftOut.append(id)
      } else {
        sum.machines.append(id)
        try sum.elements.add(elements)
      }
    }
    return sum
  }
}
