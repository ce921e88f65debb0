import Plant
import Rules
import Telemetry
import Templates

/// Effectiveness of the machines by ISO 22400-2: issues the records of plant-local days and of shifts.
///
/// What a machine told of a window lies in the saved state; a record is a fold over the windows of its interval, with the
/// plan of the shifts and the orders of the line. A window or an order that changes within the revision horizon changes
/// its records, so that they are a function of what was accepted.
public struct OEERule: SiteRule {
  /// A record that may have changed.
  struct Touched: Hashable, Sendable {
    var machine: Int
    /// Nil = a day.
    var shift: String?
    var start: Timestamp
    var end: Timestamp
    /// Site's clock at which it is issued.
    var due: Timestamp
    var cause: RevisionCause?

    func precedes(_ other: Self) -> Bool {
      (due, machine, start, shift ?? "", end) < (other.due, other.machine, other.start, other.shift ?? "", other.end)
    }
    func isSame(_ other: Self) -> Bool {
      (machine, shift, start, end) == (other.machine, other.shift, other.start, other.end)
    }
  }

  struct Machine: Sendable {
    /// In `Site.assets`.
    var position: Int
    var kind: OEEMachine
    /// Ids of the order feeds of its line.
    var feeds: [String]
  }

  let site: Site
  let zone: PlantZone
  let shifts: ShiftCalendar?
  let window: Span64
  let lateness: Span64
  let horizon: Span64
  let machines: [Machine]
  private let machineOf: [Int: Int]

  /// Machines that told something of a shift or day under way since it was looked at: by machine, until when.
  var told: [Int: Timestamp] = [:]
  /// By (due, …).
  var touched: [Touched] = []
  var orders: OEEOrders
  /// By machine: oldest page of windows and day of records that is kept.
  var oldestPages: [Int64?]
  var oldestDays: [Timestamp?]

  /// How the rule joins the engine.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: "oee") { site in OEERule(site: site, zone: zone) }
  }

  /// Nil for a site without such machines.
  public init?(site: Site, zone: PlantZone) {
    guard let horizon = site.horizons[.oee], site.energy.window > .zero else { return nil }
    let lines = ProductionLine.lines(of: site)
    machines = site.assets.enumerated().compactMap { position, asset in
      OEEMachine(asset).map { kind in
        let line = ProductionLine.line(of: asset, in: lines)
        return Machine(
          position: position, kind: kind, feeds: line.map { lines[$0].feeds.map { site.assets[$0].id } } ?? [])
      }
    }
    guard !machines.isEmpty else { return nil }
    self.site = site
    self.zone = zone
    shifts = site.shifts.map { ShiftCalendar($0, zone: zone) }
    window = site.energy.window
    lateness = horizon.lateness
    self.horizon = horizon.revision
    machineOf = Dictionary(uniqueKeysWithValues: machines.enumerated().map { ($1.position, $0) })
    orders = OEEOrders(feeds: Set(machines.flatMap(\.feeds)).sorted(), zone: zone)
    oldestPages = machines.map { _ in nil }
    oldestDays = machines.map { _ in nil }
  }

  public var deadline: Timestamp? { told.isEmpty ? touched.first?.due : .distantPast }
  public var sharedKeys: [String] { [OEERunning.stateKey] }

  // MARK: What is heard

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    switch published {
    case .activity(let figures):
      guard let machine = machineOf[asset], figures.end - figures.start == window else { return }
      try change(machine, figures.start, figures.cause, context) { window in
        window.states = figures.states
        window.pieces = figures.pieces
      }
    case .meter(let figures):
      guard figures.period == .window, figures.end - figures.start == window, let machine = machineOf[asset],
        let energy = figures.amount(.activeEnergyImport)
      else { return }
      try change(machine, figures.start, figures.cause, context) { $0.energy = energy }
    case .order(let figures):
      let feed = site.assets[asset].id
      let last = context.clock == .distantPast ? figures.cause.time : max(context.clock, figures.cause.time)
      guard orders.feeds.contains(feed),
        let range = try orders.hear(figures.order, feed, oldest: last - horizon, now: last, context)
      else { return }
      for machine in machines.indices where machines[machine].feeds.contains(feed) {
        touch(machine, range, figures.cause, context)
      }
    default: return
    }
  }

  /// Changes a window, and says which records that may change.
  private mutating func change(
    _ machine: Int, _ start: Timestamp, _ cause: RevisionCause?, _ context: RuleContext,
    _ body: (inout OEEWindow) -> Void
  ) throws {
    var windows = try page(machine, pageNumber(start), context)
    let place = windows.firstIndex { start <= $0.start } ?? windows.endIndex
    if place == windows.endIndex || windows[place].start != start { windows.insert(OEEWindow(start: start), at: place) }
    body(&windows[place])
    save(windows, machine, pageNumber(start), context)
    // Whether a stop at a border is a minor one depends on the other side of it (`windowsAround`).
    let reach = start + window + machines[machine].kind.settings.minorStop
    touch(machine, Timestamp(nanoseconds: start.nanoseconds - 1)..<reach, cause, context)
    told[machine] = max(told[machine] ?? start + window, start + window)
  }

  private mutating func touch(
    _ machine: Int, _ range: Range<Timestamp>, _ cause: RevisionCause?, _ context: RuleContext
  ) {
    for interval in intervals(range) {
      // The window that the end lies in must be told.
      let regular = interval.end + window + lateness
      let isLate = context.clock != .distantPast && regular <= context.clock
      insert(
        Touched(
          machine: machine, shift: interval.shift, start: interval.start, end: interval.end,
          due: isLate ? context.clock + lateness : regular, cause: isLate ? cause : nil))
    }
  }

  /// Days and shifts that a range touches.
  private func intervals(_ range: Range<Timestamp>) -> [(shift: String?, start: Timestamp, end: Timestamp)] {
    var found: [(shift: String?, start: Timestamp, end: Timestamp)] = []
    var day = zone.startOfDay(containing: range.lowerBound)
    while day < range.upperBound {
      let next = zone.nextDay(after: day)
      found.append((nil, day, next))
      day = next
    }
    for shift in shifts?.shifts(touching: range) ?? [] { found.append((shift.shift, shift.start, shift.end)) }
    return found
  }

  private mutating func insert(_ record: Touched) {
    var record = record
    if let place = touched.firstIndex(where: { $0.isSame(record) }) {
      let old = touched.remove(at: place)
      record.due = min(old.due, record.due)
      record.cause = old.cause ?? record.cause
    }
    touched.insert(record, at: touched.firstIndex { record.precedes($0) } ?? touched.endIndex)
  }

  // MARK: What is issued

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    while let record = touched.first, record.due <= now {
      touched.removeFirst()
      try issue(record, &context)
    }
    try tellRunning(now: now, context)
    try forget(now: now, context)
  }

  private mutating func issue(_ record: Touched, _ context: inout RuleContext) throws {
    let machine = machines[record.machine]
    let asset = site.assets[machine.position]
    let windows = try windows(record.machine, record.start..<record.end, context)
    let key = "\(asset.id)/\(record.shift.map { "shift/\($0)" } ?? "day")/\(record.start.rfc3339UTC)"
    let day = zone.startOfDay(containing: record.start)
    var issued = try self.issued(record.machine, day, context)
    guard !windows.isEmpty || issued[key] != nil else { return }
    let fold = try fold(record.machine, record.start..<record.end, context)
    let body = try body(record, asset, machine.kind, fold.parts()).canonicalBytes()
    var hasher = Hash64()
    body.withUnsafeBytes { hasher.combine($0) }
    guard issued[key]?.bodyHash != hasher.value else { return }
    let revision = issued[key].map { $0.revision + 1 } ?? 0
    issued[key] = OrderAccount.Issued(revision: revision, bodyHash: hasher.value)
    save(issued, record.machine, day, context)
    context.emit(
      RecordDraft(
        kind: .oee, key: key, revision: revision, asset: asset.id, start: record.start, end: record.end, body: body,
        cause: revision == 0 ? nil : record.cause))
  }

  private func fold(
    _ place: Int, _ range: Range<Timestamp>, _ context: RuleContext
  ) throws -> OEEFold {
    let machine = machines[place]
    var fold = OEEFold(
      interval: range, planned: shifts?.plannedTime(in: range) ?? [range],
      windows: try windowsAround(place, range, context).map { try $0.fold(length: window) },
      minorStop: machine.kind.settings.minorStop,
      countsPieces: machine.kind.countsPieces)
    fold.shifts = shifts?.intervals(in: range).map { $0.start..<$0.end } ?? []
    fold.losses = machine.kind.settings.losses
    fold.standard = try machine.kind.cycle(nil)
    fold.products = try orders.products(machine.feeds, range, context)
    for name in machine.kind.settings.cycles.keys { fold.cycles[name] = try machine.kind.cycle(name) }
    return fold
  }

  /// What people are shown of the shifts under way.
  private mutating func tellRunning(now: Timestamp, _ context: RuleContext) throws {
    guard !told.isEmpty else { return }
    var running = try context.load(OEERunning.stateKey).map { try OEERunning($0) } ?? OEERunning()
    running.forget(endedBy: now - window - lateness)
    for (machine, through) in told.sorted(by: { $0.key < $1.key }) {
      let last = Timestamp(nanoseconds: through.nanoseconds - 1)
      // What is late changes records, and nothing that is under way.
      guard now - window - lateness - window < through else { continue }
      let asset = site.assets[machines[machine].position]
      let spans = try intervals(last..<through).filter { shifts == nil ? $0.shift == nil : $0.shift != nil }.map {
        interval in
        let range = interval.start..<min(interval.end, through)
        let parts = try fold(machine, range, context).parts()
        return OEERunning.Span(
          asset: asset.id, shift: interval.shift, start: interval.start, end: interval.end, through: range.upperBound,
          elements: try OEEFold.sum(parts))
      }
      running.set(asset.id, spans)
    }
    told = [:]
    context.save(OEERunning.stateKey, running.bytes)
  }

  private func body(
    _ record: Touched, _ asset: Asset, _ machine: OEEMachine, _ parts: [OEEFold.Part]
  ) throws -> JSONValue {
    var members = try OEEFold.sum(parts).members()
    members["asset"] = .string(asset.id)
    members["place"] = .string(asset.place)
    members["start"] = .string(zone.rfc3339(record.start))
    members["end"] = .string(zone.rfc3339(record.end))
    members["period"] = record.shift == nil ? "day" : "shift"
    members["shift"] = record.shift.map { .string($0) } ?? .null
    members["group"] = asset.production.group.map { .string($0) } ?? .null
    members["planned_by"] = shifts == nil ? "none" : "shifts"
    members["cycle_source"] = machine.settings.source.map { .string($0) } ?? .null
    members["minor_stop_seconds"] = .string(
      try OEEElements.seconds(machine.settings.minorStop.nanoseconds).description)
    members["products"] = .array(
      try parts.map { part in
        var members = try part.elements.members()
        members["product"] = part.product.map { .string($0) } ?? .null
        members["cycle_seconds"] = try machine.cycle(part.product).map { .string($0.description) } ?? .null
        return .object(members)
      })
    return .object(members)
  }
}
