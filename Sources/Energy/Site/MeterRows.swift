import Rules
import Telemetry

/// What meters counted in each window (or day), kept for as long as late readings may change what was judged of it.
///
/// A row is open until the site's clock has passed its end by the lateness; then it is handed out once and lies in the
/// saved state, from where it comes back when something of it is revised. Open rows are part of the rule's own state.
struct MeterRows: Hashable, Sendable {
  struct Cell: Hashable, Sendable {
    /// In the quantity's unit; nil = no data.
    var value: ScaledInteger?
    /// Of a meaning that the rule gives it.
    var tag: UInt8
  }

  /// By slot; nil = nothing was heard.
  typealias Row = [Cell?]

  enum Outcome: Hashable, Sendable {
    /// Is handed out when it closes.
    case open
    /// Was handed out already, and is different now.
    case changed
    /// Was handed out already as it is, or is too long ago.
    case settled
  }

  private struct Open: Hashable, Sendable {
    var start: Timestamp
    var end: Timestamp
    var row: Row
  }

  let name: String
  let lateness: Span64
  /// Closed rows are kept for so long; nil = for ever.
  let retention: Span64?
  private let keys: [UInt64]
  private let places: [UInt64: Int]
  /// By start.
  private var open: [Open] = []
  /// End of the last row that was handed out.
  private(set) var closedTo: Timestamp?
  /// Starts of the rows in the saved state, ascending.
  private(set) var saved: [Timestamp] = []

  init(name: String, slots: MeterSlots, lateness: Span64, retention: Span64?) {
    self.name = name
    self.lateness = lateness
    self.retention = retention
    keys = slots.all.map(\.key)
    places = Dictionary(zip(keys, keys.indices), uniquingKeysWith: { first, _ in first })
  }

  var deadline: Timestamp? { open.first.map { $0.end + lateness } }

  mutating func set(
    _ cell: Cell, slot: Int, start: Timestamp, end: Timestamp, context: RuleContext
  ) throws -> Outcome {
    if let closedTo, start < closedTo {
      if !isSaved(start) {
        // Nobody had counted anything in it.
        if let retention, start + retention <= closedTo { return .settled }
        saved.insert(start, at: saved.firstIndex { start < $0 } ?? saved.endIndex)
      }
      var row = try row(start, context: context)
      guard row[slot] != cell else { return .settled }
      row[slot] = cell
      save(row, start, context)
      return .changed
    }
    var place = open.endIndex
    while place > 0, start <= open[place - 1].start { place -= 1 }
    if place == open.endIndex || open[place].start != start {
      open.insert(Open(start: start, end: end, row: Array(repeating: nil, count: keys.count)), at: place)
    }
    open[place].row[slot] = cell
    return .open
  }

  /// The oldest row that is due.
  mutating func popDue(_ now: Timestamp, context: RuleContext) -> (start: Timestamp, end: Timestamp, row: Row)? {
    guard let first = open.first, first.end + lateness <= now else { return nil }
    open.removeFirst()
    closedTo = first.end
    save(first.row, first.start, context)
    saved.append(first.start)
    if let retention {
      let old = saved.prefix { $0 + retention <= first.start }
      for start in old { context.save(key(start), nil) }
      saved.removeFirst(old.count)
    }
    return (first.start, first.end, first.row)
  }

  func isSaved(_ start: Timestamp) -> Bool {
    var low = 0
    var high = saved.count
    while low < high {
      let middle = (low + high) / 2
      if saved[middle] < start { low = middle + 1 } else { high = middle }
    }
    return low < saved.count && saved[low] == start
  }

  func row(_ start: Timestamp, context: RuleContext) throws -> Row {
    var row: Row = Array(repeating: nil, count: keys.count)
    guard let bytes = try context.load(key(start)) else { return row }
    var reader = ByteReader(bytes)
    try read(&reader, into: &row)
    return row
  }

  private func key(_ start: Timestamp) -> String { "\(name)/\(start.nanoseconds / 1_000_000_000)" }

  private func save(_ row: Row, _ start: Timestamp, _ context: RuleContext) {
    var writer = ByteWriter()
    write(row, into: &writer)
    context.save(key(start), writer.bytes)
  }

  private func write(_ row: Row, into writer: inout ByteWriter) {
    writer.varint(row.count { $0 != nil })
    for (place, cell) in row.enumerated() {
      guard let cell else { continue }
      writer.fixed64(keys[place])
      writer.byte(cell.tag << 1 | (cell.value == nil ? 0 : 1))
      if let value = cell.value { writer.scaled(value) }
    }
  }

  /// What belongs to a meter that is no longer there is left.
  private func read(_ reader: inout ByteReader, into row: inout Row) throws(ByteReaderError) {
    for _ in 0..<(try reader.count()) {
      let key = try reader.fixed64()
      let flags = try reader.byte()
      let cell = Cell(value: flags & 1 == 0 ? nil : try reader.scaled(), tag: flags >> 1)
      if let place = places[key] { row[place] = cell }
    }
  }

  // MARK: Checkpoint

  func encode(into writer: inout ByteWriter) {
    writer.timestamp(closedTo ?? .distantPast)
    writer.varint(saved.count)
    for start in saved { writer.timestamp(start) }
    writer.varint(open.count)
    for entry in open {
      writer.timestamp(entry.start)
      writer.timestamp(entry.end)
      write(entry.row, into: &writer)
    }
  }

  mutating func restore(from reader: inout ByteReader) throws(ByteReaderError) {
    let closed = try reader.timestamp()
    closedTo = closed == .distantPast ? nil : closed
    saved = []
    for _ in 0..<(try reader.count()) { saved.append(try reader.timestamp()) }
    open = []
    for _ in 0..<(try reader.count()) {
      let start = try reader.timestamp()
      let end = try reader.timestamp()
      var row: Row = Array(repeating: nil, count: keys.count)
      try read(&reader, into: &row)
      open.append(Open(start: start, end: end, row: row))
    }
  }
}
