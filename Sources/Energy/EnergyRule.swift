import Plant
import Rules
import Telemetry
import Templates

/// Energy, demand and power factor of an asset with registers: one record per window, plant-local day and month.
///
/// * A window (a, b] is issued when the plant clock reaches b + lateness. Its energy is R(b) − R(a), added up over
///   resets and rollovers, so that windows always add up to the accepted difference of the register.
/// * A reading at b closes the window that ends at b. Only the asset's very first reading may open its window.
/// * From the first reading on there is a record for every window; a silent one says `no-data`.
/// * A late reading, the first reading after a silence, and a fall that is taken back make closed windows be folded
///   again; those whose body changes are issued as the next revision, and so are their day and month. That waits for
///   the lateness after the first such reading, or for the next closing: several of them make one revision.
/// * A sample is used or set aside when its window is issued. If a later reading changes what an earlier one means, its
///   count moves with it.
/// * A signal that sends amounts (kind `delta`) is summed by the window that its messages lie in.
/// * Another length of the windows in the configuration takes effect with the next day of the plant; what was issued
///   before stands (`Era`).
/// * A window belongs to the day that its start lies in. A day is issued with its last window.
public struct EnergyRule: AssetRule {
  let asset: Asset
  let place: String
  let zone: PlantZone
  /// Length of the windows that are open; after a change of the configuration the one that they had, until the next day.
  var window: Span64
  let configuredWindow: Span64
  let lateness: Span64
  let revisionHorizon: Span64
  var registers: [EnergyRegister]
  /// Which registers the states belong to: as many others are others.
  private let registersHash: UInt64
  let pricing: EnergyPricing
  /// What their readings are counted in: with other digits a saved level would mean something else.
  private let scalesHash: UInt64
  /// Position in `registers` by position in `Asset.signals`.
  private let registerOfSignal: [Int?]
  var windows: WindowLedger
  let days: WindowLedger
  let months: WindowLedger

  /// Start of the first window; nil before the first reading.
  var first: Timestamp?
  /// End of the last closed window; the start of the first one if none is closed.
  var closedThrough = Timestamp.distantPast
  var states: [RegisterState]
  /// Readings that change closed windows, by time: the causes of the next revisions.
  var causes: [Cause] = []
  /// Plant clock at which the closed windows are folded again; nil without `causes`.
  var revisionDue: Timestamp?
  /// Sums of the day that `closedThrough` lies in.
  var today = RunningDay()
  var openFindings: [CounterFinding] = []
  /// Not nil: there were windows under other settings before.
  var era: Era?
  /// Not nil: when `configuredWindow` takes effect.
  var nextEra: Timestamp?
  /// What is to be told again, in the order in which it was asked for.
  var again: [Again] = []
  /// Windows that are told again at one time mark: of a large site few, so that no mark has many records.
  let againAtOnce: Int

  struct Cause: Hashable, Sendable {
    var time: Timestamp
    /// Position in `registers`.
    var register: Int
  }

  /// Sums of the open day.
  struct RunningDay: Hashable, Sendable {
    var start: Timestamp?
    var figures = EnergyFigures()
    /// The sums by band are not those of this tariff: they are to be made of the windows again.
    var isStale = false
  }

  /// How the rule joins the engine.
  public static func factory(zone: PlantZone) -> RuleFactory {
    let maker = RegisterListMaker()
    return RuleFactory(name: "energy") { asset, site in
      EnergyRule(asset: asset, site: site, zone: zone, lists: maker.lists(of: asset, settings: site.energy))
    }
  }

  /// Nil for an asset without registers and amounts, or if the site has no horizon for energy intervals.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    self.init(asset: asset, site: site, zone: zone, lists: RegisterLists(asset, settings: site.energy))
  }

  init?(asset: Asset, site: Site, zone: PlantZone, lists: RegisterLists) {
    guard let horizon = site.horizons[.energyInterval], site.energy.window > .zero else { return nil }
    let registers = lists.registers
    guard !registers.isEmpty else { return nil }
    self.asset = asset
    self.zone = zone
    self.registers = registers
    registersHash = Self.hash(registers, of: asset)
    pricing = EnergyPricing(asset, site, registers: registers)
    scalesHash = Self.hashOfScales(registers)
    place = asset.place
    window = site.energy.window
    againAtOnce = max(8, 8192 / max(1, site.assets.count))
    configuredWindow = site.energy.window
    lateness = horizon.lateness
    revisionHorizon = max(
      horizon.revision,
      max(site.horizons[.energyDay]?.revision ?? .zero, site.horizons[.energyMonth]?.revision ?? .zero))
    registerOfSignal = lists.registerOfSignal
    states = registers.map { _ in RegisterState() }
    // A day is folded from its windows and a month from its days, so those are kept that much longer.
    windows = Self.ledger(asset, window, revisionHorizon)
    days = WindowLedger(
      kind: .energyDay, asset: asset.id, length: .hours(23),
      retention: Span64(nanoseconds: revisionHorizon.nanoseconds + Span64.days(33).nanoseconds))
    months = WindowLedger(
      kind: .energyMonth, asset: asset.id, length: .days(28),
      retention: Span64(nanoseconds: revisionHorizon.nanoseconds + Span64.days(63).nanoseconds))
  }

  public var deadline: Timestamp? { again.isEmpty ? ownDeadline : .distantPast }

  /// When a window closes or is folded again.
  var ownDeadline: Timestamp? {
    guard first != nil else { return nil }
    let closing = closedThrough + window + lateness
    return revisionDue.map { min($0, closing) } ?? closing
  }

  public func interest(in signal: Int) -> SignalInterest { registerOfSignal[signal] == nil ? .none : .count }

  public mutating func accepted(
    _ sample: Sample, signal: Int, inOrder: Bool, context: inout RuleContext
  ) throws {
    guard let index = registerOfSignal[signal] else { return }
    let time = sample.time
    if first == nil {
      try beginBehindOthers(time, register: index, context: context)
      let start = era?.start ?? registers[index].firstWindow(time, window: window)
      first = start
      closedThrough = start
    }
    guard !isBeforeEra(time, register: index) else {
      context.quarantine(
        QuarantinedSample(
          asset: asset.id, signal: registers[index].name, time: time, value: sample.value, reason: .tooOld,
          detail: "of a time before its energy windows were changed, which stands as it was issued",
          noticed: context.clock))
      return
    }
    if isOpen(time, register: index) {
      let isNewest = inOrder && states[index].newest < time
      states[index].newest = max(states[index].newest, time)
      if isNewest, !states[index].isDirty {
        let reading = registers[index].reading(sample)
        if states[index].add(reading, closedThrough: closedThrough, window: window, register: registers[index]) {
          addCause(time, register: index, clock: context.clock)
        }
      } else {
        states[index].isDirty = true
        // It may be the first one behind a boundary that was held or interpolated.
        if states[index].boundary.isStale || states[index].boundary.isEstimated {
          states[index].refold(from: time, through: time)
          addCause(time, register: index, clock: context.clock)
        }
      }
    } else if context.clock > .distantPast, time < context.clock - revisionHorizon {
      context.quarantine(
        QuarantinedSample(
          asset: asset.id, signal: registers[index].name, time: time, value: sample.value, reason: .tooOld,
          detail: "older than the revision horizon of energy records", noticed: context.clock))
    } else {
      states[index].newest = max(states[index].newest, time)
      acceptLate(time, register: index, clock: context.clock)
    }
  }

  /// Whether the window of a reading at `time` is not issued yet.
  private func isOpen(_ time: Timestamp, register: Int) -> Bool {
    time > closedThrough || (time == closedThrough && first == closedThrough && !registers[register].isAmount)
  }

  private mutating func acceptLate(_ time: Timestamp, register: Int, clock: Timestamp) {
    let earliest = registers[register].firstWindow(time, window: window)
    if let start = first, earliest < start {
      // Older than the first window: there were windows before it.
      if closedThrough == start {
        first = earliest
        closedThrough = earliest
        // No window is issued yet: the open ones are simply folded again when they close.
        for index in states.indices { states[index].rebuildOpen() }
        return
      }
      first = earliest
      // A reading on the old start belongs to the window before it from now on, in every register.
      for index in states.indices { states[index].refold(from: start, through: start + window) }
    }
    states[register].refold(from: time, through: time)
    addCause(time, register: register, clock: clock)
  }

  private mutating func addCause(_ time: Timestamp, register: Int, clock: Timestamp) {
    if revisionDue == nil { revisionDue = clock == .distantPast ? clock : clock + lateness }
    let place = causes.lastIndex { $0.time <= time }
    if let place, causes[place].time == time { return }
    causes.insert(Cause(time: time, register: register), at: place.map { $0 + 1 } ?? 0)
  }

  // MARK: Checkpoint

  public func encodeState(into writer: inout ByteWriter) {
    writer.boolean(first != nil)
    guard let first else { return }
    writer.varint(states.count)
    writer.timestamp(first)
    writer.timestamp(closedThrough)
    for state in states { state.encode(into: &writer, base: closedThrough) }
    writer.varint(causes.count)
    for cause in causes {
      writer.time(cause.time, base: closedThrough)
      writer.varint(cause.register)
    }
    writer.boolean(today.start != nil)
    if let start = today.start {
      writer.timestamp(start)
      today.figures.encode(into: &writer)
    }
    writer.varint(openFindings.count)
    for finding in openFindings { finding.encode(into: &writer, base: closedThrough) }
    writer.timestamp(revisionDue ?? .distantPast)
    if today.start != nil { today.figures.encodeShares(into: &writer) }
    writer.fixed64(registersHash)
    writer.fixed64(scalesHash)
    encodeEra(into: &writer)
    if pricing.hasTariff, !today.isStale, let bands = today.figures.bands {
      writer.fixed64(pricing.tariffHash)
      bands.encode(into: &writer)
    } else if !again.isEmpty {
      writer.fixed64(0)
    }
    for entry in again { entry.encode(into: &writer) }
  }

  private static func hashOfScales(_ registers: [EnergyRegister]) -> UInt64 {
    var hash = Hash64()
    for register in registers { hash.combine("\(register.resolution)/\(register.isAmount)/") }
    return hash.value
  }

  private static func hash(_ registers: [EnergyRegister], of asset: Asset) -> UInt64 {
    var hash = Hash64()
    for register in registers {
      let signal = asset.signals[register.signal]
      hash.combine("\(signal.name)/\(signal.kind.quantity?.rawValue ?? "")/")
    }
    return hash.value
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    guard try reader.boolean() else { return }
    guard try reader.integer() == states.count else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of \(states.count) registers of \(asset.id)")
    }
    first = try reader.timestamp()
    closedThrough = try reader.timestamp()
    for index in states.indices { states[index] = try RegisterState(from: &reader, base: closedThrough) }
    causes = []
    for _ in 0..<(try reader.count()) {
      let time = try reader.time(base: closedThrough)
      causes.append(Cause(time: time, register: try reader.integer()))
    }
    today = RunningDay()
    if try reader.boolean() {
      today.start = try reader.timestamp()
      today.figures = try EnergyFigures(from: &reader)
    }
    openFindings = []
    for _ in 0..<(try reader.count()) { openFindings.append(try CounterFinding(from: &reader, base: closedThrough)) }
    let due = try reader.timestamp()
    revisionDue = causes.isEmpty ? nil : due
    if today.start != nil { try today.figures.restoreShares(from: &reader) }
    // States that were saved without it belong to these registers: the configuration is that of their time.
    guard !reader.isAtEnd else {
      today.isStale = pricing.hasTariff && today.start != nil
      return
    }
    guard try reader.fixed64() == registersHash else {
      throw ByteReaderError(offset: reader.offset, expected: "the state of the registers of \(asset.id)")
    }
    guard !reader.isAtEnd else { return }
    guard try reader.fixed64() == scalesHash else {
      throw ByteReaderError(offset: reader.offset, expected: "registers of \(asset.id) with the digits that they had")
    }
    try restoreEra(from: &reader)
    var hash: UInt64?
    if !reader.isAtEnd {
      let stored = try reader.fixed64()
      if stored != 0 {
        hash = stored
        today.figures.bands = try BandSums(from: &reader)
      }
    }
    again = []
    while !reader.isAtEnd { again.append(try Again(from: &reader)) }
    guard hash != (pricing.hasTariff ? pricing.tariffHash : nil) else { return }
    today.figures.bands = nil
    today.isStale = pricing.hasTariff && today.start != nil
  }
}
