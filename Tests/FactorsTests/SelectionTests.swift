import Telemetry
import Testing

@testable import Factors

@Suite struct SelectionTests {
  private func request(
    _ method: InventoryMethod, _ day: String, _ subdivision: String = "CN-CQ", year: Int? = nil
  ) throws -> FactorRequest {
    FactorRequest(method: method, subdivision: subdivision, date: try date(day), dataYear: year)
  }

  @Test func resultNamesEverything() throws {
    let choice = try Tables.library().electricity(request(.location, "2026-01-31"))
    let factor = choice.factor
    #expect(factor.id == "cn-grid-2023/CN-CQ/average" && factor.set == "cn-grid-2023")
    #expect(factor.value.description == "0.5581" && factor.unit == "kgCO2/kWh" && factor.gas == .co2)
    #expect(factor.area == "CN-CQ" && factor.dataYear == 2023)
    #expect(try factor.published == date("2025-12-31") && factor.validFrom == date("2025-12-31"))
    #expect(factor.validTo == nil && factor.status == .verified2 && factor.source.contains("2025-12-31"))
    #expect(choice.warnings.isEmpty)
  }

  /// Publication decides, not the data year: on the day itself, and the day before.
  @Test(
    arguments: [
      ("2024-04-12", "0.4743"), ("2024-12-19", "0.4743"), ("2024-12-20", "0.5227"), ("2025-12-30", "0.5227"),
      ("2025-12-31", "0.5581"), ("2027-01-01", "0.5581"),
    ])
  func byPublication(_ day: String, _ value: String) throws {
    #expect(try Tables.library().electricity(request(.location, day)).factor.value == decimal(value))
  }

  @Test func dataYearIsAnotherThing() throws {
    let library = try Tables.library()
    #expect(
      try library.electricity(request(.location, "2026-01-31", year: 2022)).factor.value.description == "0.5227")
    // Published after the inventory's date: refused, though the year is known.
    let early = try problem { _ = try library.electricity(request(.location, "2025-06-01", year: 2023)) }
    #expect(early.message.contains("data year 2023 was published on 2025-12-31"))
    #expect(early.remedy.contains("inventory-date"))
    let unknown = try problem { _ = try library.electricity(request(.location, "2026-01-31", year: 2020)) }
    #expect(unknown.remedy.contains("2021, 2022, 2023"))
    let old = try problem { _ = try library.electricity(request(.gbt32150, "2018-12-31")) }
    #expect(
      old.description
        == "no factor valid for electricity in CN at inventory date 2018-12-31; the oldest was published on "
        + "2024-04-12: set carbon.inventory-date to the day on which the inventory is made")
  }

  @Test func nationalAndProvincialAreNeverMixed() throws {
    let library = try Tables.library()
    #expect(try library.electricity(request(.gbt32150, "2026-01-31")).factor.area == "CN")
    #expect(try library.electricity(request(.gbt32150, "2026-01-31", "CN-XZ")).factor.area == "CN")
    for place in ["CN-XZ", "CN-HK", "CN-MO", "CN-TW", "CN-cq"] {
      let problem = try problem { _ = try library.electricity(request(.location, "2026-01-31", place)) }
      #expect(problem.message == "no published factor for region \(place)")
    }
    // Only asked for by name.
    #expect(try library.electricity(request(.location, "2026-01-31", "CN")).factor.value.description == "0.5306")
    let abroad = try problem { _ = try library.electricity(request(.location, "2026-01-31", "DE-BY")) }
    #expect(abroad.message.contains("the tables know nothing of DE") && abroad.remedy.contains("CN"))
  }

  @Test func inventoriesNeverTakeFootprintFactors() throws {
    let library = try Tables.library()
    for method in [InventoryMethod.gbt32150, .location, .market] {
      let factor = try library.electricity(request(method, "2026-01-31")).factor
      #expect(factor.gas == .co2 && !factor.id.contains("lifecycle"))
    }
    #expect(try library.electricity(request(.footprint, "2026-01-31")).factor.id == "cn-lifecycle-2024/CN/lifecycle")
    var without = library
    without.grid.removeAll { $0.id == "cn-lifecycle-2024" }
    let problem = try problem { _ = try without.electricity(request(.footprint, "2026-01-31")) }
    #expect(problem.message.contains("(lifecycle)"))
  }

  @Test func staleFactors() throws {
    let library = try Tables.library()
    var late = try request(.location, "2027-01-01")
    #expect(try library.electricity(late).warnings.map(\.kind) == [.staleFactor])
    late.staleIsError = true
    let problem = try problem { _ = try library.electricity(late) }
    #expect(problem.message.contains("describes 2023, 4 years before"))
    late.staleYears = 4
    #expect(try library.electricity(late).warnings.isEmpty)
  }

  @Test func validityEnds() throws {
    var library = try Tables.library()
    library.grid[2].validTo = try date("2026-06-30")
    #expect(try library.electricity(request(.location, "2026-06-30")).factor.dataYear == 2023)
    #expect(try library.electricity(request(.location, "2026-07-01")).factor.dataYear == 2022)
  }

  @Test func doubtfulValuesAreNotChosen() throws {
    var library = try Tables.library()
    let place = try #require(library.grid[2].rows.firstIndex { $0.area == "CN-CQ" })
    library.grid[2].rows[place].factor.isSelectable = false
    #expect(try library.electricity(request(.location, "2026-01-31")).factor.dataYear == 2022)
    library.grid[2].rows[place].factor = FactorValue(try decimal("0.5581"), status: .memoryHigh)
    let choice = try library.electricity(request(.location, "2026-01-31"))
    #expect(choice.warnings.map(\.kind) == [.unpublishedValue])
  }

  @Test func laterTablesWin() throws {
    var library = try Tables.library()
    library.grid.append(
      try Tables.gridSet(2023, "2026-01-10", [("CN-CQ", .average, "0.5580")], id: "works-2023"))
    #expect(try library.electricity(request(.location, "2026-01-31")).factor.set == "works-2023")
    #expect(try library.electricity(request(.location, "2026-01-09")).factor.set == "cn-grid-2023")
  }

  @Test func overrides() throws {
    func override(_ factor: String, _ value: String, _ unit: String, evidence: String? = nil) throws -> FactorOverride {
      FactorOverride(
        factor: factor, value: try decimal(value), unit: unit, author: "Li", date: try date("2026-01-05"),
        reason: "supplier's report", evidence: evidence)
    }
    let library = try Tables.library().applying([
      override("cn-grid-2023/CN-CQ/average", "0.56", "kgCO2/kWh"),
      override("gbt32151-2024/diesel/ncv", "43", "GJ/t"), override("density/diesel", "0.85", "kg/L"),
      override("AR5/HFC-32", "675", "kgCO2e/kg"), override("cn-heat/purchased", "0.08", "tCO2/GJ", evidence: "report"),
    ])
    let factor = try library.electricity(request(.location, "2026-01-31")).factor
    #expect(factor.value.description == "0.56" && factor.status == .site && factor.override?.author == "Li")
    let fuel = try library.fuel("diesel", set: "gbt32151-2024")
    #expect(fuel.calorificValue.value == ExactDecimal(43) && fuel.carbonContent.override == nil)
    #expect(try library.density(of: "diesel").value.description == "0.85")
    #expect(try library.potential(of: "R-410A", set: "AR5").value.description == "1922.5")
    #expect(try library.potential(of: "R-410A", set: "AR6").value.description == "2255.5")
    #expect(try library.listed(.purchasedHeat).value.description == "0.08")
    let unknown = try problem { _ = try Tables.library().applying([override("cn-grid-2023/CN-CQ", "1", "kgCO2/kWh")]) }
    #expect(unknown.message.contains("there is no factor"))
    let unit = try problem { _ = try Tables.library().applying([override("density/diesel", "840", "kg/m³")]) }
    #expect(unit.remedy.contains("unit: kg/L"))
    // Every value of the tables can be overridden under the id that it is listed with.
    let ids = try Tables.library().overridable
    #expect(Set(ids.map(\.id)).count == ids.count)
    for known in ids {
      let changed = try Tables.library().applying([override(known.id, "7", known.unit, evidence: "e")])
      #expect(try changed != Tables.library(), "\(known.id)")
    }
  }

  @Test func listing() throws {
    let entries = try Tables.library().entries()
    let ids = entries.map(\.factor.id)
    #expect(Set(ids).count == ids.count)
    let diesel = try #require(entries.first { $0.factor.id == "gbt32151-2024/diesel" }).factor
    #expect(diesel.value.description == "3.095909637333" && diesel.unit == "tCO2/t")
    #expect(diesel.parameters.map(\.id).contains("gbt32151-2024/diesel/ncv"))
    #expect(try #require(entries.first { $0.factor.id == "AR6/R-410A" }).factor.parameters.count == 4)
  }

  @Test(arguments: ["2026-02-30", "2026-1-31", "26-01-31", "2026-01-31T00:00", "", "2026-13-01", "2100-02-29"])
  func noDate(_ text: String) { #expect(CivilDate(text) == nil) }

  @Test func dates() throws {
    #expect(try date("2024-02-29").description == "2024-02-29")
    #expect(try date("2025-12-31") < date("2026-01-01"))
  }
}
