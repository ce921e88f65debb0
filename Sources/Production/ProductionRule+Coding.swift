import Plant
import Rules
import Telemetry
import Templates

/// Where the rule keeps what is closed, and how it is written.
extension ProductionRule {
  /// Windows of a line that share an entry of the saved state.
  static let pageWindows: Int64 = 8

  private static let mark: Character = "\u{1F}"

  /// Under which a line is kept: the id that its first feed had when it began.
  private func name(_ line: Int) -> String { states[line].name ?? feed(line).id }
  private func feed(_ line: Int) -> Asset { site.assets[lines[line].feeds[0]] }

  /// With the ids that the assets have now.
  func renamed(_ window: LineWindow, _ context: RuleContext) -> LineWindow {
    func name(_ id: String) -> String { context.asset(id, in: site).map { site.assets[$0].id } ?? id }
    var window = window
    for place in window.amounts.indices { window.amounts[place].asset = name(window.amounts[place].asset) }
    for place in window.activities.indices { window.activities[place].asset = name(window.activities[place].asset) }
    return window
  }
  private func pageNumber(_ start: Timestamp) -> Int64 {
    let length = Span64(nanoseconds: window.nanoseconds * Self.pageWindows)
    return start.windowStart(length).nanoseconds / length.nanoseconds
  }
  private func pageKey(_ line: Int, _ page: Int64) -> String {
    "production/\(window.nanoseconds / 1_000_000_000)/\(name(line))/\(page)"
  }

  /// The stored windows beside and with one.
  func page(_ line: Int, _ start: Timestamp, _ context: RuleContext) throws -> [LineWindow] {
    guard let bytes = try context.load(pageKey(line, pageNumber(start))) else { return [] }
    var reader = ByteReader(bytes)
    return try (0..<(try reader.count())).map { _ in try LineWindow(from: &reader) }
  }

  mutating func save(_ window: LineWindow, _ line: Int, _ context: RuleContext) throws {
    var windows = try page(line, window.start, context)
    windows.removeAll { $0.start == window.start }
    windows.insert(window, at: windows.firstIndex { window.start < $0.start } ?? windows.endIndex)
    var writer = ByteWriter()
    writer.varint(windows.count)
    for window in windows { window.encode(into: &writer) }
    let page = pageNumber(window.start)
    context.save(pageKey(line, page), writer.bytes)
    states[line].oldestPage = min(states[line].oldestPage ?? page, page)
  }

  func orderAccount(_ key: String, _ context: RuleContext) throws -> OrderAccount? {
    guard let bytes = try context.load("order/\(key)") else { return nil }
    var reader = ByteReader(bytes)
    return try OrderAccount(from: &reader)
  }

  func save(_ account: OrderAccount, _ key: String, _ context: RuleContext) {
    var writer = ByteWriter()
    account.encode(into: &writer)
    context.save("order/\(key)", writer.bytes)
  }

  private func dayKey(_ line: Int, _ start: Timestamp) -> String { "line-day/\(name(line))/\(start.rfc3339UTC)" }

  func lineDay(_ line: Int, _ start: Timestamp, _ context: RuleContext) throws -> LineDay? {
    guard let bytes = try context.load(dayKey(line, start)) else { return nil }
    var reader = ByteReader(bytes)
    return try LineDay(from: &reader)
  }

  func save(_ day: LineDay, _ line: Int, _ context: RuleContext) {
    var writer = ByteWriter()
    day.encode(into: &writer)
    context.save(dayKey(line, day.start), writer.bytes)
  }

  /// Deletes what no horizon needs any more: pages of windows, days, and the orders that ended by then.
  mutating func forget(now: Timestamp, _ context: RuleContext) throws {
    let kept = now - horizon - lateness - .days(2)
    for line in lines.indices {
      while let page = states[line].oldestPage, page + 1 < pageNumber(kept) {
        context.save(pageKey(line, page), nil)
        states[line].oldestPage = page + 1
      }
      while let start = states[line].oldestDay, zone.nextDay(after: start) <= kept {
        let end = zone.nextDay(after: start)
        for key in try lineDay(line, start, context)?.orders ?? [] where !states[line].live.contains(key) {
          guard let order = try orderAccount(key, context)?.order, let last = order.end, last <= end else { continue }
          context.save("order/\(key)", nil)
        }
        context.save(dayKey(line, start), nil)
        states[line].oldestDay = end
      }
    }
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(UInt64(window.nanoseconds))
    writer.optional(first)
    writer.optional(next)
    writer.varint(lines.count)
    for (place, state) in states.enumerated() {
      // A line of another name than its feed's id was renamed: the second one finds it again.
      let id = feed(place).id
      writer.string(name(place) == id ? id : "\(name(place))\(Self.mark)\(id)")
      writer.varint(state.live.count)
      for key in state.live { writer.string(key) }
      writer.optional(state.oldestDay)
      writer.boolean(state.oldestPage != nil)
      if let page = state.oldestPage { writer.zigzag(page) }
    }
    writer.varint(pending.count)
    for entry in pending {
      writer.varint(entry.line)
      entry.window.encode(into: &writer)
      writer.optional(entry.due)
      writer.optional(entry.cause)
    }
    writer.varint(touched.count)
    for record in touched {
      writer.varint(record.line)
      writer.optional(record.key)
      writer.timestamp(record.day)
      writer.timestamp(record.due)
      writer.optional(record.cause)
    }
    writer.varint(endless.count)
    for key in endless { writer.string(key) }
    suppliers.encode(into: &writer)
    writer.varint(supplierTroubles.count)
    for (urn, state) in supplierTroubles.sorted(by: { $0.key < $1.key }) {
      writer.string(urn)
      writer.string(state)
    }
  }

  /// A line is known again by its first feed. After a change of the window's length, windows of the old length that
  /// waited are given up: the energy rule tells their parts in the new length.
  public mutating func restoreState(from reader: inout ByteReader) throws {
    let length = Int64(try reader.integer())
    first = try reader.optionalTimestamp()
    next = try reader.optionalTimestamp()
    var places: [Int?] = []
    for _ in 0..<(try reader.count()) {
      let names = try reader.string().split(separator: Self.mark).map(String.init)
      let place =
        lines.indices.first { feed($0).id == names.last } ?? lines.indices.first { feed($0).formerly == names.last }
      var state = LineState()
      if let place, feed(place).id != names.first { state.name = names.first }
      state.live = try (0..<(try reader.count())).map { _ in try reader.string() }
      state.oldestDay = try reader.optionalTimestamp()
      state.oldestPage = try reader.boolean() ? try reader.zigzag() : nil
      if length != window.nanoseconds { state.oldestPage = nil }
      if let place { states[place] = state }
      places.append(place)
    }
    pending = []
    for _ in 0..<(try reader.count()) {
      let line = try reader.integer()
      let window = try LineWindow(from: &reader)
      let due = try reader.optionalTimestamp()
      let cause = try reader.optionalCause()
      guard places.indices.contains(line), let place = places[line], length == self.window.nanoseconds else { continue }
      pending.append(Pending(line: place, window: window, due: due, cause: cause))
    }
    pending.sort { ($0.line, $0.window.start) < ($1.line, $1.window.start) }
    touched = []
    for _ in 0..<(try reader.count()) {
      let line = try reader.integer()
      let key = try reader.optionalString()
      let (day, due) = (try reader.timestamp(), try reader.timestamp())
      let cause = try reader.optionalCause()
      guard places.indices.contains(line), let place = places[line] else { continue }
      touched.append(Touched(line: place, key: key, day: day, due: due, cause: cause))
    }
    touched.sort { $0.precedes($1) }
    endless = []
    suppliers = SupplierIndex()
    supplierTroubles = [:]
    // A state from before there were either ends here.
    if !reader.isAtEnd {
      endless = try (0..<(try reader.count())).map { _ in try reader.string() }
      suppliers = try SupplierIndex(from: &reader)
      for _ in 0..<(try reader.count()) {
        let urn = try reader.string()
        supplierTroubles[urn] = try reader.string()
      }
    }
    guard length != window.nanoseconds else { return }
    next = next.map { $0.windowStart(window) }
    first = first.map { $0.windowStart(window) }
  }
}
