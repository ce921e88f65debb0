import Factors
import Plant
import Rules
import Telemetry
import Templates
import Testing

@testable import Energy

/// Bands, costs, bills and standard coal in the records.
@Suite("Energy records with a tariff")
struct TariffRecordTests {
  private static let isExpected = ReferenceData.exists("data/steel-energy.csv")

  private static func exact(_ text: String) -> ExactDecimal { ExactDecimal(text) ?? .zero }

  static let chongqing = TariffRuleSet(
    id: "cq-tou-2021-14", document: nil, status: .verified,
    windows: [
      TariffRuleSet.Window(band: .peak, start: 660, end: 1020),
      TariffRuleSet.Window(band: .peak, start: 1200, end: 1320),
      TariffRuleSet.Window(band: .flat, start: 480, end: 660),
      TariffRuleSet.Window(band: .flat, start: 1020, end: 1200),
      TariffRuleSet.Window(band: .flat, start: 1320, end: 1440),
      TariffRuleSet.Window(band: .valley, start: 0, end: 480),
      TariffRuleSet.Window(band: .critical, start: 720, end: 840, months: [1, 7, 8, 12], overrides: .peak),
    ])

  static func settings(from: String? = nil, flat: String = "0.5") -> TariffSettings {
    let period = Tariff.Period(
      from: from.flatMap { CivilDate($0) }, to: nil, ruleSet: chongqing,
      prices: [.critical: exact("0.96"), .peak: exact("0.8"), .flat: exact(flat), .valley: exact("0.3")])
    var settings = TariffSettings(tariff: Tariff(currency: "CNY", periods: [period]))
    settings.basic = TariffBasicCharge(basis: .demand, price: exact("40"))
    settings.contractDemand = exact("600")
    settings.governmentFunds = exact("0.0292")
    var percents: [Int: ExactDecimal] = [:]
    // Rows of standard 0.90 that the year needs.
    for key in 95...100 { percents[key] = exact("-0.75") }
    for (key, text) in [(94, "-0.60"), (93, "-0.45"), (92, "-0.30"), (91, "-0.15"), (90, "0.00")] {
      percents[key] = exact(text)
    }
    for key in 80...89 { percents[key] = (try? ExactDecimal(90 - key) / ExactDecimal(2)) ?? .zero }
    settings.powerFactor = PowerFactorTable(
      standard: "0.90", appliesTo: nil, status: .verified, percentByKey: percents, belowLast: exact("0.5"))
    return settings
  }

  private static let coal = StandardCoalTable(
    id: "test",
    coefficients: [
      StandardCoalTable.Coefficient(
        id: "electricity", value: exact("0.1229"), unit: "kWh", basis: .calorific, edition: nil, status: .verified2,
        range: .zero...ExactDecimal(1), counts: "active-energy-import"),
      StandardCoalTable.Coefficient(
        id: "now", value: nil, unit: "kWh", basis: .equivalent, edition: nil, status: .memoryMedium,
        range: .zero...ExactDecimal(1), counts: "active-energy-import"),
      StandardCoalTable.Coefficient(
        id: "gas", value: exact("1.33"), unit: "m3", basis: .calorific, edition: nil, status: .verified,
        range: .zero...ExactDecimal(2), counts: "gas-volume-normal", fuel: "natural_gas"),
    ])

  private func publish(_ rows: ArraySlice<SteelYearTests.Row>, to bench: inout Bench, first: Timestamp?) throws {
    var registers: [Int64] = [0, 0, 0]
    func send(_ time: Timestamp) throws {
      try bench.mark(time)
      for signal in 0..<3 { try bench.read(time, ScaledInteger(registers[signal], exponent: -2), signal: signal) }
    }
    if let first { try send(first) }
    for (index, row) in rows.enumerated() {
      for signal in 0..<3 { registers[signal] += row.values[signal] }
      try send(row.time)
      if index % 2003 == 0 { try bench.restart() }
    }
    if let last = rows.last { try bench.mark(last.time + .hours(1)) }
  }

  private func sum(_ band: String, _ member: String, _ bodies: [JSONValue]) throws -> ExactDecimal {
    try bodies.reduce(ExactDecimal.zero) { total, body in
      guard let value = body["bands"]?[band]?[member], value != .null else { return total }
      return try total + EnergyTests.exact(value)
    }
  }

  @Test("the steel plant's year by band, with its bills", .enabled(if: isExpected, "no reference data"))
  func steelYear() throws {
    let vectors = try ReferenceData.vectors()
    var bench = try Bench(tariff: Self.settings(), standardCoal: Self.coal, role: .gridImport)
    try publish(try SteelYearTests.rows()[...], to: &bench, first: SteelYearTests.start)
    let months = try bench.bodies(.energyMonth)
    let days = try bench.bodies(.energyDay)
    let intervals = try bench.bodies(.energyInterval)
    #expect(months.count == 12 && days.count == 365)
    let january = try #require(vectors["steel-tou-january"]?["expected"]?["kwh"])
    let year = try #require(vectors["steel-tou-year"]?["expected"]?["kwh"])
    for band in ["critical", "peak", "flat", "valley"] {
      let known = try EnergyTests.exact(january[band])
      #expect(try EnergyTests.exact(months[0]["bands"]?[band]?["kwh"]) == known)
      #expect(try sum(band, "kwh", days.dropLast(334)) == known)
      let whole = try EnergyTests.exact(year[band])
      #expect(try sum(band, "kwh", months) == whole)
      #expect(try sum(band, "kwh", days) == whole)
      let inBand = intervals.filter { $0["band"]?.stringValue == band }
      #expect(try Bench.sum("energy_kwh", inBand).isEqual(to: try decimal(year[band])))
    }
    // Costs: windows add up to days, days to months, bands to the whole.
    let known =
      try Self.exact("30096.93") * Self.exact("0.96") + Self.exact("444044.95") * Self.exact("0.8")
      + Self.exact("427791.00") * Self.exact("0.5") + Self.exact("57703.83") * Self.exact("0.3")
    for bodies in [intervals, days, months] {
      let costs = try bodies.filter { $0["cost"] != .null }.map { try EnergyTests.exact($0["cost"]) }
      #expect(try costs.reduce(ExactDecimal.zero) { try $0 + $1 } == known)
    }
    #expect(months[0]["kgce"]?["active-energy-import"]?["calorific"]?.stringValue == "15514.685841")
    #expect(months[0]["kgce"]?["active-energy-import"]?["equivalent"] == nil)
    #expect(months[0]["currency"]?.stringValue == "CNY")
    #expect(months[0]["tariffs"] == [["rule_set": "cq-tou-2021-14", "valid": "../.."]])
    try checkBills(months, vectors)
    for (kind, bodies) in [(RecordKind.energyInterval, intervals), (.energyDay, days), (.energyMonth, months)] {
      // A prime, so that every quarter of the day and every band comes up.
      for body in stride(from: 0, to: bodies.count, by: kind == .energyInterval ? 37 : 1).map({ bodies[$0] }) {
        #expect(RecordSchema.body(kind).validate(body) == [])
      }
    }
  }

  private func checkBills(_ months: [JSONValue], _ vectors: [String: JSONValue]) throws {
    let factors = try #require(vectors["steel-power-factor-monthly"]?["expected"]?["months"]?.arrayValue)
    let demands = try #require(vectors["steel-maximum-demand"]?["expected"]?["monthly_max_kw"]?.arrayValue)
    for (index, month) in months.enumerated() {
      let bill = try #require(month["bill"])
      #expect(bill["power_factor_key"] == factors[index]["key_abs"])
      #expect(
        try EnergyTests.exact(bill["power_factor_percent"]) == EnergyTests.exact(factors[index]["percent_abs"]))
      let demand = try EnergyTests.exact(demands[index])
      #expect(try EnergyTests.exact(bill["basic_charge"]) == demand * ExactDecimal(40))
      let exceeded = try demand - ExactDecimal(600)
      #expect(try EnergyTests.exact(bill["contract_exceeded_kw"]) == (exceeded.isNegative ? .zero : exceeded))
      let charge = try EnergyTests.exact(bill["energy_charge"])
      let funds = try EnergyTests.exact(month["energy_kwh"]) * Self.exact("0.0292")
      #expect(try EnergyTests.exact(month["cost"]) == charge)
      #expect(try EnergyTests.exact(bill["government_funds"]) == funds)
      let basic = try EnergyTests.exact(bill["basic_charge"])
      let percent = try EnergyTests.exact(bill["power_factor_percent"])
      let adjustment = try (charge + basic - funds) * percent * Self.exact("0.01")
      #expect(try EnergyTests.exact(bill["power_factor_adjustment"]) == adjustment)
      #expect(try EnergyTests.exact(bill["total"]) == charge + basic + adjustment)
    }
  }

  @Test("without a tariff the bodies are as they were; with one they only gain members")
  func onlyMore() throws {
    var plain = try Bench()
    var priced = try Bench(tariff: Self.settings(), standardCoal: Self.coal)
    let start = try time("2026-01-30T00:00:00+08:00")
    for quarter in 0..<(4 * 80) {
      for signal in 0..<3 {
        let value = ScaledInteger(Int64(quarter * (7 + signal)), exponent: -1)
        for bench in [0, 1] {
          let at = start + .minutes(Int64(15 * quarter))
          if bench == 0 {
            try plain.mark(at)
            try plain.read(at, value, signal: signal)
          } else {
            try priced.mark(at)
            try priced.read(at, value, signal: signal)
          }
        }
      }
    }
    let added = Set(["band", "bands", "cost", "currency", "tariff", "tariffs", "kgce", "bill", "unpriced_kwh"])
    for kind in [RecordKind.energyInterval, .energyDay, .energyMonth] {
      let before = try plain.bodies(kind)
      let after = try priced.bodies(kind)
      #expect(!before.isEmpty && before.count == after.count)
      for (old, new) in zip(before, after) {
        guard case .object(let members) = new, case .object(let former) = old else { continue }
        #expect(Set(former.keys).isDisjoint(with: added))
        #expect(former == members.filter { !added.contains($0.key) })
        #expect(members["bill"] == nil && members["cost"] != nil)
      }
    }
  }

  @Test("a late reading corrects cost, day and month", .enabled(if: isExpected, "no reference data"))
  func late() throws {
    let rows = try SteelYearTests.rows()
    let some = rows[..<(96 * 40)]
    var whole = try Bench(tariff: Self.settings(), standardCoal: Self.coal, role: .gridImport)
    try publish(some, to: &whole, first: SteelYearTests.start)
    // The same without a day in the middle, which arrives a week later.
    var late = try Bench(tariff: Self.settings(), standardCoal: Self.coal, role: .gridImport)
    var registers: [Int64] = [0, 0, 0]
    var kept: [(Timestamp, [Int64])] = []
    func send(_ time: Timestamp, _ values: [Int64]) throws {
      for signal in 0..<3 { try late.read(time, ScaledInteger(values[signal], exponent: -2), signal: signal) }
    }
    try late.mark(SteelYearTests.start)
    try send(SteelYearTests.start, registers)
    for (index, row) in some.enumerated() {
      for signal in 0..<3 { registers[signal] += row.values[signal] }
      try late.mark(row.time)
      if (96 * 10..<96 * 11).contains(index) {
        kept.append((row.time, registers))
      } else {
        try send(row.time, registers)
      }
      if index == 96 * 35 { for (time, values) in kept { try send(time, values) } }
    }
    if let last = some.last { try late.mark(last.time + .hours(1)) }
    for kind in [RecordKind.energyInterval, .energyDay, .energyMonth] {
      #expect(late.texts(kind) == whole.texts(kind), "\(kind)")
    }
    #expect(late.records.contains { $0.kind == .energyMonth && $0.revision > 0 })
  }

  @Test("a tariff that comes in the middle of a month counts what it is valid for")
  func laterTariff() throws {
    var bench = try Bench(role: .gridImport)
    let start = try time("2026-01-01T00:00:00+08:00")
    func run(_ days: Range<Int64>) throws {
      for quarter in (days.lowerBound * 96)..<(days.upperBound * 96) {
        let at = start + .minutes(15 * quarter)
        try bench.mark(at)
        for signal in 0..<3 { try bench.read(at, ScaledInteger(quarter), signal: signal) }
      }
    }
    try run(0..<10)
    // In the middle of a day, valid from the fifth.
    let settings = Self.settings(from: "2026-01-05")
    try bench.restart { $0.tariff = settings }
    try run(10..<12)
    let dearer = Self.settings(from: "2026-01-05", flat: "0.6")
    try bench.restart { $0.tariff = dearer }
    try bench.restart()
    try run(12..<32)
    try bench.mark(start + .days(33))
    let january = try #require(try bench.bodies(.energyMonth).first)
    #expect(january["tariffs"] == [["rule_set": "cq-tou-2021-14", "valid": "2026-01-05/.."]])
    #expect(january["unpriced_kwh"]?.stringValue.flatMap { ExactDecimal($0) } == ExactDecimal(4 * 96))
    let kwh = try ["critical", "peak", "flat", "valley"].map { try sum($0, "kwh", [january]) }
    #expect(try kwh.reduce(ExactDecimal.zero) { try $0 + $1 } == ExactDecimal(27 * 96))
    // Days that were issued with a tariff keep their prices; what had none gets those of now.
    let days = try bench.bodies(.energyDay)
    #expect(days[3]["bands"] == nil && days[15]["bands"] != nil)
    // And back to none.
    try bench.restart { $0.tariff = nil }
    try run(32..<34)
    #expect(try bench.bodies(.energyInterval).last?["cost"] == nil)
  }

  @Test("demand that slides by a minute, where a meter sends every minute")
  func sliding() throws {
    var settings = Self.settings()
    settings.demandMethod = .sliding
    func bench(_ settings: TariffSettings, late: Bool) throws -> Bench {
      var bench = try Bench(rated: "2000", expected: .minutes(1), tariff: settings, role: .gridImport)
      let start = try time("2026-01-05T00:00:00+08:00")
      var count = Int64(0)
      var kept: [(Timestamp, Int64)] = []
      for minute in 0...(26 * 60) {
        let at = start + .minutes(Int64(minute))
        try bench.mark(at)
        if late, (300..<320).contains(minute) {
          kept.append((at, count))
        } else {
          for signal in 0..<3 { try bench.read(at, ScaledInteger(count), signal: signal) }
        }
        if late, minute == 600 {
          for (time, value) in kept {
            for signal in 0..<3 { try bench.read(time, ScaledInteger(value), signal: signal) }
          }
        }
        count += (488..<503).contains(minute) ? 10 : 1
      }
      return bench
    }
    for late in [false, true] {
      let day = try #require(try bench(settings, late: late).bodies(.energyDay).first)
      #expect(try EnergyTests.exact(day["maximum_demand_kw"]) == ExactDecimal(600))
      #expect(day["maximum_demand_start"]?.stringValue == "2026-01-05T08:08:00+08:00")
      #expect(day["maximum_demand_end"]?.stringValue == "2026-01-05T08:23:00+08:00")
    }
    let blocks = try #require(try bench(Self.settings(), late: false).bodies(.energyDay).first)
    #expect(try EnergyTests.exact(blocks["maximum_demand_kw"]) == ExactDecimal(348))
  }

  @Test("other carriers have kgce by what they count, and no cost")
  func gas() throws {
    func signal(_ name: String, _ quantity: Signal.Quantity) -> Signal {
      Signal(
        name: name, kind: .register(quantity), unit: quantity.unit, minimum: nil, maximum: nil,
        expectedInterval: .minutes(15), modulus: nil, resolution: -1, stateWords: [:])
    }
    for (fuel, value) in [("natural_gas", "13.3"), ("biogas", nil)] as [(String, String?)] {
      var bench = try Bench(
        rated: nil, signals: [signal("gas", .gasVolume), signal("normal", .gasVolumeNormal)], tariff: Self.settings(),
        standardCoal: Self.coal, role: .gridImport, fuel: fuel)
      let start = try time("2026-01-05T00:00:00+08:00")
      for quarter in 0..<8 {
        let at = start + .minutes(Int64(15 * quarter))
        try bench.mark(at)
        for signal in 0..<2 { try bench.read(at, ScaledInteger(Int64(quarter) * 100, exponent: -1), signal: signal) }
      }
      let body = try #require(try bench.bodies(.energyInterval).first)
      #expect(body["kgce"]?["gas-volume-normal"]?["calorific"]?.stringValue == value)
      #expect(body["kgce"]?["gas-volume"] == nil && body["cost"] == nil)
      #expect(RecordSchema.body(.energyInterval).validate(body) == [])
    }
  }
}
