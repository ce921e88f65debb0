import Plant
import Rules
import Telemetry
import Templates

/// Where the rule keeps windows and what it has issued.
extension OEERule {
  /// Windows of a machine that share an entry of the saved state.
  static let pageWindows: Int64 = 8

  private func name(_ machine: Int) -> String { site.assets[machines[machine].position].id }
  private var pageLength: Span64 { Span64(nanoseconds: window.nanoseconds * Self.pageWindows) }

  func pageNumber(_ start: Timestamp) -> Int64 {
    start.windowStart(pageLength).nanoseconds / pageLength.nanoseconds
  }
  private func pageKey(_ machine: Int, _ page: Int64) -> String {
    "oee/\(window.nanoseconds / 1_000_000_000)/\(name(machine))/\(page)"
  }

  func page(_ machine: Int, _ page: Int64, _ context: RuleContext) throws -> [OEEWindow] {
    guard let bytes = try context.load(pageKey(machine, page)) else { return [] }
    var reader = ByteReader(bytes)
    return try (0..<(try reader.count())).map { _ in try OEEWindow(from: &reader) }
  }

  mutating func save(_ windows: [OEEWindow], _ machine: Int, _ page: Int64, _ context: RuleContext) {
    var writer = ByteWriter()
    writer.varint(windows.count)
    for window in windows { window.encode(into: &writer) }
    context.save(pageKey(machine, page), writer.bytes)
    oldestPages[machine] = min(oldestPages[machine] ?? page, page)
  }

  /// What was told of a range, by time.
  func windows(_ machine: Int, _ range: Range<Timestamp>, _ context: RuleContext) throws -> [OEEWindow] {
    let last = Timestamp(nanoseconds: range.upperBound.nanoseconds - 1)
    guard pageNumber(range.lowerBound) <= pageNumber(last) else { return [] }
    return try (pageNumber(range.lowerBound)...pageNumber(last)).flatMap { page in
      try self.page(machine, page, context).filter {
        $0.start < range.upperBound && range.lowerBound < $0.start + window
      }
    }
  }

  /// What was told of a range, with what decides whether a stop at its borders is a minor one: windows before it, and the
  /// one that its end lies in.
  func windowsAround(_ machine: Int, _ range: Range<Timestamp>, _ context: RuleContext) throws -> [OEEWindow] {
    let start = range.lowerBound - machines[machine].kind.settings.minorStop
    return try windows(machine, start..<Timestamp(nanoseconds: range.upperBound.nanoseconds + 1), context)
  }

  private func issuedKey(_ machine: Int, _ day: Timestamp) -> String { "oee-issued/\(name(machine))/\(day.rfc3339UTC)" }

  func issued(_ machine: Int, _ day: Timestamp, _ context: RuleContext) throws -> [String: OrderAccount.Issued] {
    guard let bytes = try context.load(issuedKey(machine, day)) else { return [:] }
    var reader = ByteReader(bytes)
    var issued: [String: OrderAccount.Issued] = [:]
    for _ in 0..<(try reader.count()) {
      let key = try reader.string()
      issued[key] = try OrderAccount.Issued.decode(from: &reader)
    }
    return issued
  }

  mutating func save(_ issued: [String: OrderAccount.Issued], _ machine: Int, _ day: Timestamp, _ context: RuleContext)
  {
    var writer = ByteWriter()
    writer.varint(issued.count)
    for (key, value) in issued.sorted(by: { $0.key < $1.key }) {
      writer.string(key)
      OrderAccount.Issued.encode(value, into: &writer)
    }
    context.save(issuedKey(machine, day), writer.bytes)
    oldestDays[machine] = min(oldestDays[machine] ?? day, day)
  }

  /// Deletes what no horizon needs any more.
  mutating func forget(now: Timestamp, _ context: RuleContext) throws {
    let kept = now - horizon - lateness - .days(2)
    for machine in machines.indices {
      while let page = oldestPages[machine], page + 1 < pageNumber(kept) {
        context.save(pageKey(machine, page), nil)
        oldestPages[machine] = page + 1
      }
      while let day = oldestDays[machine], zone.nextDay(after: day) <= kept {
        context.save(issuedKey(machine, day), nil)
        oldestDays[machine] = zone.nextDay(after: day)
      }
    }
    try orders.forget(before: kept, context)
  }

  // MARK: State

  public func encodeState(into writer: inout ByteWriter) {
    writer.varint(UInt64(window.nanoseconds))
    writer.varint(machines.count)
    for machine in machines.indices {
      writer.string(name(machine))
      writer.boolean(oldestPages[machine] != nil)
      if let page = oldestPages[machine] { writer.zigzag(page) }
      writer.optional(oldestDays[machine])
    }
    writer.varint(touched.count)
    for record in touched {
      writer.varint(record.machine)
      writer.optional(record.shift)
      writer.timestamp(record.start)
      writer.timestamp(record.end)
      writer.timestamp(record.due)
      writer.optional(record.cause)
    }
    orders.encode(into: &writer)
    writer.varint(told.count)
    for (machine, through) in told.sorted(by: { $0.key < $1.key }) {
      writer.varint(machine)
      writer.timestamp(through)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    let isSame = Int64(try reader.integer()) == window.nanoseconds
    var places: [Int?] = []
    for _ in 0..<(try reader.count()) {
      let id = try reader.string()
      let place = machines.indices.first { name($0) == id }
      let page = try reader.boolean() ? try reader.zigzag() : nil
      let day = try reader.optionalTimestamp()
      if let place {
        oldestPages[place] = isSame ? page : nil
        oldestDays[place] = day
      }
      places.append(place)
    }
    touched = []
    for _ in 0..<(try reader.count()) {
      let machine = try reader.integer()
      let shift = try reader.optionalString()
      let (start, end, due) = (try reader.timestamp(), try reader.timestamp(), try reader.timestamp())
      let cause = try reader.optionalCause()
      guard places.indices.contains(machine), let place = places[machine] else { continue }
      touched.append(Touched(machine: place, shift: shift, start: start, end: end, due: due, cause: cause))
    }
    touched.sort { $0.precedes($1) }
    try orders.restore(from: &reader)
    told = [:]
    for _ in 0..<(try reader.count()) {
      let machine = try reader.integer()
      let through = try reader.timestamp()
      if places.indices.contains(machine), let place = places[machine] { told[place] = through }
    }
  }
}
