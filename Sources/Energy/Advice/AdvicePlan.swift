import Factors
import Plant
import Telemetry
import Templates

/// The time ahead that advice is about: what energy costs and emits in each slot, and what load is expected.
public struct AdvicePlan: Hashable, Sendable {
  /// A slot of the plan; all have the same length and follow each other.
  public struct Slot: Hashable, Sendable {
    public var start: Timestamp
    /// Local day since 1970-01-01, and minute of it, of its start.
    public var day: Int
    public var minute: Int
    public var band: Tariff.Band?
    /// Money per kWh; nil = not known.
    public var price: ExactDecimal?
    /// kg of CO2 (or CO2e) per kWh of the grid; nil = not known.
    public var factor: ExactDecimal?
    /// kWh that the site is expected to draw; nil = no forecast.
    public var load: ExactDecimal?
    /// kWh more or less, by proposals that are followed.
    public var moved = ExactDecimal.zero

    public init(
      start: Timestamp, day: Int, minute: Int, band: Tariff.Band? = nil, price: ExactDecimal? = nil,
      factor: ExactDecimal? = nil, load: ExactDecimal? = nil
    ) {
      self.start = start
      self.day = day
      self.minute = minute
      self.band = band
      self.price = price
      self.factor = factor
      self.load = load
    }

    /// kWh; a load that is not known is taken as nothing, so that differences are right.
    var energy: ExactDecimal { get throws(DecimalError) { try (load ?? .zero) + moved } }
  }

  public var slots: [Slot]
  public var length: Span64
  /// kW that the demand is kept below; nil = there is no limit.
  public var limit: ExactDecimal?
  /// What the month's demand costs; nil = nothing.
  public var basic: TariffBasicCharge?
  /// Contracted demand, kW.
  public var contract: ExactDecimal?
  /// kW: the month's maximum demand so far.
  public var demandSoFar: ExactDecimal?

  public init(
    slots: [Slot], length: Span64, limit: ExactDecimal? = nil, basic: TariffBasicCharge? = nil,
    contract: ExactDecimal? = nil, demandSoFar: ExactDecimal? = nil
  ) {
    self.slots = slots
    self.length = length
    self.limit = limit
    self.basic = basic
    self.contract = contract
    self.demandSoFar = demandSoFar
  }

  /// Length of the slots for windows of a length: the window, but at least a quarter of an hour. What a storage could do
  /// in slots of a minute would be millions of ways, and no proposal is better for beginning a minute earlier.
  public static func slot(_ window: Span64) -> Span64 {
    [15, 20, 30, 60].map { Span64.minutes($0) }.first {
      window <= $0 && $0.nanoseconds % window.nanoseconds == 0
    } ?? window
  }

  /// The slots from a time on, with prices and bands of the tariff.
  ///
  /// - Parameters:
  ///   - from: the first slot begins here, or at the next multiple of the length.
  ///   - factor: kg per kWh of an hour.
  ///   - load: kW expected at a time.
  public init(
    from: Timestamp, hours: Int, length: Span64, zone: PlantZone, tariff: TariffSettings?,
    factor: (Timestamp) -> ExactDecimal?, load: (Timestamp) -> ExactDecimal?
  ) throws(DecimalError) {
    var start = from.windowStart(length)
    if start < from { start = start + length }
    let end = start + .hours(Int64(hours))
    var slots: [Slot] = []
    while start < end {
      let local = Tariff.local(start, zone: zone)
      let rate = tariff?.tariff.rate(day: local.day, second: local.second)
      var energy: ExactDecimal?
      if let power = load(start) { energy = try Self.energy(power, over: length) }
      slots.append(
        Slot(
          start: start, day: local.day.days, minute: local.second / 60, band: rate?.band, price: rate?.price,
          factor: factor(start), load: energy))
      start = start + length
    }
    self.init(
      slots: slots, length: length, limit: tariff?.demandLimit ?? tariff?.contractDemand, basic: tariff?.basic,
      contract: tariff?.contractDemand)
  }

  /// kWh of a power over a time: exact where that has a finite decimal form, else rounded half-even to 12 places.
  public static func energy(_ power: ExactDecimal, over span: Span64) throws(DecimalError) -> ExactDecimal {
    try (power * ExactDecimal(Int(span.nanoseconds))) / ExactDecimal(Int(Span64.hours(1).nanoseconds))
  }

  public var end: Timestamp { slots.last.map { $0.start + length } ?? .distantPast }

  /// Every slot has a price.
  public var isPriced: Bool { !slots.isEmpty && slots.allSatisfy { $0.price != nil } }
  public var hasFactors: Bool { !slots.isEmpty && slots.allSatisfy { $0.factor != nil } }
  /// Every slot has a forecast.
  public var hasLoad: Bool { !slots.isEmpty && slots.allSatisfy { $0.load != nil } }

  /// What the slots cost with their loads (unknown ones are taken as nothing): energy, and the month's demand where
  /// that is charged and forecast. Nil without prices.
  public func bill() throws(DecimalError) -> ExactDecimal? {
    guard isPriced else { return nil }
    var sum = ExactDecimal.zero
    for slot in slots { sum = try sum + slot.energy * (slot.price ?? .zero) }
    return try sum + (demandCharge(maximum()) ?? .zero)
  }

  /// kg of the slots with their loads. Nil without factors.
  public func emissions() throws(DecimalError) -> ExactDecimal? {
    guard hasFactors else { return nil }
    var sum = ExactDecimal.zero
    for slot in slots { sum = try sum + slot.energy * (slot.factor ?? .zero) }
    return sum
  }

  /// The largest mean power of a slot, kW; nil without a forecast.
  public func maximum() throws(DecimalError) -> ExactDecimal? {
    guard hasLoad, var most = try slots.first?.energy else { return nil }
    for slot in slots { most = max(most, try slot.energy) }
    return try DemandCurve.power(most, over: length)
  }

  /// Of the month, if its maximum were the larger of this and that so far; nil where it is not charged by demand.
  func demandCharge(_ maximum: ExactDecimal?) throws(DecimalError) -> ExactDecimal? {
    guard let basic, let maximum else { return nil }
    return try basic.charge(maximumDemand: max(maximum, demandSoFar ?? .zero), contract: contract)
  }

  /// kWh above the limit, of all slots together; nil without limit or forecast.
  public func excess() throws(DecimalError) -> ExactDecimal? {
    guard let limit, hasLoad else { return nil }
    let most = try Self.energy(limit, over: length)
    var sum = ExactDecimal.zero
    for slot in slots {
      let load = try slot.energy
      if most < load { sum = try sum + load - most }
    }
    return sum
  }

  /// With a change of the load.
  public func applying(_ change: [AdviceChange]) throws(DecimalError) -> AdvicePlan {
    var plan = self
    for part in change { plan.slots[part.slot].moved = try plan.slots[part.slot].moved + part.energy }
    return plan
  }
}

/// kWh that a slot has more (or less, if negative).
public struct AdviceChange: Hashable, Sendable {
  /// Position in the plan.
  public var slot: Int
  public var energy: ExactDecimal
  public init(slot: Int, energy: ExactDecimal) {
    self.slot = slot
    self.energy = energy
  }
}
