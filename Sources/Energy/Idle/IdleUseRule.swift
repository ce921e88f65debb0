import Factors
import Plant
import Rules
import Telemetry
import Templates

/// What machines use while they make nothing: each plant-local day, of every asset with `idle:` thresholds and a meter.
///
/// A window in which a machine ran or made a piece at all counts as production, since its energy cannot be divided; so
/// what is told as idle was idle. Where neither a state nor pieces tell, the power does. The day is judged when its last
/// window is closed, and again for what comes late within two days.
public struct IdleUseRule: SiteRule {
  private static let name = "idle"
  /// Run state in a window, as a cell's tag keeps it; pieces are known.
  private static let states: [UseClass?] = [nil, .off, .idle, .producing]
  private static let hasPieces: UInt8 = 4

  struct Machine: Hashable, Sendable {
    var asset: Int
    var energy: Int
    var activity: Int
    var settings: IdleUse.Settings
    /// It counts pieces: where none are told, none were made.
    var counts: Bool
  }

  let site: Site
  let zone: PlantZone
  private let window: Span64
  private let retention: Span64
  private let calculator: EmissionCalculator?
  private let slots: MeterSlots
  private let machines: [Machine]
  private let machineOf: [Int: Int]

  private var rows: MeterRows
  /// The day that is not judged yet; nil before the first window.
  private var day: Timestamp?
  /// Judged days that late figures have changed.
  private var late: LateWindows
  /// Judged days that can be judged again, ascending.
  private var judged: [Timestamp] = []
  private var told = OpenFindings()

  /// How the rule joins the engine; nil for a site without idle thresholds.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: "idle-use") { site in try IdleUseRule(site: site, zone: zone) }
  }

  public init?(site: Site, zone: PlantZone) throws {
    guard site.energy.window > .zero, let horizon = site.horizons[.energyIdle] else { return nil }
    var slots = MeterSlots()
    var machines: [Machine] = []
    var machineOf: [Int: Int] = [:]
    for (place, asset) in site.assets.enumerated() {
      let counted = Set(asset.signals.compactMap { $0.kind.quantity })
      guard let settings = asset.metering.idle, counted.contains(.activeEnergyImport) else { continue }
      machineOf[place] = machines.count
      machines.append(
        Machine(
          asset: place, energy: slots.place(place, .activeEnergyImport, site: site),
          activity: slots.place(place, .productionCount, site: site), settings: settings,
          counts: counted.contains(.goodCount) || counted.contains(.productionCount)))
    }
    guard !machines.isEmpty else { return nil }
    self.site = site
    self.zone = zone
    self.slots = slots
    self.machines = machines
    self.machineOf = machineOf
    window = site.energy.window
    retention = .days(2)
    calculator = try site.carbon.map { try EmissionCalculator($0) }
    late = LateWindows(wait: horizon.lateness)
    rows = MeterRows(
      name: "\(Self.name)/window", slots: slots, lateness: horizon.lateness, retention: retention + .days(1))
  }

  public var deadline: Timestamp? {
    .earlier(.earlier(rows.deadline, late.deadline), day.map { zone.nextDay(after: $0) + rows.lateness })
  }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard let place = machineOf[asset] else { return }
    switch published {
    case .meter(let figures):
      guard figures.period == .window, figures.end - figures.start == window,
        let amount = figures.amount(.activeEnergyImport)
      else { return }
      let cell = MeterRows.Cell(value: amount, tag: 0)
      try set(cell, machines[place].energy, figures.start, figures.end, figures.cause, asset, context)
    case .activity(let figures):
      guard figures.end - figures.start == window else { return }
      let pieces = figures.pieces.reduce(Int64(0)) { $0 + max(0, $1.good) + max(0, $1.scrap) }
      let isCounted = !figures.pieces.isEmpty || machines[place].counts
      let state = figures.run.map { Self.use($0.state) }.max { Self.rank($0) < Self.rank($1) }
      let cell = MeterRows.Cell(
        value: isCounted ? ScaledInteger(pieces) : nil, tag: Self.rank(state) | (isCounted ? Self.hasPieces : 0))
      try set(cell, machines[place].activity, figures.start, figures.end, figures.cause, asset, context)
    default: return
    }
  }

  private static func use(_ state: RunState) -> UseClass {
    switch state {
    case .running: .producing
    case .idle: .idle
    case .stopped: .off
    }
  }

  /// Whoever ran at all, ran.
  private static func rank(_ use: UseClass?) -> UInt8 { UInt8(states.firstIndex(of: use) ?? 0) }

  private mutating func set(
    _ cell: MeterRows.Cell, _ slot: Int, _ start: Timestamp, _ end: Timestamp, _ cause: RevisionCause?, _ asset: Int,
    _ context: RuleContext
  ) throws {
    // A window that nobody had counted anything in may open as late as this.
    guard try rows.set(cell, slot: slot, start: start, end: end, context: context) != .settled else { return }
    let of = zone.startOfDay(containing: start)
    guard judged.contains(of) else { return }
    late.add(
      start: of, clock: context.clock,
      cause: cause ?? RevisionCause(asset: site.assets[asset].id, signal: "energy", time: start, reason: .late))
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    while let next = rows.popDue(now, context: context) {
      let of = zone.startOfDay(containing: next.start)
      if let day, day < of { try judge(day, cause: nil, at: now, context: &context) }
      if day.map({ $0 < of }) ?? !judged.contains(of) { day = of }
    }
    if let day, zone.nextDay(after: day) + rows.lateness <= now {
      try judge(day, cause: nil, at: now, context: &context)
      self.day = nil
    }
    for late in late.take(now) { try judge(late.start, cause: late.cause, at: now, context: &context) }
  }

  // MARK: A day

  private mutating func judge(
    _ day: Timestamp, cause: RevisionCause?, at now: Timestamp, context: inout RuleContext
  ) throws {
    let end = zone.nextDay(after: day)
    var uses = machines.map { IdleUse(settings: $0.settings) }
    var windows = machines.map { _ in 0 }
    for start in rows.saved where day <= start && start < end {
      let row = try rows.row(start, context: context)
      let price = site.tariff?.tariff.rate(at: start, zone: zone)?.price
      for (place, machine) in machines.enumerated() {
        guard let interval = try interval(machine, row, price) else { continue }
        try uses[place].add(interval)
        windows[place] += 1
      }
    }
    let report = IdleDay(
      site: site, zone: zone, start: day, end: end, window: window,
      machines: try zip(machines, uses).enumerated().map { place, pair in
        IdleDay.Machine(
          asset: pair.0.asset, settings: pair.0.settings, figures: try pair.1.figures, windows: windows[place])
      }, emission: try emission(day, end))
    var issued = try IssuedDay(name: Self.name, day: day, context: context)
    for (place, machine) in report.machines.enumerated() where machine.windows > 0 {
      issued.issue(
        try report.record(machine), meter: slots.all[machines[place].energy].key, cause: cause, context: &context)
    }
    issued.save(context)
    IssuedDay.remember(day, in: &judged, for: retention, name: Self.name, context: context)
    // An older day is history; what is open speaks of the last one.
    guard judged.last == day else { return }
    let findings = try report.findings(at: now)
    told.become(findings, isNews: cause == nil, at: now, context: &context)
  }

  private func interval(
    _ machine: Machine, _ row: MeterRows.Row, _ price: ExactDecimal?
  ) throws -> IdleUse.Interval? {
    guard let energy = row[machine.energy]?.value else { return nil }
    let power =
      try ExactDecimal(energy) * ExactDecimal(Int(Span64.hours(1).nanoseconds))
      / ExactDecimal(Int(window.nanoseconds))
    let activity = row[machine.activity]
    var pieces = try activity?.value.map { try ExactDecimal($0) }
    if pieces == nil, machine.counts { pieces = .zero }
    let state = activity.map { Self.states[Int($0.tag & 3)] } ?? nil
    // A state that says it ran wins over a counter that stood still: a long cycle is no pause.
    if state == .producing, pieces?.isZero == true { pieces = nil }
    return IdleUse.Interval(duration: window, power: power, pieces: pieces, state: state, price: price)
  }

  /// By the first method of the site; nil without a factor.
  private func emission(_ day: Timestamp, _ end: Timestamp) throws -> IdleDay.Emission? {
    guard let calculator, let method = calculator.settings.methods.first else { return nil }
    let last = CivilDate(lastDayBefore: end, in: zone)
    let unit = Activity(.electricity(.ordinary), .one, "kWh")
    let found = calculator.emissions(of: unit, lastDay: last).first { $0.method == method && $0.problem == nil }
    return try found.map {
      let totals = try EmissionTotals($0.lines)
      return IdleDay.Emission(method: method.rawValue, factor: try totals.total(), gas: totals.gas.rawValue)
    }
  }

  // MARK: Checkpoint

  public func encodeState(into writer: inout ByteWriter) {
    rows.encode(into: &writer)
    writer.timestamp(day ?? .distantPast)
    late.encode(into: &writer)
    writer.varint(judged.count)
    for day in judged { writer.timestamp(day) }
    told.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    try rows.restore(from: &reader)
    let open = try reader.timestamp()
    day = open == .distantPast ? nil : open
    try late.restore(from: &reader)
    judged = []
    for _ in 0..<(try reader.count()) { judged.append(try reader.timestamp()) }
    try told.restore(from: &reader)
  }
}
