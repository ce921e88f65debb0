import Factors
import Plant
import Rules
import Telemetry
import Templates

/// Energy of every meter and plant-local day against its baseline (ISO 50006): expected for what was produced and for
/// the weather, learnt from the site's own days.
///
/// Drivers are production and weather, and whether people work on the day where the rule of `BaselineModel` takes it.
/// A baseline is learnt from the configured period, else from the meter's first so many complete days, and made again
/// if one of those days is revised. A day is judged by the baseline as it is then; what comes late revises the day.
public struct EnergyPerformanceRule: SiteRule {
  static let name = "performance"
  /// A day of which less is covered by readings is not complete: a product choice.
  private static let completeShare = 0.95

  let site: Site
  let zone: PlantZone
  private let retention: Span64
  let topology: MeterTopology
  let plan: PerformancePlan
  let slots: MeterSlots
  let meterSlots: [Int]
  /// Column of the mean temperature of the day; nil without one.
  let climateSlot: Int?

  var rows: MeterRows
  /// By meter of the plan.
  var models: [BaselineModel?]
  /// The days that a meter's baseline is learnt from, where the configuration does not say it.
  private var learnt: [Range<Timestamp>?]
  /// What kept a meter from a model is not tried again before something changes.
  private var isLearnt = false
  /// Judged days that late figures have changed.
  private var late: LateWindows
  private var judged: [Timestamp] = []
  private var told = OpenFindings()

  /// How the rule joins the engine; nil for a site without meters.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: "energy-performance") { site in EnergyPerformanceRule(site: site, zone: zone) }
  }

  public init?(site: Site, zone: PlantZone) {
    guard let horizon = site.horizons[.energyPerformance] else { return nil }
    let plan = PerformancePlan(site.assets)
    guard !plan.meters.isEmpty else { return nil }
    var slots = MeterSlots()
    meterSlots = plan.meters.map { slots.place($0.asset, $0.quantity, site: site) }
    for counter in Set(plan.meters.flatMap(\.counters)).sorted() {
      for quantity in [Signal.Quantity.goodCount, .productionCount, .rejectCount]
      where site.assets[counter].signals.contains(where: { $0.kind.quantity == quantity }) {
        _ = slots.place(counter, quantity, site: site)
      }
    }
    climateSlot = site.energy.analysis.temperature.flatMap { source in
      site.assets.firstIndex { $0.id == source.asset }
    }.map { slots.place($0, .operatingTime, site: site) }
    self.site = site
    self.zone = zone
    self.plan = plan
    self.slots = slots
    topology = MeterTopology(site.assets)
    retention = horizon.revision
    late = LateWindows(wait: horizon.lateness)
    rows = MeterRows(name: "\(Self.name)/day", slots: slots, lateness: horizon.lateness, retention: nil)
    models = plan.meters.map { _ in nil }
    learnt = plan.meters.map { _ in nil }
  }

  public var deadline: Timestamp? { .earlier(rows.deadline, late.deadline) }

  // MARK: What is heard

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    switch published {
    case .meter(let figures):
      guard figures.period == .day else { return }
      let whole = Double((figures.end - figures.start).nanoseconds)
      let isComplete =
        Double(figures.shares.covered + figures.shares.estimated) >= Self.completeShare * whole
      for slot in slots.of(asset) where slot != climateSlot {
        let cell = MeterRows.Cell(value: figures.amount(slots.all[slot].quantity), tag: isComplete ? 0 : 1)
        try set(cell, slot, figures.start, figures.end, figures.cause, asset, context)
      }
    case .climate(let figures):
      guard let climateSlot, slots.all[climateSlot].asset == asset else { return }
      let cell = MeterRows.Cell(value: figures.temperature, tag: 0)
      try set(cell, climateSlot, figures.start, figures.end, figures.cause, asset, context)
    default: return
    }
  }

  private mutating func set(
    _ cell: MeterRows.Cell, _ slot: Int, _ start: Timestamp, _ end: Timestamp, _ cause: RevisionCause?, _ asset: Int,
    _ context: RuleContext
  ) throws {
    guard try rows.set(cell, slot: slot, start: start, end: end, context: context) == .changed else { return }
    // A baseline may rest on that day.
    for (place, model) in models.enumerated() {
      if let model, model.from <= start, start < model.to { models[place] = nil }
    }
    isLearnt = false
    guard judged.contains(start) else { return }
    late.add(
      start: start, clock: context.clock,
      cause: cause ?? RevisionCause(asset: site.assets[asset].id, signal: "energy", time: start, reason: .late))
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    while let next = rows.popDue(now, context: context) {
      // Baselines before the day is judged: it may be the first after the period.
      try learn(before: next.start, context: context)
      try judge(next.start, next.end, next.row, cause: nil, at: now, context: &context)
      isLearnt = false
    }
    for late in late.take(now) {
      try learn(before: rows.closedTo ?? late.start, context: context)
      try judge(
        late.start, zone.nextDay(after: late.start), try rows.row(late.start, context: context), cause: late.cause,
        at: now,
        context: &context)
    }
  }

  // MARK: Learning

  /// Makes the models that are missing and can be made of the days before `day`.
  private mutating func learn(before day: Timestamp, context: RuleContext) throws {
    guard !isLearnt, models.contains(where: { $0 == nil }) else { return }
    isLearnt = true
    let analysis = site.energy.analysis
    var period: Range<Timestamp>?
    if let from = analysis.baselineFrom, let to = analysis.baselineTo {
      guard !(CivilDate(of: day, in: zone) < to) else { return }
      let days = rows.saved.filter { from <= CivilDate(of: $0, in: zone) && CivilDate(of: $0, in: zone) < to }
      guard let first = days.first, let last = days.last else { return }
      period = first..<zone.nextDay(after: last)
    }
    // Who has learnt keeps its days; the others look for the first so many of those that are not long ago.
    let recent = rows.saved.filter { $0 < day }.suffix(3 * analysis.baselineDays)
    let missing = models.indices.filter { models[$0] == nil }
    let ranges = missing.map { period ?? learnt[$0] }
    if period == nil, recent.count < analysis.baselineDays, ranges.allSatisfy({ $0 == nil }) { return }
    let wanted = ranges.map { $0 == nil ? analysis.baselineDays : .max }
    var observations: [[DayObservation]] = missing.map { _ in [] }
    let oldest = recent.first ?? day
    for start in rows.saved where start < day {
      let takers = missing.indices.filter {
        observations[$0].count < wanted[$0] && (ranges[$0]?.contains(start) ?? (oldest <= start))
      }
      guard !takers.isEmpty else { continue }
      let row = try rows.row(start, context: context)
      for place in takers {
        if let observation = observation(missing[place], row, start) { observations[place].append(observation) }
      }
    }
    for (place, meter) in missing.enumerated() {
      guard ranges[place] != nil || observations[place].count >= analysis.baselineDays else { continue }
      models[meter] = BaselineModel(observations[place], zone: zone)
      if period == nil, let model = models[meter] { learnt[meter] = learnt[meter] ?? model.from..<model.to }
    }
  }

  // MARK: A day

  /// Nil for a day that is not complete, or of which a driver is not known.
  private func observation(_ meter: Int, _ row: MeterRows.Row, _ start: Timestamp) -> DayObservation? {
    guard var observation = measured(meter, row, start) else { return nil }
    // The last one: what the others determine is left out.
    observation.drivers.append((BaselineModel.workingDay, isWorkingDay(start) ? 1 : 0))
    return observation
  }

  /// By the calendar of shifts; without one, Monday to Friday.
  private func isWorkingDay(_ start: Timestamp) -> Bool {
    let day = CivilDate(of: start, in: zone).days
    return site.shifts.map { !$0.shifts(day: day).isEmpty } ?? (ShiftPlan.weekday(day: day) < 5)
  }

  private func measured(_ meter: Int, _ row: MeterRows.Row, _ start: Timestamp) -> DayObservation? {
    guard let cell = row[meterSlots[meter]], cell.tag == 0, let value = cell.value else { return nil }
    var observation = DayObservation(start: start, energy: value)
    if !plan.meters[meter].counters.isEmpty {
      guard let pieces = pieces(meter, row) else { return nil }
      observation.production = pieces.all
      observation.good = pieces.good
      observation.drivers.append(("production", Double(pieces.all)))
    }
    guard let climateSlot else { return observation }
    guard let temperature = row[climateSlot]?.value?.doubleValue else { return nil }
    let analysis = site.energy.analysis
    if let base = analysis.heatingBelow {
      observation.drivers.append(("heating-degree-days", max(0, base.doubleValue - temperature)))
    }
    if let base = analysis.coolingAbove {
      observation.drivers.append(("cooling-degree-days", max(0, temperature - base.doubleValue)))
    }
    if analysis.heatingBelow == nil, analysis.coolingAbove == nil {
      observation.drivers.append(("temperature", temperature))
    }
    return observation
  }

  private func pieces(_ meter: Int, _ row: MeterRows.Row) -> (all: Int64, good: Int64)? {
    var sum: (all: Int64, good: Int64) = (0, 0)
    for counter in plan.meters[meter].counters {
      func count(_ quantity: Signal.Quantity) -> Int64? {
        slots.place(counter, quantity).flatMap { row[$0]?.value?.rounded(to: 0)?.mantissa }
      }
      let (good, all, bad) = (count(.goodCount), count(.productionCount), count(.rejectCount) ?? 0)
      guard let total = all ?? good.map({ $0 + bad }) else { return nil }
      sum.all += total
      sum.good += good ?? max(0, total - bad)
    }
    return sum
  }

  private mutating func judge(
    _ day: Timestamp, _ end: Timestamp, _ row: MeterRows.Row, cause: RevisionCause?, at now: Timestamp,
    context: inout RuleContext
  ) throws {
    var results: [Int: PerformanceDay.Result] = [:]
    for meter in plan.meters.indices {
      guard let model = models[meter], let observation = observation(meter, row, day) else { continue }
      // A day that the baseline was learnt from is no test of it.
      if model.from <= day, day < model.to { continue }
      results[meter] = PerformanceDay.Result(
        observation: observation, model: model,
        judgement: site.energy.analysis.abnormalUse.judge(model.period(observation), model.baseline))
    }
    let report = PerformanceDay(
      site: site, zone: zone, start: day, end: end, plan: plan, topology: topology, results: results)
    if !results.isEmpty || judged.contains(day) {
      var issued = try IssuedDay(name: Self.name, day: day, context: context)
      for meter in plan.meters.indices {
        guard let result = results[meter] else { continue }
        issued.issue(
          try report.record(meter, result), meter: slots.all[meterSlots[meter]].key, cause: cause, context: &context)
      }
      issued.save(context)
    }
    IssuedDay.remember(day, in: &judged, for: retention, name: Self.name, context: context)
    guard judged.last == day else { return }
    let findings = report.findings(at: now)
    told.become(findings, isNews: cause == nil, at: now, context: &context)
  }

  // MARK: Checkpoint

  /// Baselines are made again of the days in the saved state when they are asked for.
  public func encodeState(into writer: inout ByteWriter) {
    rows.encode(into: &writer)
    late.encode(into: &writer)
    writer.varint(judged.count)
    for day in judged { writer.timestamp(day) }
    told.encode(into: &writer)
    let ranges = learnt.indices.compactMap { place in learnt[place].map { (slots.all[meterSlots[place]].key, $0) } }
    writer.varint(ranges.count)
    for (key, range) in ranges {
      writer.fixed64(key)
      writer.timestamp(range.lowerBound)
      writer.timestamp(range.upperBound)
    }
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    try rows.restore(from: &reader)
    try late.restore(from: &reader)
    judged = []
    for _ in 0..<(try reader.count()) { judged.append(try reader.timestamp()) }
    try told.restore(from: &reader)
    learnt = plan.meters.map { _ in nil }
    for _ in 0..<(try reader.count()) {
      let key = try reader.fixed64()
      let (from, to) = (try reader.timestamp(), try reader.timestamp())
      guard from < to, let place = meterSlots.firstIndex(where: { slots.all[$0].key == key }) else { continue }
      learnt[place] = from..<to
    }
    models = plan.meters.map { _ in nil }
    isLearnt = false
  }
}
