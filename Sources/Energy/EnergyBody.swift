import Plant
import Telemetry
import Templates

/// The bodies of the energy records. Exact decimals and times are strings.
struct EnergyBody {
  var asset: Asset
  var place: String
  var zone: PlantZone
  var window: Span64
  var registers: [EnergyRegister]
  var pricing = EnergyPricing.none

  /// `energy-interval`.
  func interval(start: Timestamp, parts: [RegisterWindow], figures: EnergyFigures) throws -> [UInt8] {
    var members = common(start: start, end: start + window, figures: figures)
    members["demand_kw"] = decimal(figures.active.flatMap { Self.demand($0, window: window) })
    let quality =
      EnergyRegister.deciding(registers).map { parts[$0].quality(registers[$0], start: start) }.max() ?? .noData
    members["quality"] = .string(quality.word)
    var readings: [String: JSONValue] = [:]
    var events: [(CounterEvent, Int)] = []
    var omitted = 0
    for (index, register) in registers.enumerated() {
      readings[register.name] = reading(parts[index], register, start: start)
      events += parts[index].events.map { ($0, index) }
      omitted += parts[index].omittedEvents
    }
    members["readings"] = .object(readings)
    // Registers are in a fixed order, their events in time order: a stable order of both.
    events.sort { ($0.0.time, $0.1) < ($1.0.time, $1.1) }
    members["events"] = .array(events.map { event($0.0, registers[$0.1]) })
    if omitted > 0 { members["events_omitted"] = .integer(Int64(omitted)) }
    try addTariff(to: &members, window: figures)
    return JSONValue.object(members).canonicalBytes()
  }

  /// `energy-day` and `energy-month`.
  func period(
    start: Timestamp, end: Timestamp, figures: EnergyFigures, isMonth: Bool = false
  ) throws -> [UInt8] {
    var members = common(start: start, end: end, figures: figures)
    members["quality"] = .string(figures.quality.word)
    members["maximum_demand_kw"] = decimal(figures.maximumDemand(window: window))
    let at = figures.maximum == nil ? nil : figures.maximumStart
    members["maximum_demand_start"] = at.map { .string(zone.rfc3339($0)) } ?? .null
    let length = figures.maximumWindow > .zero ? figures.maximumWindow : window
    members["maximum_demand_end"] = at.map { .string(zone.rfc3339($0 + length)) } ?? .null
    members["windows"] = .integer(Int64(figures.windows))
    members["windows_with_data"] = .integer(Int64(figures.windowsWithData))
    try addTariff(to: &members, period: figures, isMonth: isMonth)
    return JSONValue.object(members).canonicalBytes()
  }

  private func common(start: Timestamp, end: Timestamp, figures: EnergyFigures) -> [String: JSONValue] {
    let lagging = figures.lagging
    let both = lagging.flatMap { lag in figures.leading.map { lag.adding($0) } ?? lag }
    var members: [String: JSONValue] = [
      "asset": .string(asset.id),
      "place": .string(place),
      "start": .string(zone.rfc3339(start)),
      "end": .string(zone.rfc3339(end)),
      "energy_kwh": decimal(figures.active),
      "reactive_lagging_kvarh": decimal(lagging),
      "reactive_leading_kvarh": decimal(figures.leading),
      "power_factor_lagging": decimal(powerFactor(figures.active, lagging)),
      "power_factor": decimal(powerFactor(figures.active, both)),
      "coverage": .string(Self.share(figures.covered, of: (end - start).nanoseconds)),
      "quality_share": figures.shares.json(of: (end - start).nanoseconds),
    ]
    // A plain electricity meter has none, and no member for them.
    if let amounts = amounts(figures) { members["amounts"] = amounts }
    return members
  }

  /// What else than an electricity meter's own quantities the asset counts, by quantity.
  private func amounts(_ figures: EnergyFigures) -> JSONValue? {
    var amounts: [String: JSONValue] = [:]
    for register in registers where !register.quantity.isElectricityMeter {
      let quantity = register.quantity
      let place = Signal.Quantity.allCases.firstIndex(of: quantity)
      amounts[quantity.rawValue] = [
        "value": decimal(place.flatMap { figures.energy[$0] }), "unit": .string(quantity.unit),
      ]
    }
    return amounts.isEmpty ? nil : .object(amounts)
  }

  private func powerFactor(_ active: ScaledInteger?, _ reactive: ScaledInteger?) -> ScaledInteger? {
    guard let active, let reactive else { return nil }
    return PowerFactor.value(active: active, reactive: reactive)
  }

  private func reading(_ part: RegisterWindow, _ register: EnergyRegister, start: Timestamp) -> JSONValue {
    let opening: JSONValue
    if register.isAmount {
      opening = .null
    } else if let begin = part.begin {
      opening = self.reading(begin.time, begin.value, estimated: false, register)
    } else {
      opening = boundary(part.opening, at: start, register)
    }
    return [
      "opening": opening,
      "closing": register.isAmount ? .null : boundary(part.closing, at: start + window, register),
      "delta": decimal(part.value(register).map(register.scaled)),
      "count": .integer(Int64(part.count)),
    ]
  }

  private func boundary(_ boundary: RegisterBoundary, at time: Timestamp, _ register: EnergyRegister) -> JSONValue {
    guard let value = boundary.value(modulus: register.limits.modulus) else { return .null }
    return reading(
      boundary.isEstimated ? time : boundary.machine.seen, value, estimated: boundary.isEstimated, register)
  }

  private func reading(
    _ time: Timestamp, _ value: Int64, estimated: Bool, _ register: EnergyRegister
  ) -> JSONValue {
    [
      "time": .string(zone.rfc3339(time)), "value": decimal(register.scaled(value)), "estimated": .boolean(estimated),
    ]
  }

  private func event(_ event: CounterEvent, _ register: EnergyRegister) -> JSONValue {
    [
      "time": .string(zone.rfc3339(event.time)), "register": .string(register.name),
      "class": .string(event.kind.word), "from": decimal(register.scaled(event.from)),
      "to": decimal(register.scaled(event.to)), "count": .integer(Int64(event.count)),
    ]
  }

  private func decimal(_ value: ScaledInteger?) -> JSONValue { value.map { .string($0.description) } ?? .null }

  /// kWh of a window → kW: × 3600 s / window. Exact for windows that divide an hour, else rounded half-even to six
  /// places more.
  static func demand(_ energy: ScaledInteger, window: Span64) -> ScaledInteger? {
    let hour = Span64.hours(1).nanoseconds
    let product = Int128(energy.mantissa) * Int128(hour)
    if hour % window.nanoseconds == 0 {
      return Int64(exactly: product / Int128(window.nanoseconds)).map { ScaledInteger($0, exponent: energy.exponent) }
    }
    let finer = ScaledInteger.roundedQuotient(product * 1_000_000, Int128(window.nanoseconds))
    return Int64(exactly: finer).map { ScaledInteger($0, exponent: energy.exponent - 6) }
  }

  /// `part / whole` with four places, rounded down, so that only a whole window says 1.0000.
  static func share(_ part: Int64, of whole: Int64) -> String {
    guard whole > 0 else { return "0.0000" }
    let share = Int128(max(0, min(part, whole))) * 10_000 / Int128(whole)
    return ScaledInteger(Int64(share), exponent: -4).description
  }
}
