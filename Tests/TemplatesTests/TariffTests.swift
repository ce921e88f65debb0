import Factors
import Foundation
import Telemetry
import Testing

@testable import Templates

@Suite("Tariff, metering, standard coal")
struct TariffTests {
  static let tables = [shippedTemplates]

  private static func decimal(_ text: String) -> ExactDecimal { ExactDecimal(text) ?? .zero }

  static func configuration(_ tariff: String, assets: String = "") -> String {
    """
    gateway: { id: g }
    zone: Asia/Shanghai
    broker: { host: h }
    \(tariff)
    assets:
      - { id: main, template: three-phase-meter, topic: main, role: grid-import, accuracy: 0.5 % }
    \(assets)

    """
  }

  private static let whole = """
    tariff:
      table: chongqing
      prices:
        - { from: 2026-03-01, rule-set: no-tou, flat: 0.6200 }
        - { to: 2026-03-01, flat: 0.5435, peak: 0.8696, critical: 1.0435, valley: 0.3308 }
      basic: { by: demand, price: 40.00, excess: { above: 105 %, factor: 2 } }
      contract-demand: 0.6 MW
      demand-limit: 550 kW
      demand: sliding
      power-factor: { standard: 0.9, reactive: lagging }
      government-funds: 0.0292
    energy:
      standard-coal: true
      balance: { windows: 4, slack: 0.5 }
      leak: { night: [2, 4], share: 12.50 %, prices: { water-volume: 4.10 } }
      baseline: { minimum-r2: 0.75, maximum-cv: 30 %, from: 2026-01-01, to: 2026-04-01 }
      idle: { share: 15 %, findings: 3, area-excess: 1.5 }
      abnormal: { alarm: 6.0 }
    """

  @Test("what is written arrives in the site")
  func written() throws {
    let site = try load(Self.configuration(Self.whole), devices: Self.tables)
    let settings = try #require(site.tariff)
    #expect(settings.tariff.currency == "CNY")
    #expect(settings.tariff.periods.map(\.validity) == ["../2026-03-01", "2026-03-01/.."])
    #expect(settings.tariff.periods.map(\.ruleSet.id) == ["cq-tou-2021-14", "no-tou"])
    #expect(settings.tariff.periods[0].prices[.valley] == Self.decimal("0.3308"))
    #expect(settings.tariff.periods[0].ruleSet.problem == nil)
    #expect(settings.basic?.excess?.above == Self.decimal("1.05"))
    #expect(settings.contractDemand == Self.decimal("600") && settings.demandLimit == Self.decimal("550"))
    #expect(site.summaryLines.joined().contains("tariff no-tou, 2026-03-01/..: flat 0.62 CNY/kWh"))
    #expect(settings.demandMethod == .sliding && settings.reactive == .lagging)
    #expect(settings.powerFactor?.standard == "0.90" && settings.governmentFunds == Self.decimal("0.0292"))
    #expect(site.energy.standardCoal?.coefficient("diesel")?.value == Self.decimal("1.4571"))
    let analysis = site.energy.analysis
    #expect(analysis.balanceWindows == 4 && analysis.balanceSlack == ScaledInteger(5, exponent: -1))
    #expect(analysis.nightFrom == 2 && analysis.nightTo == 4 && analysis.leakShare == ScaledInteger(125, exponent: -3))
    #expect(analysis.minimumR2?.description == "0.75" && analysis.maximumCV?.description == "0.3")
    #expect(analysis.mediaPrices == [.waterVolume: Self.decimal("4.1")])
    #expect(analysis.baselineFrom?.description == "2026-01-01" && analysis.baselineTo?.description == "2026-04-01")
    #expect(analysis.idleShare == ScaledInteger(15, exponent: -2) && analysis.idleFindings == 3)
    #expect(analysis.areaExcess == ScaledInteger(15, exponent: -1) && analysis.baselineDays == 28)
    #expect(analysis.alarm == ScaledInteger(6) && analysis.warning == ScaledInteger(3) && analysis.maximumP == nil)
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site)
    #expect(again.canonicalText == site.canonicalText)
  }

  @Test("baselines may know the outdoor temperature of a sensor of the site")
  func weather() throws {
    let text =
      Self.configuration(
        "energy: { baseline: { days: 21, temperature: \(Self.meter)/\(Self.gauge), heating-below: 15.0 °C } }")
    // A voltage is no temperature; the message says what there is.
    let error = try #require(mistakes(text).first)
    #expect(error.message.contains("has no gauge") && error.message.contains("°C"))
  }

  private static let meter = "main"
  private static let gauge = "voltage-1"

  @Test("no tariff, no metering: nothing of it is in the canonical text")
  func absent() throws {
    let text = try load(baseConfiguration).canonicalText
    for word in ["tariff", "role", "fed-by", "standard-coal", "essential", "accuracy"] {
      #expect(!text.contains("\"\(word)\""), "\(word)")
    }
  }

  @Test("a band without a price is a multiple of another one, where its status allows that")
  func derived() throws {
    let site = try load(
      Self.configuration("tariff: { table: chongqing, prices: { flat: 0.5, valley: 0.3 } }"), devices: Self.tables)
    let prices = try #require(site.tariff?.tariff.periods.first?.prices)
    #expect(prices[.peak] == Self.decimal("0.8") && prices[.critical] == Self.decimal("0.96"))
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    let text = site.summaryLines.joined(separator: "\n")
    #expect(text.contains("the peak price of cq-tou-2021-14 is 1.6 × flat (verified): compare it with the bill"))
    #expect(text.contains("the valley price of cq-tou-2021-14 is the site's: the table's multiplier is disputed"))
    #expect(text.contains("tariff cq-tou-2021-14, ../..: critical 0.96, peak 0.8, flat 0.5, valley 0.3 CNY/kWh"))
    let odd = try load(
      Self.configuration("tariff: { table: chongqing, prices: { flat: 0.5, peak: 0.7, valley: 0.3 } }"),
      devices: Self.tables)
    #expect(odd.summaryLines.joined().contains("is 1.4 × flat, and the table says 1.6 (verified)"))
  }

  @Test("a tariff without tables, and one for all day")
  func own() throws {
    let inline = try load(
      Self.configuration(
        """
        tariff:
          currency: EUR
          rule-sets:
            - id: day-night
              windows:
                - { band: peak, from: "06:00", to: "22:00" }
                - { band: valley, from: "00:00", to: "06:00" }
                - { band: valley, from: "22:00", to: "24:00" }
          prices: { peak: 0.31, valley: 0.22 }
          power-factor: { standard: 0.95, percent: { 100: -1, 99: 0, 98: 2.5 }, below-last: 3 }
        """), devices: [baseTemplates])
    #expect(inline.tariff?.tariff.currency == "EUR" && inline.tariff?.powerFactor?.lowestKey == 98)
    #expect(try SiteLoader.load(canonicalText: inline.canonicalText) == inline)
    let none = try load(
      Self.configuration("tariff: { table: none, currency: CNY, prices: { flat: 0.62 } }"), devices: Self.tables)
    #expect(none.tariff?.tariff.periods[0].ruleSet.bands == [.flat])
  }

  struct Slip: Sendable, CustomTestStringConvertible {
    var name: String
    /// `§` marks the place that the error names.
    var text: String
    var message: String
    var remedy: String
    var testDescription: String { name }
    init(_ name: String, _ text: String, _ message: String, _ remedy: String) {
      self.name = name
      self.text = text
      self.message = message
      self.remedy = remedy
    }
  }

  static let slipTable: [Slip] = [
    Slip(
      "valley has no default", "tariff: { table: chongqing, prices: §{ flat: 0.5 } }",
      "the band \"valley\" has no price: its multiplier is disputed", "Add `valley: …`"),
    Slip("no table", "tariff: §{ prices: { flat: 1 } }", "\"table\" is missing", "table: none"),
    Slip("mistyped table", "tariff: { table: §chonqing, prices: { flat: 1 } }", "no table", "\"chongqing\""),
    Slip("no prices", "tariff: §{ table: chongqing }", "\"prices\" is missing", "valley: …"),
    Slip(
      "mistyped key", "tariff: { table: none, currency: CNY, §price: { flat: 1 } , prices: { flat: 1 } }",
      "unknown key", "per band"),
    Slip(
      "unknown band", "tariff: { table: none, currency: CNY, prices: { flat: 1, §peak: 2 } }", "no band \"peak\"",
      "flat"),
    Slip(
      "another zone", "tariff: { table: §berlin.yaml, prices: { flat: 1 } }", "is for the zone Europe/Berlin",
      "copy this"),
    Slip(
      "far too many digits", "tariff: { table: none, currency: CNY, prices: { flat: §0.5435000000001 } }",
      "must be a price", "0.5435"),
    Slip("night", "energy: { leak: { night: §[5, 1] } }", "the earlier first", "[1, 5]"),
    Slip("share", "energy: { leak: { share: §0.2 } }", "a share from 0 %", "15 %"),
    Slip("alarm", "energy: { abnormal: { §alarm: 2 } }", "before the warning", "at least 3"),
    Slip("open period", "energy: { baseline: { §from: 2026-01-01 } }", "has no end", "`days: 28`"),
    Slip(
      "period backwards", "energy: { baseline: { from: 2026-02-01, §to: 2026-01-01 } }", "ends before it begins",
      "after 2026-02-01"),
    Slip("degree days", "energy: { baseline: { §heating-below: 15 °C } }", "need a temperature", "temperature:"),
    Slip(
      "no such sensor", "energy: { baseline: { temperature: §roof/temperature } }", "no asset \"roof\"",
      "ambient-sensor"),
    Slip("sensor", "energy: { baseline: { temperature: §roof } }", "an asset and its signal", "weather/temperature"),
    Slip("leak price", "energy: { leak: { prices: { §electricity: 1 } } }", "unknown key", "water-volume"),
    Slip("criterion", "energy: { baseline: { minimum-r2: §75 } }", "a number from 0 to 1", "1"),
    Slip("mistyped criterion", "energy: { baseline: { §minimum-r: 0.75 } }", "unknown key", "minimum-r2"),
    Slip("no currency", "tariff: §{ table: none, prices: { flat: 1 } }", "\"currency\" is missing", "CNY"),
    Slip(
      "unknown rule set", "tariff: { table: chongqing, rule-set: §cq-tou-2021, prices: { flat: 1 } }", "rule set",
      "\"cq-tou-2021-14\""),
    Slip(
      "overlap",
      "tariff:\n  table: none\n  currency: CNY\n  prices:\n    - { flat: 1 }\n    - §{ from: 2026-01-01, flat: 2 }",
      "two entries of prices", "`from` and a `to`"),
    Slip(
      "ends before it begins",
      "tariff: { table: none, currency: CNY, prices: { from: 2026-02-01, to: §2026-02-01, flat: 1 } }",
      "end before they begin", "day after"),
    Slip(
      "no such day", "tariff: { table: none, currency: CNY, prices: { from: §2026-02-30, flat: 1 } }", "must be a date",
      "2026-01-31"),
    Slip(
      "a price is no word", "tariff: { table: none, currency: CNY, prices: { flat: §cheap } }", "must be a price",
      "0.5435"),
    Slip(
      "contract is missing",
      "tariff: §{ table: none, currency: CNY, prices: { flat: 1 }, basic: { by: contract-demand, price: 40 } }",
      "\"contract-demand\" is missing", "600 kW"),
    Slip(
      "capacity is missing",
      "tariff: { table: none, currency: CNY, prices: { flat: 1 }, basic: §{ by: capacity, price: 26 } }",
      "\"capacity\" is missing", "kVA"),
    Slip(
      "unit of a demand",
      "tariff: { table: none, currency: CNY, prices: { flat: 1 }, contract-demand: §600 }", "a number and kW", "600 kW"),
    Slip(
      "unknown standard",
      "tariff: { table: none, currency: CNY, prices: { flat: 1 }, power-factor: { standard: §0.92 } }",
      "no standard \"0.92\"", "0.90, 0.85, 0.80"),
    Slip(
      "gap in the day",
      "tariff: { currency: CNY, prices: { flat: 1 }, rule-sets: [{ id: x, §windows: [{ band: flat, from: \"00:00\", to: \"23:00\" }] }] }",
      "no band from 23:00 to 24:00", "one band"),
    Slip(
      "window over midnight",
      "tariff: { currency: CNY, prices: { flat: 1 }, rule-sets: [{ id: x, windows: [{ band: flat, from: \"22:00\", to: §\"08:00\" }] }] }",
      "ends before it begins", "written as two"),
    Slip(
      "a window of energy in two bands",
      "energy: { window: 1 h }\ntariff: { currency: CNY, prices: { flat: 1, peak: 2 }, §rule-sets: [{ id: x, windows: [{ band: flat, from: \"00:00\", to: \"08:30\" }, { band: peak, from: \"08:30\", to: \"24:00\" }] }] }",
      "do not end at 08:30", "shorter"),
    Slip(
      "disputed multiplier with a value",
      "tariff: { currency: CNY, prices: { flat: 1 }, rule-sets: [{ id: x, windows: [{ band: flat, from: \"00:00\", to: \"24:00\" }], multipliers: { valley: { value: §0.38, status: disputed } } }] }",
      "status disputed cannot have a value", "from the bill"),
    Slip(
      "gap in the power factors",
      "tariff: { table: none, currency: CNY, prices: { flat: 1 }, power-factor: { standard: 0.95, §percent: { 100: -1, 98: 2 } } }",
      "the key 99 is missing", "without gaps"),
    Slip(
      "misprinted coefficient",
      "energy: { standard-coal: { coefficients: [{ id: lpg, value: §0.7143, unit: kg, range: [1.65, 1.75] }] } }",
      "lies outside 1.65 … 1.75", "misprints"),
    Slip(
      "no range", "energy: { standard-coal: { coefficients: [§{ id: lpg, value: 1.7143, unit: kg }] } }",
      "\"range\" is missing", "misprints"),
    Slip("mistyped coefficients", "energy: { standard-coal: §standard-cola }", "no table", "\"standard-coal\""),
  ]

  /// A table for another zone.
  private static let berlin: String = {
    let file = baseTemplates + "-tariff.yaml"
    do {
      try "zone: Europe/Berlin\ncurrency: EUR\nrule-sets: []\n".write(toFile: file, atomically: true, encoding: .utf8)
    } catch {
      Issue.record(error)
    }
    return file
  }()

  @Test("mistakes name their place and the remedy", arguments: slipTable)
  func slips(slip: Slip) throws {
    var text = Self.configuration(slip.text).replacing("berlin.yaml", with: Self.berlin)
    if slip.text.contains("rule-sets: [{ id: x, windows: [{ band: flat, from: \"00:00\", to: \"08:30\"") {
      // The tariff as a whole is meant where no table is named.
      text = text.replacing("§", with: "").replacing("tariff: {", with: "tariff: §{")
    }
    let before = text.prefix { $0 != "§" }
    let place = [before.count { $0 == "\n" } + 1, before.reversed().prefix { $0 != "\n" }.count + 1]
    let found = mistakes(text.replacing("§", with: ""), devices: Self.tables)
    #expect(found.count == 1, "\(ConfigurationErrors(found))")
    let error = try #require(found.first)
    #expect([error.line, error.column] == place, "\(error)")
    #expect(error.message.contains(slip.message), "\(error)")
    #expect(error.suggestion.contains(slip.remedy), "\(error)")
  }

  @Test("a mistake in a table names the table's file and line")
  func tableFile() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("tariff-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try "rule-sets:\n  - id: x\n    windows:\n      - { band: flat, from: \"00:00\", to: \"25:00\" }\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let error = try #require(
      mistakes(Self.configuration("tariff: { table: \(file), currency: CNY, prices: { flat: 1 } }")).first)
    #expect(error.file == file && error.line == 4 && error.message.contains("a time of the day"))
  }

  @Test("the commented examples of the shipped configuration are valid")
  func examples() throws {
    let keys = [
      "standard-coal:", "balance:", "leak:", "abnormal:", "baseline:", "essential:", "idle:", "product-line:",
    ]
    var isTariff = false
    var used: Set<String> = []
    let lines = try String(contentsOfFile: packageRoot + "/Config/weir.yaml", encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map { line -> String in
      isTariff = line.hasPrefix("# tariff:") || (isTariff && line.hasPrefix("#"))
      if isTariff { return String(line.dropFirst(2)) }
      guard let key = keys.first(where: { line.contains("# " + $0) }) else { return String(line) }
      used.insert(key)
      return String(line).replacing("# " + key, with: key, maxReplacements: 1)
    }
    #expect(used.count == keys.count)
    let site = try load(lines.joined(separator: "\n"), devices: Self.tables)
    #expect(site.tariff?.tariff.periods.count == 2 && site.energy.standardCoal != nil)
    #expect(site.assets.contains { $0.metering.idle != nil && $0.metering.fedBy == "meter-main" })
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
  }

  // MARK: Metering

  private static let plant = """
      - { id: "feeder-{n}", count: 2, template: three-phase-meter, topic: "f/{id}", role: distribution, fed-by: main, accuracy: 1 % }
      - { id: "press-{n}", count: 2, template: three-phase-meter, topic: "p/{id}", fed-by: "feeder-{n}", essential: no, cost-centre: "4711", product-line: pumps }
      - { id: machine, template: rotating-machine, topic: m, fed-by: feeder-1 }
      - { id: drive, template: three-phase-meter, topic: d, fed-by: machine, essential: true, idle: { standby-target: 5 kW, off-below: 0.50 kW, producing-from: 20 kW } }
      - { id: pv, template: three-phase-meter, topic: pv, role: generation }
      - { id: gas, template: gas-meter, topic: gas, role: grid-import, fuel: natural_gas }
    """

  @Test("roles, feeders and accounts arrive, also in groups, and survive the round trip")
  func metering() throws {
    let site = try load(Self.configuration("", assets: Self.plant), devices: Self.tables)
    let byID = Dictionary(uniqueKeysWithValues: site.assets.map { ($0.id, $0.metering) })
    #expect(byID["main"]?.role == .gridImport && byID["main"]?.accuracy == Self.decimal("0.5"))
    #expect(byID["press-2"]?.fedBy == "feeder-2" && byID["press-2"]?.isSheddable == true)
    #expect(byID["press-1"]?.costCentre == "4711" && byID["press-1"]?.productLine == "pumps")
    #expect(byID["drive"]?.essential == true && byID["machine"]?.isSheddable == false)
    #expect(byID["drive"]?.idle?.offBelow == Self.decimal("0.5") && byID["drive"]?.idle?.minimumIdle == .minutes(15))
    #expect(byID["gas"]?.fuel == "natural_gas")
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    #expect(site.summaryLines.joined().contains("3 fed meters without `accuracy`") == true)
  }

  @Test("totals count nothing twice")
  func topology() throws {
    let assets = try load(Self.configuration("", assets: Self.plant), devices: Self.tables).assets
    let topology = MeterTopology(assets)
    func names(_ places: [Int]) -> [String] { places.map { assets[$0].id } }
    #expect(names(topology.counted(.activeEnergyImport)) == ["main"])
    #expect(names(topology.counted(.activeEnergyImport, roles: [.generation])) == ["pv"])
    #expect(names(topology.counted(.activeEnergyImport, roles: [.consumption])) == ["press-1", "press-2", "drive"])
    // Of a part of the plant: what feeds it from outside is not in it.
    let inside = Set(["feeder-2", "press-1", "press-2", "drive"])
    #expect(
      names(topology.counted(.activeEnergyImport, among: { inside.contains(assets[$0].id) }))
        == ["feeder-2", "press-1", "drive"])
    #expect(names(topology.counted(.gasVolumeNormal)) == ["gas"])
    // A machine without a meter is looked through.
    #expect(names(topology.subMeters(of: 1, quantity: .activeEnergyImport)) == ["press-1", "drive"])
    #expect(names(topology.subMeters(of: 0, quantity: .activeEnergyImport)) == ["feeder-1", "feeder-2"])
    #expect(topology.subMeters(of: 0, quantity: .gasVolumeNormal).isEmpty)
  }

  @Test(
    "who cannot feed whom",
    arguments: [
      ("  - { id: a, template: three-phase-meter, topic: a, fed-by: §mian }", "unknown asset \"mian\"", "\"main\""),
      (
        "  - { id: a, template: three-phase-meter, topic: a, fed-by: §a }", "a ← a: a meter cannot feed itself",
        "nearest"
      ),
      (
        "  - { id: a, template: three-phase-meter, topic: a, fed-by: §b }\n  - { id: b, template: three-phase-meter, topic: b, fed-by: a }\n  - { id: c, template: three-phase-meter, topic: c, fed-by: a }",
        "a ← b ← a", "nearest"
      ),
      (
        "  - { id: \"a{n}\", count: 3, template: three-phase-meter, topic: \"{id}\", fed-by: §\"x{n}\" }",
        "unknown asset \"x1\"", "a1"
      ),
      ("  - { id: a, template: three-phase-meter, topic: a, role: §main }", "must be a role", "\"grid-import\""),
      ("  - { id: a, template: three-phase-meter, topic: a, accuracy: §0.5 }", "accuracy class", "0.5 %"),
      ("  - { id: a, template: three-phase-meter, topic: a, essential: §maybe }", "true or false", "Write for example"),
      (
        "  - { id: a, template: three-phase-meter, topic: a, idle: { standby-target: 5 kW, off-below: 2 kW, producing-from: §1 kW } }",
        "produce while it is off", "at least 2 kW"
      ),
      (
        "  - { id: a, template: three-phase-meter, topic: a, idle: §{ standby-target: 5 kW } }",
        "\"off-below\" is missing",
        "5 kW"
      ),
    ])
  func feeders(text: String, message: String, remedy: String) throws {
    let text = Self.configuration("", assets: text)
    let before = text.prefix { $0 != "§" }
    let place = [before.count { $0 == "\n" } + 1, before.reversed().prefix { $0 != "\n" }.count + 1]
    let found = mistakes(text.replacing("§", with: ""), devices: Self.tables)
    #expect(found.count == 1, "\(ConfigurationErrors(found))")
    let error = try #require(found.first)
    #expect([error.line, error.column] == place && error.message.contains(message), "\(error)")
    #expect(error.suggestion.contains(remedy), "\(error)")
  }
}
