import Factors
import Foundation
import Telemetry
import Testing

@testable import Templates

/// `carbon:` of a configuration, and what it becomes.
@Suite("Settings of carbon") struct CarbonTests {
  static let section = """
    carbon:
      subdivision: CN-CQ
      methods: [gbt32150, ghgp_location, ghgp_market]
      inventory-date: 2026-01-31
      data-year: 2023
      gwp: AR6
      fuel-set: ndrc-24-guides
      stale: error
      stale-years: 5
      missing-proof: national_average
      green-power: grid-factor
      residual-mix: { value: 0.61, source: published mix }
      steam: saturated_steam_1_7_MPa
      overrides:
        - factor: density/diesel
          value: 0.835
          unit: kg/L
          author: Li Na
          date: 2026-01-15
          reason: delivery notes
          evidence: lab report 117
      certificates:
        - { id: GEC-1, mwh: 40.5, valid-from: 2026-01-01, valid-to: 2026-12-31, source: registry }
        - { id: rate, kind: supplier, factor: 0.42, valid-from: 2026-01-01, valid-to: 2026-12-31, source: contract 7 }
      hourly-series: { file: hours.csv, nature: projected, source: a model }
      target: { base-year: 2024, base: 12000 t, method: ghgp_location, scopes: [2, 1], path: { 2035: 50 %, 2030: 70.5 % } }
      budgets:
        - { name: month, period: month, limit: 1000 t }
        - { name: hall, period: day, limit: 4500 kg, method: ghgp_market, scopes: [2], assets: ["meter-*"] }

    """

  private func site(_ text: String, devices: [String] = [shippedTemplates]) throws -> Site {
    try SiteLoader.load(text: text, file: "test.yaml", devices: devices, checkFiles: false)
  }

  private func settings(_ text: String = section) throws -> CarbonSettings {
    try #require(try site(baseConfiguration + text).carbon)
  }

  @Test("absent: nothing changes") func absent() throws {
    let site = try site(baseConfiguration)
    #expect(site.carbon == nil && !site.canonicalText.contains("carbon"))
    #expect(try self.site(baseConfiguration + "carbon: off\n").hash == site.hash)
  }

  @Test("everything that can be said is read") func everything() throws {
    let settings = try settings()
    #expect(settings.subdivision == "CN-CQ" && settings.methods == [.gbt32150, .location, .market])
    #expect(settings.inventoryDate?.description == "2026-01-31" && settings.dataYear == 2023)
    #expect(settings.gwp == "AR6" && settings.fuelSet == "ndrc-24-guides")
    #expect(settings.stale == .error && settings.staleYears == 5)
    #expect(settings.missingProof == .nationalAverage && settings.greenPower == .gridFactor)
    #expect(try settings.residualMix == .value(#require(ExactDecimal("0.61")), source: "published mix"))
    #expect(settings.steam == "saturated_steam_1_7_MPa")
    #expect(
      settings.overrides.map(\.factor) == ["density/diesel"] && settings.overrides[0].evidence == "lab report 117")
    #expect(settings.certificates.map(\.kilowattHours?.description) == ["40500", nil])
    #expect(settings.certificates.map(\.factor.description) == ["0", "0.42"])
    #expect(settings.hourlySeries?.nature == .projected)
    #expect(settings.target?.scopes == [1, 2] && settings.target?.base?.description == "12000000")
    #expect(
      settings.target?.path.map(\.year) == [2030, 2035] && settings.target?.path[0].percent.description == "70.5")
    #expect(settings.budgets.map(\.limit.description) == ["1000000", "4500"])
    #expect(settings.budgets.map(\.method) == [.gbt32150, .market] && settings.budgets[0].assets == ["*"])
    #expect(try EmissionCalculator(settings).library.density(of: "diesel").value.description == "0.835")
  }

  @Test("defaults") func defaults() throws {
    let settings = try settings("carbon: { subdivision: CN-CQ }\n")
    #expect(settings.methods == [.gbt32150, .location, .market])
    #expect(settings.inventoryDate == nil && settings.dataYear == nil)
    #expect(settings.gwp == "AR5" && settings.fuelSet == "gbt32151-2024")
    #expect(settings.stale == .warn && settings.staleYears == 3 && settings.missingProof == .error)
    #expect(settings.residualMix == .proxy && settings.greenPower == .zero)
    #expect(try settings.library == FactorFolder.load(folder: shippedFactors))
  }

  @Test(
    "the canonical text gives an equal site, without any file", arguments: [section, "carbon: { subdivision: CN }\n"])
  func roundTrip(_ text: String) throws {
    let site = try site(baseConfiguration + text)
    #expect(site.carbon != nil)
    let again = try SiteLoader.load(canonicalText: site.canonicalText)
    #expect(again == site && again.canonicalText == site.canonicalText)
  }

  @Test("a site's own table is part of the text; the same settings in another spelling are the same") func ownTables()
    throws
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-carbon-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FactorTableTests.base.write(toFile: "\(folder)/works.yaml", atomically: true, encoding: .utf8)
    let text = baseConfiguration + "carbon: { subdivision: CN-CQ, factors: [\"\(folder)/works.yaml\"] }\n"
    let site = try site(text)
    let date = try #require(CivilDate("2026-03-01"))
    let calculator = try EmissionCalculator(try #require(site.carbon))
    #expect(try calculator.choice(.location, at: date).factor.set == "works-2025")
    #expect(try calculator.library.fuel("biogas", set: "works-fuels").calorificValue.value.description == "200.5")
    #expect(try SiteLoader.load(canonicalText: site.canonicalText) == site)
    // Another value of the table is another configuration.
    try FactorTableTests.base.replacing("value: 0.55", with: "value: 0.56").write(
      toFile: "\(folder)/works.yaml", atomically: true, encoding: .utf8)
    #expect(try self.site(text).hash != site.hash)
    let inline =
      baseConfiguration + """
        carbon:
          subdivision: CN-CQ
          built-in-factors: false
          factor-tables:
            grid-sets:
              - id: g
                country: CN
                data-year: 2025
                unit: kgCO2/kWh
                source: s
                published: 2026-02-01
                rows: [{ area: CN-CQ, value: 0.5, status: verified }]
          methods: [ghgp_location]

        """
    #expect(try self.site(inline).carbon?.library.setIDs == ["g"])
    #expect(try self.site(inline).hash == self.site(inline.replacing("value: 0.5,", with: "value: 0.50,")).hash)
  }

  @Test("the difference of two sites names what changed") func difference() throws {
    let lines = SiteDifference(
      from: try site(baseConfiguration + Self.section),
      to: try site(baseConfiguration + Self.section.replacing("gwp: AR6", with: "gwp: AR5"))
    ).lines
    #expect(lines == ["carbon:", "  ~ gwp: AR6 → AR5"])
  }

  @Test("what would run is said in one line") func summary() throws {
    let lines = try site(baseConfiguration + Self.section).summaryLines
    let line = try #require(lines.first { $0.contains("carbon CN-CQ") })
    #expect(line.contains("gbt32150, ghgp_location, ghgp_market") && line.contains("inventory of 2026-01-31"))
    #expect(line.contains("fuel set ndrc-24-guides") && line.contains("2 certificates"))
  }

  static let slips: [Mistake] = [
    Mistake("key", "  gwp: AR6", "  §gpw: AR6", "unknown key \"gpw\" in carbon", "\"gwp\""),
    Mistake(
      "no subdivision", "carbon:\n  subdivision: CN-CQ\n", "carbon:\n", "is missing",
      "CN-CQ"),
    Mistake("subdivision", "CN-CQ", "§Chongqing", "ISO 3166-2", "CN-CQ"),
    Mistake("small letters", "CN-CQ", "§cn-cq", "ISO 3166-2", "`CN-CQ`"),
    Mistake("region without factor", "CN-CQ", "§CN-XZ", "no published factor for region CN-XZ", "CN-CQ"),
    Mistake("other country", "CN-CQ", "§DE-BY", "know nothing of DE", "carbon.factors"),
    Mistake("method", "ghgp_location, ghgp_market]", "§ghgp-location]", "a method", "\"ghgp_location\""),
    Mistake("same method", "ghgp_location, ghgp_market]", "ghgp_location, §gbt32150]", "given twice", "only one"),
    Mistake("no method", "[gbt32150, ghgp_location, ghgp_market]", "§[]", "is empty", "pcf"),
    Mistake("date", "2026-01-31", "§31.1.2026", "a date", "2026-01-31"),
    Mistake(
      "before publication", "inventory-date: 2026-01-31", "inventory-date: §2025-06-01",
      "data year 2023 was published on 2025-12-31", "inventory-date"),
    Mistake(
      "data year", "data-year: 2023", "data-year: §2020", "data year 2020 is not in the tables", "2021, 2022, 2023"),
    Mistake("potentials", "gwp: AR6", "gwp: §AR8", "a set of warming potentials", "\"AR4\""),
    Mistake("fuel set", "ndrc-24-guides", "§ndrc-24-guide", "a fuel set", "\"ndrc-24-guides\""),
    Mistake("policy", "stale: error", "stale: §eror", "a policy", "\"error\""),
    Mistake("years", "stale-years: 5", "stale-years: §five", "a whole number", "digits"),
    Mistake("proof", "missing-proof: national_average", "missing-proof: §average", "a policy", "national_average"),
    Mistake(
      "mix", "residual-mix: { value: 0.61, source: published mix }", "residual-mix: §none", "proxy, location", "proxy"),
    Mistake("mix without source", ", source: published mix }", " }", "\"source\" is missing", "who publishes it"),
    Mistake("steam", "saturated_steam_1_7_MPa", "§saturated_steam_1_8_MPa", "a state of steam", "saturated_steam_1_"),
    Mistake("unknown factor", "density/diesel", "§density/deisel", "there is no factor", "\"density/diesel\""),
    Mistake("unit", "unit: kg/L", "unit: §kg/m3", "is in kg/L", "unit: kg/L"),
    Mistake("no author", "      author: Li Na\n", "", "\"author\" is missing", "who decided"),
    Mistake("no reason", "      reason: delivery notes\n", "", "\"reason\" is missing", "why"),
    Mistake("no amount", "id: GEC-1, mwh: 40.5,", "id: GEC-1,", "\"mwh\" is missing", "mwh: 40"),
    Mistake("twice", "id: rate,", "id: §GEC-1,", "listed twice", "counts once"),
    Mistake(
      "validity", "mwh: 40.5, valid-from: 2026-01-01, valid-to: 2026-12-31",
      "mwh: 40.5, valid-from: 2026-01-01, valid-to: §2025-12-31", "ends before it begins", "2026-01-01"),
    Mistake("supplier", "factor: 0.42, ", "", "\"factor\" is missing", "kgCO2/kWh"),
    Mistake("nature", "nature: projected", "nature: §modelled", "a nature", "measured"),
    Mistake("base", "base: 12000 t", "base: §12000", "a mass", "200 t"),
    Mistake("milestone", "2035: 50 %", "§2020: 50 %", "no year after the base year", "2030: 70 %"),
    Mistake("percent", "2035: 50 %", "2035: §0.5", "a percentage", "70 %"),
    Mistake("scope", "scopes: [2, 1]", "scopes: [2, §4]", "a whole number from 1 to 3", "at most 3"),
    Mistake("period", "period: day", "period: §week", "a period", "day"),
    Mistake("limit", "limit: 4500 kg", "limit: §4500 kWh", "a mass", "200 t"),
    Mistake("method of a budget", "method: ghgp_market", "method: §pcf", "not one of the site's methods", "methods:"),
    Mistake("assets of a budget", "[\"meter-*\"]", "[§\"metre-*\"]", "no asset matches", "meter-1"),
    Mistake("same budget", "name: hall", "name: §month", "two budgets", "of its own"),
    Mistake("file", "  gwp: AR6", "  factors: [nowhere.yaml]\n  gwp: AR6", "there is no such file", "path"),
  ]

  @Test("a slip names its place and the remedy", arguments: slips) func slip(_ mistake: Mistake) throws {
    try #require(Self.section.contains(mistake.old), "the row does not fit")
    let marked = baseConfiguration + Self.section.replacing(mistake.old, with: mistake.new, maxReplacements: 1)
    var found: [ConfigurationError] = []
    do {
      _ = try SiteLoader.load(
        text: marked.replacing("§", with: ""), file: "test.yaml", devices: [shippedTemplates], checkFiles: false)
    } catch {
      found = error.errors
    }
    #expect(found.count == 1, "\(ConfigurationErrors(found))")
    let error = try #require(found.first)
    #expect(error.message.contains(mistake.message), "\(error)")
    #expect(error.suggestion.contains(mistake.remedy), "\(error)")
    if let place = marked.range(of: "§") {
      let before = marked[..<place.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
      #expect((error.line, error.column) == (before.count, (before.last?.unicodeScalars.count ?? 0) + 1), "\(error)")
    }
  }

  @Test("the commented example of the shipped configuration is valid") func example() throws {
    let text = try String(contentsOfFile: packageRoot + "/Config/weir.yaml", encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0 == "# carbon:" })
    let example = lines[start...].prefix { $0.hasPrefix("#") }.map { $0.dropFirst(2) }.joined(separator: "\n")
      .replacing("factors: [factors/works.yaml]", with: "factors: []")
    #expect(try settings(example + "\n").certificates.count == 2)
  }

  @Test("what meters count") func activities() throws {
    #expect(try Signal.Quantity.activeEnergyImport.activityKind(fuel: nil) == .electricity(.ordinary))
    #expect(try Signal.Quantity.gasVolumeNormal.activityKind(fuel: "natural_gas") == .fuel("natural_gas"))
    #expect(throws: FactorProblem.self) { try Signal.Quantity.gasVolumeNormal.activityKind(fuel: nil) }
    #expect(throws: FactorProblem.self) { try Signal.Quantity.gasVolume.activityKind(fuel: "natural_gas") }
    #expect(try Signal.Quantity.heatEnergy.activityKind(fuel: nil) == .heat)
    #expect(try Signal.Quantity.compressedAirVolumeNormal.activityKind(fuel: nil) == nil)
    // Each quantity with emissions is in a unit that the calculation takes.
    let calculator = try EmissionCalculator(try settings())
    let date = try #require(CivilDate("2026-01-31"))
    for quantity in Signal.Quantity.allCases where quantity != .gasVolume {
      guard let kind = try quantity.activityKind(fuel: "natural_gas") else { continue }
      let results = calculator.emissions(of: Activity(kind, .one, quantity.unit), lastDay: date)
      #expect(results.allSatisfy { $0.problem == nil }, "\(quantity): \(results)")
    }
  }
}
