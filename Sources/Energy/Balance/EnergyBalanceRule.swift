import Plant
import Rules
import Telemetry
import Templates

/// Balances every meter with those that it feeds, and looks for flows that never come to rest.
///
/// * When a window of the site closes, each meter with sub-meters is balanced (`MeterBalance`), and a difference that
///   persists (`BalanceWatch`) is told. Windows that were estimated at a boundary or doubted say nothing of a difference.
/// * Meters of gas, water, steam, compressed air and nitrogen are watched for leaks (`LeakWatch`).
/// * What is revised is folded again from the beginning of its day, for as long as its windows are kept.
public struct EnergyBalanceRule: SiteRule {
  /// Late windows change what is judged for so long: a product choice. Records are corrected for much longer.
  static let kept = Span64.days(2)
  private static let leaking: [Signal.Quantity] = [
    .gasVolumeNormal, .gasVolume, .waterVolume, .steamMass, .compressedAirVolumeNormal, .compressedAirVolume,
    .nitrogenVolumeNormal, .nitrogenVolume,
  ]

  let site: Site
  let zone: PlantZone
  private let window: Span64
  private let topology: MeterTopology
  private let plan: BalancePlan
  private let slots: MeterSlots
  /// By parent of the plan, and of each leak watch.
  private let parentSlots: [Int]
  private let leakSlots: [Int]

  private var rows: MeterRows
  private var balances: [BalanceWatch]
  private var leaks: [LeakWatch]
  /// Starts of days at which the watches were saved, ascending.
  private var snapshots: [Timestamp] = []
  /// The earliest window that was revised since, and when to fold again.
  private var again: (from: Timestamp, due: Timestamp)?
  private var told = OpenFindings()

  /// How the rule joins the engine; nil for a site with nothing to balance or watch.
  public static func factory(zone: PlantZone) -> SiteRuleFactory {
    SiteRuleFactory(name: "energy-balance") { site in EnergyBalanceRule(site: site, zone: zone) }
  }

  public init?(site: Site, zone: PlantZone) {
    guard site.energy.window > .zero, let horizon = site.horizons[.energyInterval] else { return nil }
    self.site = site
    self.zone = zone
    window = site.energy.window
    topology = MeterTopology(site.assets)
    plan = BalancePlan(site.assets, topology: topology)
    var slots = MeterSlots()
    var parentSlots: [Int] = []
    for parent in plan.parents {
      parentSlots.append(slots.place(parent.asset, parent.quantity, site: site))
      for term in parent.main + parent.below { _ = slots.place(term.asset, term.quantity, site: site) }
    }
    var leakSlots: [Int] = []
    for (asset, counts) in site.assets.map({ Set($0.signals.compactMap { $0.kind.quantity }) }).enumerated() {
      for quantity in Self.leaking where counts.contains(quantity) {
        if let normal = BalancePlan.normal(quantity), counts.contains(normal) { continue }
        leakSlots.append(slots.place(asset, quantity, site: site))
      }
    }
    guard !slots.all.isEmpty else { return nil }
    self.slots = slots
    self.parentSlots = parentSlots
    self.leakSlots = leakSlots
    rows = MeterRows(name: "balance/window", slots: slots, lateness: horizon.lateness, retention: Self.kept)
    balances = plan.parents.map { _ in BalanceWatch(settings: site.energy.analysis.balanceWatch) }
    leaks = leakSlots.map { _ in LeakWatch(settings: site.energy.analysis.leakWatch) }
  }

  public var deadline: Timestamp? { [rows.deadline, again?.due].compactMap(\.self).min() }

  public mutating func heard(_ published: Published, asset: Int, context: inout RuleContext) throws {
    guard case .meter(let figures) = published, figures.period == .window, figures.end - figures.start == window
    else { return }
    let isGuess = figures.shares.estimated > 0 || figures.shares.uncertain > 0
    for slot in slots.of(asset) {
      let cell = MeterRows.Cell(value: figures.amount(slots.all[slot].quantity), tag: isGuess ? 1 : 0)
      guard
        try rows.set(cell, slot: slot, start: figures.start, end: figures.end, context: context) == .changed
      else { continue }
      // What comes late together is folded again together.
      again = (
        from: min(again?.from ?? figures.start, figures.start),
        due: again?.due ?? (context.clock == .distantPast ? context.clock : context.clock + rows.lateness)
      )
    }
  }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    while let next = rows.popDue(now, context: context) {
      try remember(next.start, context: context)
      try fold(next.row, start: next.start)
    }
    if let again, again.due <= now {
      self.again = nil
      try fold(from: again.from, context: context)
    }
    try tell(at: now, context: &context)
  }

  // MARK: Fold

  private mutating func fold(_ row: MeterRows.Row, start: Timestamp) throws {
    for (place, parent) in plan.parents.enumerated() {
      // A meter that was not heard says nothing, and most of a large site is not of this window's making.
      guard let main = row[parentSlots[place]], main.value != nil else { continue }
      let balance = try parent.balance(site.assets) { asset, quantity in
        guard let slot = slots.place(asset, quantity), let cell = row[slot], cell.tag == 0 else { return nil }
        return cell.value.flatMap { try? ExactDecimal($0) }
      }
      _ = try balances[place].add(balance, start: start)
    }
    for (place, slot) in leakSlots.enumerated() {
      let cell = row[slot]
      let amount = cell?.tag == 0 ? try cell?.value.map { try ExactDecimal($0) } : nil
      _ = try leaks[place].add(amount, start: start, window: window, zone: zone)
    }
  }

  /// From the watches as they were at the beginning of the day of a window; what lies before is settled.
  private mutating func fold(from start: Timestamp, context: RuleContext) throws {
    guard let snapshot = snapshots.last(where: { $0 <= start }),
      let bytes = try context.load(Self.key(snapshot))
    else { return }
    var reader = ByteReader(bytes)
    try restoreWatches(from: &reader)
    for window in rows.saved where snapshot <= window {
      if window != snapshot, snapshots.contains(window) { saveWatches(window, context) }
      try fold(try rows.row(window, context: context), start: window)
    }
  }

  /// Saves the watches before the first window of a day.
  private mutating func remember(_ start: Timestamp, context: RuleContext) throws {
    let day = zone.startOfDay(containing: start)
    if let last = snapshots.last, zone.startOfDay(containing: last) == day { return }
    saveWatches(start, context)
    snapshots.append(start)
    while let first = snapshots.first, snapshots.count > 1, snapshots[1] + Self.kept <= start {
      context.save(Self.key(first), nil)
      snapshots.removeFirst()
    }
  }

  private static func key(_ start: Timestamp) -> String { "balance/watches/\(start.nanoseconds / 1_000_000_000)" }

  private func saveWatches(_ start: Timestamp, _ context: RuleContext) {
    var writer = ByteWriter()
    encodeWatches(into: &writer)
    context.save(Self.key(start), writer.bytes)
  }

  // MARK: Findings

  private mutating func tell(at now: Timestamp, context: inout RuleContext) throws {
    var open: Set<String> = []
    let text = BalanceText(site: site, zone: zone)
    for (place, parent) in plan.parents.enumerated() {
      guard let imbalance = balances[place].open else { continue }
      let key = "energy-imbalance/" + suffix(parent.asset, parent.quantity, main: .activeEnergyImport)
      open.insert(key)
      if told.finding(key)?.evidence.first?.value != imbalance.side.rawValue {
        told.end(key, at: now, context: &context)
        let all = rows.closedTo.map { Int(($0 - imbalance.since).nanoseconds / window.nanoseconds) } ?? 0
        told.tell(
          try text.imbalance(
            imbalance, of: parent, leftOut: max(0, all - imbalance.windows), key: key, at: now), context: &context)
      }
    }
    let suspected = Set(leakSlots.indices.filter { leaks[$0].open != nil }.map { leakSlots[$0] })
    for (place, slot) in leakSlots.enumerated() {
      guard let suspicion = leaks[place].open else { continue }
      let meter = slots.all[slot]
      // The meter nearest to it tells of a leak; those above it see the same flow.
      let below = topology.subMeters(of: meter.asset, quantity: meter.quantity)
      if below.contains(where: { slots.place($0, meter.quantity).map(suspected.contains) ?? false }) { continue }
      let key = "leak-suspected/" + suffix(meter.asset, meter.quantity, main: nil)
      open.insert(key)
      guard told.finding(key) == nil else { continue }
      told.tell(try text.leak(suspicion, of: meter, key: key, at: now), context: &context)
    }
    told.endOthers(open, at: now, context: &context)
  }

  /// The asset's id, and the quantity where it counts several.
  private func suffix(_ asset: Int, _ quantity: Signal.Quantity, main: Signal.Quantity?) -> String {
    let id = site.assets[asset].id
    if quantity == main { return id }
    let counted = leakSlots.filter { slots.all[$0].asset == asset }.count
    return main == nil && counted == 1 ? id : "\(id)/\(quantity.rawValue)"
  }

  // MARK: Checkpoint

  private func encodeWatches(into writer: inout ByteWriter) {
    func write(_ slot: Int, _ body: (inout ByteWriter) -> Void) {
      var own = ByteWriter()
      body(&own)
      writer.fixed64(slots.all[slot].key)
      writer.blob(own.bytes)
    }
    writer.varint(balances.count)
    for (place, watch) in balances.enumerated() { write(parentSlots[place]) { watch.encode(into: &$0) } }
    writer.varint(leaks.count)
    for (place, watch) in leaks.enumerated() { write(leakSlots[place]) { watch.encode(into: &$0) } }
  }

  /// Watches of meters that are new begin anew.
  private mutating func restoreWatches(from reader: inout ByteReader) throws(ByteReaderError) {
    balances = plan.parents.map { _ in BalanceWatch(settings: site.energy.analysis.balanceWatch) }
    leaks = leakSlots.map { _ in LeakWatch(settings: site.energy.analysis.leakWatch) }
    for _ in 0..<(try reader.count()) {
      let key = try reader.fixed64()
      var own = ByteReader(Array(try reader.blob()))
      guard let place = parentSlots.firstIndex(where: { slots.all[$0].key == key }) else { continue }
      try balances[place].restore(from: &own)
    }
    for _ in 0..<(try reader.count()) {
      let key = try reader.fixed64()
      var own = ByteReader(Array(try reader.blob()))
      guard let place = leakSlots.firstIndex(where: { slots.all[$0].key == key }) else { continue }
      try leaks[place].restore(from: &own)
    }
  }

  public func encodeState(into writer: inout ByteWriter) {
    rows.encode(into: &writer)
    encodeWatches(into: &writer)
    writer.varint(snapshots.count)
    for snapshot in snapshots { writer.timestamp(snapshot) }
    writer.boolean(again != nil)
    if let again {
      writer.timestamp(again.from)
      writer.timestamp(again.due)
    }
    told.encode(into: &writer)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    try rows.restore(from: &reader)
    try restoreWatches(from: &reader)
    snapshots = []
    for _ in 0..<(try reader.count()) { snapshots.append(try reader.timestamp()) }
    again = try reader.boolean() ? (from: try reader.timestamp(), due: try reader.timestamp()) : nil
    try told.restore(from: &reader)
  }
}
