import Plant
import Rules
import Telemetry
import Templates

/// Joins what is metered at each line with its production orders: issues the records of orders, of the lines' days and
/// of the products' footprints.
///
/// Each energy window of a line is divided when it closes (`WindowAllocation`). Accounts of orders and days are sums of
/// such shares; a window that changes afterwards is taken out of them and put in again, so that every figure is a
/// function of what was accepted, whenever it came. Closed windows and accounts lie in the saved state.
public struct ProductionRule: SiteRule {
  /// A window that waits: not closed yet, or closed and changed since.
  struct Pending: Hashable, Sendable {
    var line: Int
    var window: LineWindow
    /// Site's clock at which it is accounted again; nil for one that is not closed.
    var due: Timestamp?
    var cause: RevisionCause?
  }

  /// A record that may have changed.
  struct Touched: Hashable, Sendable {
    var line: Int
    /// Of an order; nil = a day.
    var key: String?
    var day: Timestamp
    var due: Timestamp
    var cause: RevisionCause?
  }

  struct LineState: Hashable, Sendable {
    /// Orders that are open at or after the next window, sorted.
    var live: [String] = []
    /// Start of the oldest day that is kept; nil before the first.
    var oldestDay: Timestamp?
    /// Number of the oldest page of windows that is kept.
    var oldestPage: Int64?
  }

  let site: Site
  let zone: PlantZone
  let window: Span64
  let lateness: Span64
  let horizon: Span64
  let lines: [ProductionLine]
  let factors: (any FootprintFactors)?
  /// Lines by position of an asset that its inputs come from.
  private let linesOfMeter: [Int: [Int]]
  private let linesOfMachine: [Int: [Int]]
  private let lineOfFeed: [Int: Int]

  /// Start of the first window that was closed or waits to be; nil before the first figure.
  var first: Timestamp?
  /// Start of the first window that is not closed.
  var next: Timestamp?
  var states: [LineState]
  /// By (line, start).
  var pending: [Pending] = []
  /// By (due, line, key, day).
  var touched: [Touched] = []
  /// Keys of orders that are told to be open for too long, sorted.
  var endless: [String] = []
  var suppliers = SupplierIndex()
  /// By the supplier's name of a product: `missing` or `expired`, as it was told.
  var supplierTroubles: [String: String] = [:]

  /// How the rule joins the engine.
  /// - Parameter factors: emissions of what was metered; nil = footprints have no kgCO2e and say so.
  public static func factory(zone: PlantZone, factors: (any FootprintFactors)? = nil) -> SiteRuleFactory {
    SiteRuleFactory(name: "production") { site in ProductionRule(site: site, zone: zone, factors: factors) }
  }

  /// Nil for a site without an order feed.
  public init?(site: Site, zone: PlantZone, factors: (any FootprintFactors)?) {
    let lines = ProductionLine.lines(of: site)
    guard !lines.isEmpty, let horizon = site.horizons[.productionOrder], site.energy.window > .zero else { return nil }
    self.site = site
    self.zone = zone
    self.lines = lines
    self.factors = factors
    window = site.energy.window
    lateness = horizon.lateness
    self.horizon = horizon.revision
    states = lines.map { _ in LineState() }
    var meters: [Int: [Int]] = [:]
    var machines: [Int: [Int]] = [:]
    var feeds: [Int: Int] = [:]
    for (place, line) in lines.enumerated() {
      for asset in Set(line.meters.values.joined()).union(line.counters) { meters[asset, default: []].append(place) }
      for asset in Set(line.counters + line.runners) { machines[asset, default: []].append(place) }
      for feed in line.feeds { feeds[feed] = place }
    }
    (linesOfMeter, linesOfMachine, lineOfFeed) = (meters, machines, feeds)
  }

  public var deadline: Timestamp? {
    [next.map { $0 + window + lateness }, pending.lazy.compactMap(\.due).min(), touched.first?.due]
      .compactMap(\.self).min()
  }

  // MARK: What is heard

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard site.assets.indices.contains(asset) else { return }
    let ids = context.ids(of: asset, in: site)
    let id = ids[0]
    switch published {
    case .meter(let figures):
      guard figures.period == .window, figures.end - figures.start == window else { return }
      for line in linesOfMeter[asset] ?? [] {
        let wanted = figures.amounts.filter { takes($0.quantity, of: asset, line) }
        let isEstimated = figures.shares.uncertain > 0 || figures.shares.estimated > 0
        let amounts = wanted.map {
          LineWindow.Amount(
            asset: id, quantity: $0.quantity, value: $0.value, isEstimated: isEstimated)
        }
        try change(line, figures.start, figures.cause, context) { $0.set(amounts, of: ids) }
      }
    case .meterAgain, .derived: return
    case .activity(let figures):
      for line in linesOfMachine[asset] ?? [] {
        let activity = LineWindow.Activity(asset: id, run: figures.run, pieces: figures.pieces)
        try change(line, figures.start, figures.cause, context) { $0.set(activity, of: ids) }
      }
    case .order(let figures):
      guard let line = lineOfFeed[asset] else { return }
      // An order goes on under the id that its feed had when it began.
      let keys = ids.map { "\($0)/\(figures.order.id)" }
      let known = try keys.first { try orderAccount($0, context) != nil }
      try hear(figures, line, key: known ?? keys[0], context)
    case .climate, .load, .demand, .summary, .condition: return
    }
  }

  private func takes(_ quantity: Signal.Quantity, of asset: Int, _ line: Int) -> Bool {
    switch quantity {
    case .goodCount, .productionCount, .rejectCount: return lines[line].counters.contains(asset)
    default: return lines[line].meters.contains { $0.key.quantity == quantity && $0.value.contains(asset) }
    }
  }

  private mutating func hear(_ figures: OrderFigures, _ line: Int, key: String, _ context: RuleContext) throws {
    var account = try orderAccount(key, context) ?? OrderAccount(order: ProductionOrder(id: figures.order.id))
    let before = account.order
    account.order = figures.order
    save(account, key, context)
    if let start = figures.order.start, next == nil {
      first = max(start, context.clock == .distantPast ? start : context.clock - horizon).windowStart(window)
      next = first
    }
    makeLive(key, figures.order, line)
    guard let next else { return }
    if let range = figures.order.difference(from: before, before: next) {
      let oldest = context.clock == .distantPast ? range.lowerBound : context.clock - horizon
      var start = max(range.lowerBound, oldest).windowStart(window)
      while start < min(range.upperBound, next) {
        try change(line, start, figures.cause, context) { $0.add(order: key) }
        start = start + window
      }
    }
    // What it says beside its intervals is told with the next closing.
    touch(Touched(line: line, key: key, day: .distantPast, due: next + window + lateness, cause: nil))
  }

  private mutating func makeLive(_ key: String, _ order: ProductionOrder, _ line: Int) {
    let end = order.open.last.map { $0.end ?? .distantFuture }
    let isLive = end.map { end in next.map { $0 < end } ?? true } ?? false
    let place = states[line].live.firstIndex { !($0 < key) } ?? states[line].live.endIndex
    let isThere = place < states[line].live.endIndex && states[line].live[place] == key
    if isLive, !isThere { states[line].live.insert(key, at: place) }
    if !isLive, isThere { states[line].live.remove(at: place) }
  }

  /// Changes a window; one that is closed is accounted again after the lateness.
  mutating func change(
    _ line: Int, _ start: Timestamp, _ cause: RevisionCause?, _ context: RuleContext,
    _ body: (inout LineWindow) -> Void
  ) throws {
    if next == nil { (first, next) = (start, start) }
    if let first, start < first, first == next {
      // Nothing is closed yet.
      (self.first, next) = (start, start)
    }
    let place = pending.firstIndex { ($0.line, $0.window.start) >= (line, start) } ?? pending.endIndex
    if place == pending.endIndex || pending[place].line != line || pending[place].window.start != start {
      var entry = Pending(line: line, window: LineWindow(start: start), due: nil, cause: cause)
      if let next, start < next {
        entry.due = context.clock == .distantPast ? context.clock : context.clock + lateness
        entry.window = try page(line, start, context).first { $0.start == start } ?? entry.window
      }
      pending.insert(entry, at: place)
    }
    if pending[place].cause == nil { pending[place].cause = cause }
    body(&pending[place].window)
  }

  mutating func touch(_ record: Touched) {
    if let place = touched.firstIndex(where: { $0.line == record.line && $0.key == record.key && $0.day == record.day })
    {
      let old = touched.remove(at: place)
      var merged = record
      merged.due = min(old.due, record.due)
      merged.cause = old.cause ?? record.cause
      insert(merged)
    } else {
      insert(record)
    }
  }

  private mutating func insert(_ record: Touched) {
    let place = touched.firstIndex { record.precedes($0) } ?? touched.endIndex
    touched.insert(record, at: place)
  }
}

extension ProductionRule.Touched {
  func precedes(_ other: Self) -> Bool {
    (due, line, key ?? "", day) < (other.due, other.line, other.key ?? "", other.day)
  }
}
