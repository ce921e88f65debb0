import Factors
import Plant
import Rules
import Telemetry
import Templates

extension ProductionRule {
  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    // What changed first: its orders are told once then.
    while let place = pending.firstIndex(where: { ($0.due ?? .distantFuture) <= now }) {
      try settle(pending.remove(at: place), isFirst: false, now: now, context)
    }
    while let start = next, start + window + lateness <= now {
      next = start + window
      for line in lines.indices {
        let place = pending.firstIndex { $0.line == line && $0.window.start == start }
        if place != nil || !states[line].live.isEmpty {
          let entry = place.map { pending.remove(at: $0) }
          try settle(
            entry ?? Pending(line: line, window: LineWindow(start: start), due: nil, cause: nil), isFirst: true,
            now: now, context)
        }
        let day = zone.startOfDay(containing: start)
        if zone.nextDay(after: day) <= start + window {
          touch(Touched(line: line, key: nil, day: day, due: now, cause: nil))
        }
        let live = try states[line].live.filter { key in
          guard let order = try orderAccount(key, context)?.order else { return false }
          return order.open.last.map { ($0.end ?? .distantFuture) > start + window } ?? false
        }
        states[line].live = live
      }
      try issue(now, &context)
    }
    try issue(now, &context)
    try tellEndless(&context)
    try forget(now: now, context)
  }

  private mutating func issue(_ now: Timestamp, _ context: inout RuleContext) throws {
    while let record = touched.first, record.due <= now {
      touched.removeFirst()
      if let key = record.key {
        try issueOrder(record.line, key, record.cause, &context)
      } else {
        try issueDay(record.line, record.day, record.cause, &context)
      }
    }
  }

  /// Divides a window and puts the difference to what was accounted into the accounts.
  private mutating func settle(_ entry: Pending, isFirst: Bool, now: Timestamp, _ context: RuleContext) throws {
    var window = renamed(entry.window, context)
    let line = entry.line
    for key in isFirst ? states[line].live : [] { window.add(order: key) }
    var accounts: [(key: String, account: OrderAccount)] = []
    for key in window.orders {
      if let account = try orderAccount(key, context) { accounts.append((key, account)) }
    }
    let old = window.accounted
    let new = try allocate(window, line, accounts.map { ($0.key, $0.account.order) })
    window.accounted = new
    window.orders = window.orders.filter { key in new.shares.contains { $0.key == key } }
    guard old != new else {
      try save(window, line, context)
      return
    }
    for place in accounts.indices {
      let key = accounts[place].key
      for (allocation, sign) in [(old, -1), (new, 1)] {
        guard let allocation, let share = allocation.shares.first(where: { $0.key == key })?.share else { continue }
        try accounts[place].account.add(share, of: allocation, sign: sign)
      }
      save(accounts[place].account, key, context)
      touch(Touched(line: line, key: key, day: .distantPast, due: now, cause: entry.cause))
    }
    let day = zone.startOfDay(containing: window.start)
    var figures = try lineDay(line, day, context) ?? LineDay(start: day)
    if let old { try figures.add(old, sign: -1) }
    try figures.add(new, sign: 1)
    save(figures, line, context)
    states[line].oldestDay = min(states[line].oldestDay ?? day, day)
    if !isFirst { touch(Touched(line: line, key: nil, day: day, due: now, cause: entry.cause)) }
    try save(window, line, context)
  }

  func allocate(
    _ window: LineWindow, _ line: Int, _ orders: [(key: String, order: ProductionOrder)]
  ) throws -> WindowAllocation {
    let range = window.start..<window.start + self.window
    var metered: [WindowAllocation.Amount] = []
    for (carrier, meters) in lines[line].meters.sorted(by: { $0.key < $1.key }) {
      let ids = Set(meters.map { site.assets[$0].id })
      let amounts = window.amounts.filter { $0.quantity == carrier.quantity && ids.contains($0.asset) }
      guard !amounts.isEmpty else { continue }
      var sum = ExactDecimal.zero
      for amount in amounts { sum = try sum + ExactDecimal(amount.value) }
      metered.append(
        WindowAllocation.Amount(carrier: carrier, value: sum, isEstimated: amounts.contains(where: \.isEstimated)))
    }
    let runners = Set(lines[line].runners.map { site.assets[$0].id })
    let spans = window.activities.filter { runners.contains($0.asset) }.flatMap(\.run)
    let counters = Set(lines[line].counters.map { site.assets[$0].id })
    let counting = window.activities.filter { counters.contains($0.asset) }
    let (good, scrap) = try pieces(window, counting)
    return try WindowAllocation(
      window: range, metered: metered, run: spans.isEmpty ? nil : Self.union(spans.filter { $0.state == .running }),
      steps: counting.flatMap(\.pieces).sorted { ($0.time, $0.since) < ($1.time, $1.since) }, good: good, scrap: scrap,
      orders: orders)
  }

  /// Pieces of the line: of counters as their records count them, of stations by their verdicts.
  private func pieces(
    _ window: LineWindow, _ counting: [LineWindow.Activity]
  ) throws -> (good: ExactDecimal, scrap: ExactDecimal) {
    var (good, scrap) = (ExactDecimal.zero, ExactDecimal.zero)
    let counters = Set(
      window.amounts.filter { [.goodCount, .productionCount, .rejectCount].contains($0.quantity) }.map(\.asset))
    for asset in counters.sorted() {
      func amount(_ quantity: Signal.Quantity) throws -> ExactDecimal? {
        try window.amounts.first { $0.asset == asset && $0.quantity == quantity }.map { try ExactDecimal($0.value) }
      }
      let rejected = try amount(.rejectCount) ?? .zero
      if let counted = try amount(.goodCount) {
        good = try good + counted
      } else if let all = try amount(.productionCount) {
        good = try good + all - rejected
      }
      scrap = try scrap + rejected
    }
    for station in counting where !counters.contains(station.asset) {
      for step in station.pieces {
        good = try good + ExactDecimal(Int(step.good))
        scrap = try scrap + ExactDecimal(Int(step.scrap))
      }
    }
    return (good, scrap)
  }

  static func union(_ spans: [RunSpan]) -> [Range<Timestamp>] {
    var ranges: [Range<Timestamp>] = []
    for span in spans.sorted(by: { $0.start < $1.start }) where span.start < span.end {
      if let last = ranges.last, span.start <= last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, span.end)
      } else {
        ranges.append(span.start..<span.end)
      }
    }
    return ranges
  }

  // MARK: Records

  mutating func issueOrder(
    _ line: Int, _ key: String, _ cause: RevisionCause?, _ context: inout RuleContext
  ) throws {
    guard var account = try orderAccount(key, context), let start = account.order.start, let next, start < next else {
      return
    }
    let isDone = account.order.state == .ended && (account.order.end.map { $0 <= next } ?? false)
    let end = isDone ? account.order.end ?? next : next
    let body = ProductionBody(
      rule: self, line: line, recalculations: try context.loadOfSite(Recalculation.stateKey))
    let order = try body.order(account, key, start: start, end: end).canonicalBytes()
    // One that goes on is told once a day: each record of the ledger is for ever.
    let product = body.product(account.order)
    let supplied = try supplied(product, at: end, context)
    let footprint =
      isDone || next == zone.startOfDay(containing: next)
      ? try body.footprint(account, key, supplied, start: start, end: end, isDone: isDone).canonicalBytes()
      : nil
    account.recordStart = account.recordStart ?? start
    var draft = RecordDraft(
      kind: .productionOrder, key: key, revision: 0, asset: body.feed(key), start: account.recordStart ?? start,
      end: end, body: order)
    if let issued = Self.issued(order, after: account.record) {
      account.record = issued
      draft.revision = issued.revision
      draft.cause = issued.revision == 0 ? nil : cause
      context.emit(draft)
    }
    if let footprint, let issued = Self.issued(footprint, after: account.footprint) {
      account.footprint = issued
      draft.kind = .productFootprint
      draft.body = footprint
      draft.revision = issued.revision
      draft.cause = issued.revision == 0 ? nil : cause
      context.emit(draft)
    }
    if isDone { tellSuppliers(product, supplied, end: end, order: account.order.id, &context) }
    save(account, key, context)
  }

  /// The next revision; nil if the body is as it was.
  private static func issued(_ body: [UInt8], after old: OrderAccount.Issued?) -> OrderAccount.Issued? {
    var hasher = Hash64()
    body.withUnsafeBytes { hasher.combine($0) }
    guard old?.bodyHash != hasher.value else { return nil }
    return OrderAccount.Issued(revision: old.map { $0.revision + 1 } ?? 0, bodyHash: hasher.value)
  }

  private mutating func issueDay(
    _ line: Int, _ start: Timestamp, _ cause: RevisionCause?, _ context: inout RuleContext
  ) throws {
    let end = zone.nextDay(after: start)
    guard let next, end <= next, var day = try lineDay(line, start, context) else { return }
    let body = try ProductionBody(rule: self, line: line).day(day, end: end).canonicalBytes()
    guard let issued = Self.issued(body, after: day.record) else { return }
    day.record = issued
    save(day, line, context)
    let feed = site.assets[lines[line].feeds[0]].id
    context.emit(
      RecordDraft(
        kind: .productionLine, key: "\(feed)/\(start.rfc3339UTC)", revision: issued.revision, asset: feed,
        start: start, end: end, body: body, cause: issued.revision == 0 ? nil : cause))
  }
}
