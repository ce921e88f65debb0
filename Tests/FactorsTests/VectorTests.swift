import Telemetry
import TestSupport
import Testing

@testable import Factors

@Suite(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)"))
struct VectorTests {
  /// Vectors that a test of this module takes by name or prefix; a new one in the file must not pass unseen.
  private static let covered = [
    "electricity-", "fuel-ef-", "diesel-set", "combustion-", "purchased-heat-", "refrigerant-", "blend-gwp-",
    "month-total-", "market-based-40-gec-", "gbt-electricity-lines", "factor-selection-by-date",
    "unknown-region-is-an-error", "policy-gbt32150-uses-national", "scope2-versus-lifecycle", "steam-to-heat",
    "hot-water-to-heat", "ipcc-natural-gas-co2e-per-tj", "intensity-per-good-unit", "allocation-",
    "cfe-hourly-matching",
    "hourly-factors", "pact-",
  ]

  @Test func everyVectorIsATest() {
    #expect(CarbonVectors.all.count == 51)
    for name in CarbonVectors.all.keys.sorted() {
      #expect(Self.covered.contains { name.hasPrefix($0) }, "\(name)")
    }
  }

  private func vector(_ name: String) throws -> (inputs: JSONValue, expected: JSONValue) {
    let vector = try #require(CarbonVectors.all[name], "\(name)")
    return (try #require(vector["inputs"]), try #require(vector["expected"]))
  }

  private func only(_ lines: [EmissionLine]) throws -> EmissionLine {
    #expect(lines.count == 1)
    return try #require(lines.first)
  }

  @Test(arguments: CarbonVectors.names("electricity-")) func electricity(_ name: String) throws {
    let (inputs, expected) = try vector(name)
    var settings = try Tables.settings()
    settings.library.grid = [
      try Tables.gridSet(
        2023, "2025-12-31", [("CN-CQ", .average, try #require(inputs["factor_kgco2_per_kwh"]?.stringValue))])
    ]
    let calculator = try EmissionCalculator(settings)
    let activity = Activity(.electricity(.ordinary), try decimal(inputs["kwh"]), "kWh")
    let line = try only(try calculator.lines(activity, .location, date("2026-01-31")))
    #expect(try CarbonFormula.tonnes(line.kilograms) == decimal(expected["tco2"]))
    #expect((line.scope, line.gas, line.warnings) == (2, .co2, []))
  }

  @Test(arguments: CarbonVectors.names("fuel-ef-set1-")) func fuelFactor(_ name: String) throws {
    let (inputs, expected) = try vector(name)
    let factor = try CarbonFormula.fuelFactor(
      calorificValue: decimal(inputs["ncv_gj_per_unit"]), carbonContent: decimal(inputs["cc_tc_per_gj"]),
      oxidation: decimal(inputs["of"]))
    let difference = try (factor - decimal(expected["ef_tco2_per_unit"])).magnitude
    #expect(try difference <= decimal("0.000000000001"))
  }

  @Test(arguments: ["diesel-set1-per-litre", "diesel-set2-per-litre"]) func dieselByLitre(_ name: String) throws {
    let (inputs, expected) = try vector(name)
    var settings = try Tables.settings()
    settings.fuelSet = try #require(inputs["set"]?.stringValue)
    let line = try only(
      try EmissionCalculator(settings).lines(Activity(.fuel("diesel"), .one, "L"), .location, date("2026-01-31")))
    #expect(try line.kilograms == decimal(expected["kgco2_per_l"]))
    #expect(line.factor?.set == settings.fuelSet)
  }

  @Test func combustion() throws {
    let calculator = try EmissionCalculator(Tables.settings())
    for (name, fuel, input, unit) in [
      ("combustion-natural-gas-month", "natural_gas", "volume_nm3", "Nm³"),
      ("combustion-diesel-month", "diesel", "volume_l", "L"),
    ] {
      let (inputs, expected) = try vector(name)
      let line = try only(
        try calculator.lines(Activity(.fuel(fuel), decimal(inputs[input]), unit), .location, date("2026-01-31")))
      #expect(try CarbonFormula.tonnes(line.kilograms) == decimal(expected["tco2"]), "\(name)")
      #expect(line.scope == 1 && line.gas == .co2)
    }
    let mass = try decimal("2500") * decimal("0.84") * decimal("0.001")
    #expect(try mass == decimal(vector("combustion-diesel-month").expected["mass_t"]))
  }

  @Test func purchasedHeat() throws {
    let (inputs, expected) = try vector("purchased-heat-default")
    let calculator = try EmissionCalculator(Tables.settings())
    let line = try only(
      try calculator.lines(Activity(.heat, decimal(inputs["heat_gj"]), "GJ"), .location, date("2026-01-31")))
    #expect(try CarbonFormula.tonnes(line.kilograms) == decimal(expected["tco2"]))
    #expect(line.scope == 2)
  }

  @Test func choiceOfTheHeatFactor() throws {
    let (inputs, expected) = try vector("purchased-heat-factor-choice")
    let cases = try #require(inputs["cases"]?.arrayValue)
    let answers = try #require(expected["cases"]?.arrayValue)
    #expect(cases.count == 3 && answers.count == 3)
    for (given, answer) in zip(cases, answers) {
      var settings = try Tables.settings()
      if given["measured_value_available"] == true {
        settings.overrides = [
          FactorOverride(
            factor: "cn-heat/purchased", value: try decimal(inputs["measured"]), unit: "tCO2/GJ", author: "a",
            date: try date("2026-01-01"), reason: "supplier",
            evidence: given["test_evidence_available"] == true ? "report 7" : nil)
        ]
      }
      let choice = try EmissionCalculator(settings).heatFactor()
      #expect(try choice.factor.value == decimal(answer["factor"]))
      #expect((choice.warnings.map(\.kind) == [.missingEvidence]) == (answer["warning"] == true))
    }
  }

  @Test(arguments: ["AR5", "AR6"]) func refrigerant(_ set: String) throws {
    let (inputs, expected) = try vector("refrigerant-r410a-\(set.lowercased())")
    let calculator = try EmissionCalculator(Tables.settings(gwp: set))
    let line = try only(
      try calculator.lines(
        Activity(.refrigerant("R-410A"), decimal(inputs["leak_kg"]), "kg"), .location, date("2026-01-31")))
    #expect(try CarbonFormula.tonnes(line.kilograms) == decimal(expected["tco2e"]))
    #expect(try line.factor?.value == decimal(inputs["gwp"]))
    #expect((line.scope, line.gas, line.gwp) == (1, .co2e, set))
  }

  @Test func refrigerantOfAR4() throws {
    let (inputs, expected) = try vector("refrigerant-r410a-ar4")
    let kilograms = try decimal(inputs["leak_kg"]) * decimal(inputs["gwp"])
    #expect(try CarbonFormula.tonnes(kilograms) == decimal(expected["tco2e"]))
  }

  @Test(arguments: CarbonVectors.names("blend-gwp-")) func blend(_ name: String) throws {
    let (inputs, expected) = try vector(name)
    for set in ["AR4", "AR5", "AR6"] {
      let parts = try #require(inputs["components"]?.arrayValue).map {
        (fraction: try decimal($0["fraction"]), potential: try decimal($0[set]))
      }
      #expect(try CarbonFormula.blend(parts) == decimal(expected[set]), "\(set)")
    }
  }

  /// The whole month through the calculator, with the tables.
  @Test func workedMonth() throws {
    let (inputs, expected) = try vector("month-total-chongqing-2023-ar5")
    let calculator = try EmissionCalculator(
      Tables.settings(gwp: try #require(inputs["gwp_set"]?.stringValue)))
    let activities = [
      Activity(.electricity(.ordinary), try decimal(inputs["electricity_kwh"]), "kWh"),
      Activity(.fuel("natural_gas"), try decimal(inputs["natural_gas_nm3"]), "Nm³"),
      Activity(.fuel("diesel"), try decimal(inputs["diesel_l"]), "L"),
      Activity(.heat, try decimal(inputs["heat_gj"]), "GJ"),
      Activity(.refrigerant("R-410A"), try decimal(inputs["r410a_kg"]), "kg"),
    ]
    var totals = EmissionTotals()
    for activity in activities {
      for result in calculator.emissions(of: activity, lastDay: try date("2026-01-31")) {
        #expect(result.problem == nil)
        for line in result.lines { try totals.add(line) }
      }
    }
    #expect(try CarbonFormula.tonnes(totals.scope1) == decimal(expected["scope1_tco2e"]))
    #expect(try CarbonFormula.tonnes(totals.scope2) == decimal(expected["scope2_location_tco2e"]))
    #expect(try CarbonFormula.tonnes(totals.total()) == decimal(expected["total_tco2e"]))
    #expect(try CarbonFormula.tonnes(totals.total()).description == "204.4037180477904")
    #expect((totals.gas, totals.gwp) == (.co2e, "AR5"))
  }

  @Test func marketBased() throws {
    for (name, mix) in [
      ("market-based-40-gec-proxy", ResidualMix.proxy), ("market-based-40-gec-location-fallback", .location),
    ] {
      let (inputs, expected) = try vector(name)
      var settings = try Tables.settings([.market])
      settings.residualMix = mix
      let certificate = Certificate(
        id: "gec-1", kind: .gec, kilowattHours: try decimal(inputs["certificates_mwh"]) * ExactDecimal(1000),
        validFrom: try date("2026-01-01"), validTo: try date("2026-12-31"), source: "registry")
      let used = try decimal(inputs["kwh"])
      let shares = try CertificateBook.allocate(
        [certificate],
        to: [CertificateBook.Demand(from: date("2026-01-01"), to: date("2026-01-31"), kilowattHours: used)])
      let calculator = try EmissionCalculator(settings)
      let lines = try calculator.lines(
        Activity(.electricity(.ordinary), used, "kWh"), .market, date("2026-01-31"), certificates: shares[0])
      #expect(lines.map(\.certificate) == ["gec-1", nil])
      #expect(lines[0].kilograms.isZero)
      #expect(try lines[1].factor?.value == decimal(inputs["residual_factor"]))
      #expect(try CarbonFormula.tonnes(EmissionTotals(lines).total()) == decimal(expected["tco2"]))
      #expect(lines[1].warnings.map(\.kind) == (mix == .proxy ? [.proxy] : []))
      #expect(lines[1].factor?.label != nil)
    }
  }

  @Test func linesOfElectricity() throws {
    let (inputs, expected) = try vector("gbt-electricity-lines")
    for policy in CarbonSettings.MissingProof.allCases {
      var settings = try Tables.settings([.gbt32150])
      settings.missingProof = policy
      let calculator = try EmissionCalculator(settings)
      var totals = EmissionTotals()
      var failed = false
      for line in try #require(inputs["lines"]?.arrayValue) {
        let electricity = Activity.Electricity(
          try #require(Activity.Electricity.Acquisition(rawValue: line["mode"]?.stringValue ?? "")),
          try #require(Activity.Electricity.Attribute(rawValue: line["attribute"]?.stringValue ?? "")),
          proof: line["proof"]?.stringValue)
        let activity = Activity(.electricity(electricity), try decimal(line["mwh"]), "MWh")
        for result in calculator.emissions(of: activity, lastDay: try date("2026-01-31")) {
          failed = failed || result.problem != nil
          for line in result.lines { try totals.add(line) }
        }
      }
      let answer = try #require(expected["missing_proof=\(policy.rawValue)"])
      #expect(failed == (answer["error"] == true))
      if !failed { #expect(try CarbonFormula.tonnes(totals.total()) == decimal(answer["tco2"])) }
    }
  }

  @Test func selectionByDate() throws {
    let (inputs, expected) = try vector("factor-selection-by-date")
    let sets = try #require(inputs["factors"]?.arrayValue).map { factor in
      try Tables.gridSet(
        Int(try #require(factor["data_year"]?.integerValue)), try #require(factor["published"]?.stringValue),
        [("CN-CQ", .average, try #require(factor["value"]?.stringValue))])
    }
    let library = FactorLibrary(grid: sets)
    for (day, answer) in zip(
      try #require(inputs["inventory_dates"]?.arrayValue), try #require(expected["selected"]?.arrayValue))
    {
      let request = FactorRequest(
        method: .location, subdivision: "CN-CQ", date: try date(try #require(day.stringValue)))
      if answer == .null {
        let problem = try problem { _ = try library.electricity(request) }
        #expect(problem.message.contains("the oldest was published on 2024-04-12"))
        #expect(problem.remedy.contains("carbon.inventory-date"))
      } else {
        let choice = try library.electricity(request)
        #expect(try choice.factor.value == decimal(answer["value"]))
        #expect(choice.factor.dataYear.map(Int64.init) == answer["data_year"]?.integerValue)
      }
    }
  }

  @Test func unknownRegion() throws {
    let (inputs, expected) = try vector("unknown-region-is-an-error")
    let request = FactorRequest(
      method: .location, subdivision: try #require(inputs["subdivision"]?.stringValue), date: try date("2026-01-31"))
    let library = try Tables.library()
    let problem = try problem { _ = try library.electricity(request) }
    #expect(problem.message.contains(try #require(expected["error"]?.stringValue)))
    #expect(problem.remedy.contains("CN-CQ"))
  }

  @Test func nationalFactorOfTheChineseStandard() throws {
    let (inputs, expected) = try vector("policy-gbt32150-uses-national")
    let choice = try Tables.library().electricity(
      FactorRequest(
        method: .gbt32150, subdivision: try #require(inputs["subdivision"]?.stringValue), date: date("2026-01-31")))
    #expect(choice.factor.value.description == expected["factor"]?.stringValue)
    #expect(choice.alternatives.map { JSONValue.string($0.value.description) } == expected["alternatives"]?.arrayValue)
  }

  @Test func inventoryAndFootprint() throws {
    let (inputs, expected) = try vector("scope2-versus-lifecycle")
    let calculator = try EmissionCalculator(Tables.settings([.gbt32150, .footprint]))
    let results = calculator.emissions(
      of: Activity(.electricity(.ordinary), try decimal(inputs["kwh"]), "kWh"), lastDay: try date("2026-01-31"))
    #expect(try results[0].lines.map(\.kilograms) == [decimal(expected["scope2_kgco2"])])
    #expect(try results[1].lines.map(\.kilograms) == [decimal(expected["pcf_kgco2e"])])
    #expect(results.map { $0.lines.map(\.gas) } == [[.co2], [.co2e]])
  }

  @Test func steamAndHotWater() throws {
    var (inputs, expected) = try vector("steam-to-heat")
    let reference = try decimal("83.74")
    #expect(
      try CarbonFormula.steamHeat(
        mass: decimal(inputs["steam_t"]), enthalpy: decimal(inputs["enthalpy_kj_per_kg"]), reference: reference)
        == decimal(expected["gj"]))
    let calculator = try EmissionCalculator(Tables.settings())
    let steam = try only(
      try calculator.lines(Activity(.steam("saturated"), decimal("100"), "t"), .location, date("2026-01-31")))
    #expect(try steam.kilograms == decimal("269.396") * decimal("110"))
    #expect(steam.unit == "t")
    (inputs, expected) = try vector("hot-water-to-heat")
    let water = try only(
      try calculator.lines(
        Activity(.hotWater(decimal(inputs["temperature_c"])), decimal(inputs["water_t"]), "t"), .location,
        date("2026-01-31")))
    #expect(try water.kilograms == decimal(expected["gj"]) * decimal("110"))
  }

  @Test func gasesByTheirPotentials() throws {
    let (_, expected) = try vector("ipcc-natural-gas-co2e-per-tj")
    let calculator = try EmissionCalculator(Tables.settings())
    var totals = EmissionTotals()
    for gas in ["co2", "ch4", "n2o"] {
      let activity = Activity(.listed("ipcc-2006/natural_gas.\(gas)", scope: nil), .one, "TJ")
      for line in try calculator.lines(activity, .location, date("2026-01-31")) { try totals.add(line) }
    }
    #expect(try totals.total() == decimal(expected["kgco2e_per_tj"]))
    #expect(totals.gas == .co2e)
  }

  @Test func intensityAndAllocation() throws {
    var (inputs, expected) = try vector("intensity-per-good-unit")
    let good = Int(try #require(inputs["good_units"]?.integerValue))
    #expect(
      try CarbonFormula.intensity(decimal(inputs["emissions_kg"]), goodUnits: good)
        == decimal(expected["kgco2e_per_good_unit"]))
    #expect(try CarbonFormula.intensity(.one, goodUnits: 0) == nil)
    for name in ["allocation-by-weight", "allocation-rounding-residual"] {
      (inputs, expected) = try vector(name)
      let weights = try #require(inputs["weights"]?.arrayValue).map { try decimal($0) }
      let whole = try decimal(inputs["emissions_kg"])
      let shares = try whole.allocated(
        by: weights, places: inputs["places"]?.integerValue.map(Int.init) ?? ExactDecimal.quotientPlaces)
      #expect(try shares == #require(expected["shares_kg"]?.arrayValue).map { try decimal($0) })
      #expect(try shares.reduce(ExactDecimal.zero) { try $0 + $1 } == whole)
    }
  }

  @Test func hours() throws {
    var (inputs, expected) = try vector("cfe-hourly-matching")
    let loads = try #require(inputs["load_kwh"]?.arrayValue).map { try decimal($0) }
    let free = try #require(inputs["cfe_kwh"]?.arrayValue).map { try decimal($0) }
    let hours = zip(loads, free).map { (load: $0, free: $1) }
    #expect(try HourlyMatching.carbonFreePercent(hours) == decimal(expected["cfe_percent"]))
    #expect(try HourlyMatching.periodPercent(hours) == decimal(expected["annual_matching_percent"]))
    (inputs, expected) = try vector("hourly-factors")
    let pairs = zip(
      try #require(inputs["kwh"]?.arrayValue).map { try decimal($0) },
      try #require(inputs["factor"]?.arrayValue).map { try decimal($0) }
    ).map { (kilowattHours: $0, factor: $1) }
    #expect(try HourlyMatching.emissions(pairs) == decimal(expected["kgco2"]))
    #expect(try HourlyMatching.emissions(pairs) != decimal(expected["average_factor_kgco2"]))
  }
}
