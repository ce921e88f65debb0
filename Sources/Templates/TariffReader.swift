import Factors
import Plant
import Telemetry

/// Reads the section `tariff:`, and the tables that it names.
///
/// What is inline and what stands in a table file have the same keys, so that the canonical text needs no file.
struct TariffReader {
  static let keys = [
    "table", "rule-set", "prices", "currency", "basic", "contract-demand", "demand-limit", "demand", "power-factor",
    "government-funds", "rule-sets",
  ]
  static let tableKeys = ["zone", "currency", "rule-sets", "open-questions"]
  static let ruleSetKeys = ["id", "default", "document", "status", "windows", "multipliers"]
  static let windowKeys = ["band", "from", "to", "months", "overrides"]
  static let multiplierKeys = ["of", "value", "status", "note"]
  static let basicKeys = ["by", "price", "capacity", "excess"]

  let folders: TableFolders
  let zone: String
  let window: Span64

  func settings(_ top: Section) -> TariffSettings? {
    guard
      let section = top.section(
        "tariff", "tariff", keys: Self.keys,
        special: ["price": "Prices are per band and date: `prices: { flat: 0.62 }`."])
    else { return nil }
    var table: Section?
    if let name = section.read("table", .text) {
      table = folders.open(name, kind: "tariffs", keys: Self.tableKeys, from: section, key: "table")
      guard table != nil else { return nil }
    }
    guard let source = section.has("rule-sets") ? section : table else {
      section.missing("table", remedy: "Add `table: chongqing`, or `table: none` for one price all day.")
      return nil
    }
    if let own = table?.read("zone", .text), own != zone {
      section.report(
        section["table"]?.position, "the table is for the zone \(own), and the plant is in \(zone)",
        remedy: "Use a table of the plant's supplier, or write your own: copy this one and correct zone and windows.")
      return nil
    }
    let mistakes = section.diagnostics.errors.count
    let sets = ruleSets(source)
    // Prices of bands that could not be read would only be called wrong as well.
    guard section.diagnostics.errors.count == mistakes else { return nil }
    guard !sets.isEmpty else {
      if !source.has("rule-sets") {
        source.missing("rule-sets", remedy: "Add `rule-sets:` and below it one entry each, beginning with `- id:`.")
      }
      return nil
    }
    let currency = Scalar<String>("a currency of three letters", example: "CNY") { text in
      text.utf8.count == 3 && text.utf8.allSatisfy { (65...90).contains($0) } ? text : nil
    }
    let unit = section.read("currency", currency) ?? table?.read("currency", currency)
    if unit == nil, !section.has("currency") {
      section.missing("currency", remedy: "Add `currency: CNY`; the table does not name one.")
    }
    guard let periods = TariffPriceReader(sets: sets).periods(section) else { return nil }
    var settings = TariffSettings(tariff: Tariff(currency: unit ?? "XXX", periods: periods))
    settings.basic = basic(section)
    settings.contractDemand = section.read("contract-demand", .power("kW"))
    settings.demandLimit = section.read("demand-limit", .power("kW"))
    settings.demandMethod = section.read(
      "demand", .word(TariffSettings.DemandMethod.allCases, noun: "method of measuring demand"), default: .block)
    if let found = PowerFactorReader(folders: folders).table(section) {
      settings.powerFactor = found.table
      settings.reactive = found.reactive
    }
    settings.governmentFunds = section.read("government-funds", .price("per kWh", example: "0.0292"))
    checkContract(settings, section)
    checkWindows(settings, section)
    return settings
  }

  // MARK: Rule sets

  private func ruleSets(_ section: Section) -> [(set: TariffRuleSet, isDefault: Bool)] {
    var found: [(set: TariffRuleSet, isDefault: Bool)] = []
    for item in section["rule-sets"]?.items ?? [] {
      let mistakes = section.diagnostics.errors.count
      guard let entry = section.section(item, "rule set", keys: Self.ruleSetKeys),
        let id = entry.require("id", .identifier("_-."), remedy: "Add `id: cq-tou-2021-14`.")
      else { continue }
      if found.contains(where: { $0.set.id == id }) {
        entry.report(entry["id"]?.position, "the rule set \"\(id)\" is there twice", remedy: "Give it another id.")
        continue
      }
      let set = TariffRuleSet(
        id: id, document: entry.read("document", .text), status: status(entry), windows: windows(entry),
        multipliers: multipliers(entry))
      if section.diagnostics.errors.count == mistakes, let problem = set.problem {
        entry.report(
          entry.position(of: "windows"), "the windows of \"\(id)\" do not divide the day: \(problem)",
          remedy: "Each time of each month belongs to one band, [from, to); `overrides` marks what wins.")
      }
      found.append((set, entry.read("default", .boolean, default: false)))
    }
    return found
  }

  private func windows(_ entry: Section) -> [TariffRuleSet.Window] {
    guard let items = entry["windows"]?.items else {
      entry.missing(
        "windows", remedy: "Add `windows:` and below it `- { band: flat, from: \"00:00\", to: \"24:00\" }`.")
      return []
    }
    let band = Scalar<Tariff.Band>.word(Tariff.Band.allCases, noun: "band")
    return items.compactMap { item in
      guard let window = entry.section(item, "window", keys: Self.windowKeys) else { return nil }
      let months = (window.list("months", .integer(1...12)) ?? []).map(\.value)
      guard let name = window.require("band", band), let from = window.require("from", .clock),
        let to = window.require("to", .clock)
      else { return nil }
      guard from < to else {
        window.report(
          window["to"]?.position, "the window ends before it begins",
          remedy: "A window over midnight is written as two: to \"24:00\", and from \"00:00\".")
        return nil
      }
      return TariffRuleSet.Window(
        band: name, start: from, end: to, months: Set(months).sorted(), overrides: window.read("overrides", band))
    }
  }

  private func multipliers(_ entry: Section) -> [Tariff.Band: TariffRuleSet.Multiplier] {
    guard let section = entry.section("multipliers", "multipliers", keys: Tariff.Band.allCases.map(\.rawValue)) else {
      return [:]
    }
    let band = Scalar<Tariff.Band>.word(Tariff.Band.allCases, noun: "band")
    var found: [Tariff.Band: TariffRuleSet.Multiplier] = [:]
    for name in Tariff.Band.allCases {
      guard let inner = section.section(name.rawValue, "multiplier of \(name.rawValue)", keys: Self.multiplierKeys)
      else { continue }
      let value = inner.read(
        "value", .exact("a number above 0", example: "1.60") { ExactDecimal.zero < $0 })
      let status = status(inner)
      if value != nil, !status.mayBeDefault {
        inner.report(
          inner["value"]?.position,
          "a multiplier of status \(status.rawValue) cannot have a value that is taken as a default",
          remedy: "Leave the value out, so that the price is entered from the bill, or find a source that proves it.")
      }
      found[name] = TariffRuleSet.Multiplier(
        relativeTo: inner.read("of", band, default: .flat), value: value, status: status,
        note: inner.read("note", .text))
    }
    return found
  }

  private func status(_ section: Section) -> FactorStatus { Self.status(section) }

  /// What a table says of itself; a site's own table needs none.
  static func status(_ section: Section) -> FactorStatus {
    section.read("status", .word(FactorStatus.allCases, noun: "status"), default: .site)
  }

  // MARK: Demand

  private func basic(_ section: Section) -> TariffBasicCharge? {
    guard let inner = section.section("basic", "basic charge", keys: Self.basicKeys) else { return nil }
    guard
      let basis = inner.require(
        "by", .word(TariffBasicCharge.Basis.allCases, noun: "basis of the basic charge"),
        remedy: "Add `by: demand`, `by: contract-demand` or `by: capacity`."),
      let price = inner.require("price", .price("per month and kW or kVA", example: "40.00"))
    else { return nil }
    var basic = TariffBasicCharge(basis: basis, price: price)
    basic.capacity = inner.read("capacity", .power("kVA"))
    if basis == .capacity, !inner.has("capacity") {
      inner.missing("capacity", remedy: "Add the transformers' capacity: `capacity: 1000 kVA`.")
    }
    if let excess = inner.section("excess", "excess", keys: ["above", "factor"]) {
      let above = excess.require(
        "above", .percent("a share of the contract from 100 %", example: "105 %") { !($0 < ExactDecimal(100)) })
      let factor = excess.require(
        "factor", .exact("a number from 1 to 10", example: "2") { !($0 < .one) && !(ExactDecimal(10) < $0) })
      if let above, let factor, let share = try? above / ExactDecimal(100) {
        basic.excess = TariffBasicCharge.Excess(above: share, factor: factor)
      }
    }
    return basic
  }

  private func checkContract(_ settings: TariffSettings, _ section: Section) {
    guard let basic = settings.basic, settings.contractDemand == nil, !section.has("contract-demand") else { return }
    if basic.basis == .contractDemand || basic.excess != nil {
      section.missing("contract-demand", remedy: "Add `contract-demand: 600 kW`; the basic charge rests on it.")
    }
  }

  /// A window of energy belongs to one band as a whole.
  private func checkWindows(_ settings: TariffSettings, _ section: Section) {
    guard let plant = try? PlantZone(identifier: zone) else { return }
    // Zones change their offsets by half hours at most often; the present one is what the windows stand on.
    let offset = plant.offsetSeconds(at: Timestamp(seconds: 1_767_225_600))
    let length = Int(window.nanoseconds / 1_000_000_000)
    guard length > 0 else { return }
    for period in settings.tariff.periods {
      guard let odd = period.ruleSet.boundaries.first(where: { ($0 * 60 - offset) % length != 0 }) else { continue }
      section.report(
        section.has("table") ? section.position(of: "table") : section.position,
        "energy windows of \(QuantityText.text(window)) do not end at \(TariffRuleSet.clock(odd)), where "
          + "\(period.ruleSet.id) changes the band",
        remedy: "Choose a shorter `energy: { window: … }`, so that a window lies in one band.")
      return
    }
  }
}
