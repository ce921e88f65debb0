import Plant
import Telemetry
import Testing

@testable import Factors

@Suite struct CalculatorTests {
  private func line(
    _ activity: Activity, _ method: InventoryMethod = .location,
    _ change: (inout CarbonSettings) throws -> Void = { _ in }
  ) throws -> EmissionLine {
    var settings = try Tables.settings([method])
    try change(&settings)
    let lines = try EmissionCalculator(settings).lines(activity, method, date("2026-01-31"))
    #expect(lines.count == 1)
    return try #require(lines.first)
  }

  @Test func formulasExplainTheFigure() throws {
    #expect(
      try line(Activity(.electricity(.ordinary), decimal("126238.29"), "kWh")).formula
        == "126238.29 kWh × 0.5581 kgCO2/kWh = 70453.589649 kgCO2")
    #expect(
      try line(Activity(.electricity(.ordinary), decimal("1.5"), "MWh")).formula
        == "1.5 MWh = 1500 kWh; 1500 kWh × 0.5581 kgCO2/kWh = 837.15 kgCO2")
    #expect(
      try line(Activity(.fuel("diesel"), decimal("2500"), "L")).formula
        == "2500 L × 0.84 kg/L = 2.1 t; 2.1 t × 42.652 GJ/t × 0.0202 tC/GJ × 0.98 × 44 ÷ 12 × 1000 = 6501.4102384 kgCO2"
    )
    #expect(
      try line(Activity(.steam("saturated"), decimal("100"), "t")).formula
        == "100 t × (2777.7 − 83.74) kJ/kg ÷ 1000 = 269.396 GJ; 269.396 GJ × 0.11 tCO2/GJ = 29633.56 kgCO2")
  }

  /// m³ at the meter's pressure and temperature is no Nm³.
  @Test func cubicMetresAreNotNormal() throws {
    let problem = try problem { _ = try line(Activity(.fuel("natural_gas"), ExactDecimal(100), "m³")) }
    #expect(problem.remedy.contains("a metered m³ is not an Nm³"))
    let normal = try CarbonFormula.normalVolume(
      ExactDecimal(100), pressure: decimal("202.65"), temperature: decimal("0"))
    #expect(normal == ExactDecimal(200))
    let warm = try CarbonFormula.normalVolume(
      ExactDecimal(100), pressure: decimal("101.325"), temperature: decimal("20"))
    #expect(warm.text(places: 4) == "93.1776")
    #expect(throws: FactorProblem.self) {
      try CarbonFormula.normalVolume(.one, pressure: .one, temperature: ExactDecimal(-300))
    }
    for (amount, unit) in [("10000", "Nm3"), ("1", "10^4 Nm3"), ("1", "万Nm³")] {
      #expect(
        try line(Activity(.fuel("natural_gas"), decimal(amount), unit)).kilograms == decimal("21621.88809"))
    }
  }

  /// The two fuel sets give different figures, and the set stands in the result.
  @Test func fuelSets() throws {
    let activity = Activity(.fuel("diesel"), ExactDecimal(1), "L")
    let one = try line(activity)
    let other = try line(activity) { $0.fuelSet = "ndrc-24-guides" }
    #expect(one.kilograms.description == "2.60056409536" && other.kilograms.description == "2.6419028944")
    #expect([one, other].map { $0.factor?.set } == ["gbt32151-2024", "ndrc-24-guides"])
    #expect(one.factor?.parameters.map(\.id).last == "density/diesel")
    let unknown = try problem { _ = try line(Activity(.fuel("petrol"), ExactDecimal(1), "t")) }
    #expect(unknown.remedy == "use one of natural_gas, diesel")
    let set = try problem { _ = try line(activity) { $0.fuelSet = "gbt" } }
    #expect(set.remedy.contains("gbt32151-2024"))
    let dense = try problem { _ = try line(activity) { $0.library.densities = [] } }
    #expect(dense.remedy.contains("density/diesel"))
  }

  @Test func warmingPotentialsAreNotMixed() throws {
    let defra = try line(Activity(.listed("defra-2024/diesel", scope: nil), ExactDecimal(10), "L"))
    #expect(defra.kilograms.description == "26.6155" && defra.gwp == "AR5" && defra.scope == 1)
    let old = try line(Activity(.refrigerant("R-410A"), .one, "kg"))
    let new = try line(Activity(.refrigerant("R-410A"), .one, "kg")) { $0.gwp = "AR6" }
    #expect(try EmissionTotals([defra, old]).gwp == "AR5")
    let mixed = try problem { _ = try EmissionTotals([defra, new]) }
    #expect(mixed.message.contains("AR6") && mixed.message.contains("AR5"))
    let unknown = try problem { _ = try line(Activity(.refrigerant("R-22"), .one, "kg")) }
    #expect(unknown.remedy.contains("R-410A"))
    var market = old
    market.method = .market
    #expect(throws: FactorProblem.self) { try EmissionTotals([old, market]) }
  }

  @Test func offsetsAreNeverNetted() throws {
    let offset = try line(Activity(.offset, ExactDecimal(5), "t"))
    #expect(offset.isMemo && offset.kilograms == ExactDecimal(5000))
    let used = try line(Activity(.electricity(.ordinary), ExactDecimal(1000), "kWh"))
    #expect(try EmissionTotals([used, offset]).total() == used.kilograms)
  }

  @Test func exports() throws {
    let exported = Activity(.electricity(Activity.Electricity(.exported, .ordinary)), ExactDecimal(1000), "kWh")
    let national = try line(exported, .gbt32150)
    #expect(national.kilograms.description == "-530.6" && !national.isMemo)
    let location = try line(exported)
    #expect(location.kilograms.description == "-558.1" && location.isMemo)
    let heat = try line(Activity(.exportedHeat, ExactDecimal(10), "GJ"), .gbt32150)
    #expect(heat.kilograms.description == "-1100" && !heat.isMemo)
  }

  @Test func ownGeneration() throws {
    func own(_ attribute: Activity.Electricity.Attribute, _ proof: String? = nil) -> Activity {
      Activity(.electricity(Activity.Electricity(.selfGenerated, attribute, proof: proof)), ExactDecimal(10), "MWh")
    }
    for method in InventoryMethod.allCases {
      let fossil = try line(own(.fossil), method)
      #expect(fossil.isMemo && fossil.kilograms.isZero && fossil.formula.contains("scope 1"))
      #expect(try line(own(.nonFossil, "monthly record"), method).kilograms.isZero)
    }
    let problem = try problem { _ = try line(own(.nonFossil), .gbt32150) }
    #expect(problem.remedy.contains("missing-proof: national_average"))
    let counted = try line(own(.nonFossil), .gbt32150) { $0.missingProof = .nationalAverage }
    #expect(counted.kilograms.description == "5306" && counted.warnings.map(\.kind) == [.missingProof])
  }

  @Test func greenPowerInTheChineseStandard() throws {
    let proven = Activity(
      .electricity(Activity.Electricity(.purchased, .nonFossil, proof: "GEC 2026-1")), ExactDecimal(40), "MWh")
    #expect(try line(proven, .gbt32150).kilograms.isZero)
    #expect(try line(proven, .gbt32150) { $0.greenPower = .gridFactor }.kilograms.description == "21224")
    #expect(try line(proven, .location).kilograms.description == "22324")
    #expect(try line(proven, .market).kilograms.isZero)
  }

  @Test func marketOrder() throws {
    var settings = try Tables.settings([.market, .gbt32150, .location])
    settings.residualMix = .value(try decimal("0.61"), source: "published mix")
    let (from, to) = (try date("2026-01-01"), try date("2026-01-31"))
    let certificates = [
      Certificate(
        id: "rate", kind: .supplier, kilowattHours: nil, validFrom: from, validTo: to, source: "supplier",
        factor: try decimal("0.3")),
      Certificate(
        id: "gec", kind: .gec, kilowattHours: ExactDecimal(4000), validFrom: from, validTo: to, source: "registry"),
    ]
    let activity = Activity(.electricity(.ordinary), ExactDecimal(10), "MWh")
    var shares = try CertificateBook.allocate(
      certificates, to: [CertificateBook.Demand(from: from, to: to, kilowattHours: ExactDecimal(10000))])[0]
    #expect(shares.map(\.certificate.id) == ["gec", "rate"])
    let results = try EmissionCalculator(settings).emissions(of: activity, lastDay: to, certificates: shares)
    let totals = try results.map { try EmissionTotals($0.lines).total().description }
    // The market counts 6 MWh at the supplier's rate; the national standard at the grid's; the location all of them.
    #expect(totals == ["1800", "3183.6", "5581"])
    shares.removeLast()
    let rest = try EmissionCalculator(settings).lines(activity, .market, to, certificates: shares)
    #expect(rest.last?.factor?.label == "residual mix" && rest.last?.kilograms.description == "3660")
    shares.append(CertificateShare(certificate: certificates[1], kilowattHours: ExactDecimal(7000)))
    let tooMuch = try problem {
      _ = try EmissionCalculator(settings).lines(activity, .market, to, certificates: shares)
    }
    #expect(tooMuch.message.contains("cover more"))
  }

  @Test func otherActivities() throws {
    let lime = try line(Activity(.carbonate("CaCO3"), ExactDecimal(2), "t"))
    #expect(lime.kilograms.description == "880" && lime.scope == 1 && lime.category == .process)
    let bought = try line(Activity(.entered(scope: 3, gas: .co2e, gwp: "AR5"), decimal("1.25"), "t"))
    #expect(bought.kilograms.description == "1250" && bought.scope == 3 && bought.gwp == "AR5")
    #expect(throws: FactorProblem.self) { try line(Activity(.entered(scope: 4, gas: .co2, gwp: nil), .one, "t")) }
    let scope = try problem { _ = try line(Activity(.listed("defra-2024/diesel", scope: 3), .one, "L")) }
    #expect(scope.message.contains("scope 1, not 3"))
    let none = try problem { _ = try line(Activity(.listed("cn-heat/saturated", scope: 1), .one, "kg")) }
    #expect(none.message.contains("no emission factor"))
    let steam = try problem { _ = try line(Activity(.steam(nil), .one, "t")) }
    #expect(steam.remedy == "set carbon.steam to one of saturated")
    let unit = try problem { _ = try line(Activity(.electricity(.ordinary), .one, "kg")) }
    #expect(unit.remedy == "enter the amount in kWh")
  }

  @Test func oneMethodFailsAlone() throws {
    var settings = try Tables.settings(InventoryMethod.allCases)
    settings.subdivision = "CN-XZ"
    let results = try EmissionCalculator(settings).emissions(
      of: Activity(.electricity(.ordinary), .one, "kWh"), lastDay: date("2026-01-31"))
    #expect(results.map(\.method) == InventoryMethod.allCases)
    #expect(results.map { $0.problem == nil } == [true, false, true, true])
    // Without an inventory date the period's own last day counts.
    settings.inventoryDate = nil
    let zone = try PlantZone(identifier: "Asia/Shanghai")
    let end = try #require(Timestamp(rfc3339: "2018-02-01T00:00:00+08:00"))
    let lastDay = CivilDate(lastDayBefore: end, in: zone)
    #expect(lastDay.description == "2018-01-31")
    let old = try EmissionCalculator(settings).emissions(
      of: Activity(.electricity(.ordinary), .one, "kWh"), lastDay: lastDay)
    #expect(old.allSatisfy { $0.problem != nil && $0.lines.isEmpty })
    // Too many digits are said, not rounded away.
    let huge = try EmissionCalculator(Tables.settings()).emissions(
      of: Activity(.fuel("diesel"), decimal("1234567890123456789012345678.5"), "t"), lastDay: date("2026-01-31"))
    #expect(huge[0].problem?.message.contains("38 digits") == true)
  }

  @Test func weakValuesAreSaid() throws {
    let steam = try line(Activity(.steam("saturated"), .one, "t")) { settings in
      settings.library.listed[0].rows[1].factor.status = .memoryHigh
    }
    #expect(steam.warnings.map(\.kind) == [.unpublishedValue])
    let diesel = try line(Activity(.fuel("diesel"), .one, "t")) { settings in
      settings.library.fuels[0].fuels[1].oxidation.status = .memoryHigh
    }
    #expect(
      diesel.warnings.map(\.text) == [
        "gbt32151-2024/diesel/oxidation = 0.98 1 is not yet found in a published source"
      ])
    #expect(
      try line(Activity(.fuel("diesel"), .one, "t"), .footprint).warnings.map(\.kind) == [.withoutUpstream])
  }
}

@Suite struct LineTests {
  @Test func lineByTheHour() throws {
    let calculator = try EmissionCalculator(Tables.settings())
    let text = "2026-01-01T00:00:00+08:00,0.6\n2026-01-01T01:00:00+08:00,0.5"
    let start = try #require(Timestamp(rfc3339: "2026-01-01T00:00:00+08:00"))
    let loads = [
      (hour: start, kilowattHours: ExactDecimal(30)), (hour: start + .hours(1), kilowattHours: ExactDecimal(10)),
    ]
    let measured = try HourlySeries(csv: text, nature: .measured, source: "grid operator")
    let line = try calculator.hourly(loads, measured, .location)
    #expect(line.kilograms.description == "23" && line.factor?.value.description == "0.575")
    let projected = try HourlySeries(csv: text, nature: .projected, source: "model")
    #expect(throws: FactorProblem.self) { try calculator.hourly(loads, projected, .location) }
  }
}
