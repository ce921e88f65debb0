import Telemetry
import TestSupport
import Testing

@testable import Factors

@Suite struct PactTests {
  private func footprint() throws -> PactFootprint {
    var footprint = PactFootprint(
      id: "f4b1225a-bd44-4c8e-861d-079e4e1dfd69",
      created: try #require(Timestamp(rfc3339: "2026-02-01T08:00:00+08:00")),
      companyName: "Works", companyIDs: ["urn:company:example:works"], productDescription: "Rear axle, batch 12",
      productIDs: ["urn:product:example:axle-7"], productName: "Axle 7", declaredUnit: .piece,
      declaredAmount: .one, mass: try decimal("81.5"),
      start: try #require(Timestamp(rfc3339: "2026-01-01T00:00:00+08:00")),
      end: try #require(Timestamp(rfc3339: "2026-02-01T00:00:00+08:00")), fossil: try decimal("4.088074360956"),
      characterizationFactors: ["AR5"], standards: ["ISO14067", "GHGP-Product"])
    footprint.geography = .subdivision("CN-CQ")
    footprint.quality = try DataQuality([
      DataQuality.Contribution(
        kilograms: decimal("3"), isPrimary: true, technological: 1, geographical: 1, temporal: 2),
      DataQuality.Contribution(
        kilograms: decimal("1"), isPrimary: false, technological: 3, geographical: 2, temporal: 2),
    ])
    return footprint
  }

  @Test func documentKeepsTheRules() throws {
    let document = try footprint().json()
    #expect(PactValidator.problems(document) == [])
    let pcf = try #require(document["pcf"])
    #expect(pcf["pcfExcludingBiogenicUptake"] == "4.088074360956")
    #expect(pcf["geographyCountrySubdivision"] == "CN-CQ" && pcf["geographyCountry"] == nil)
    #expect(pcf["primaryDataShare"] == "75")
    #expect(pcf["dqi"]?["technologicalDQR"] == "1.5" && pcf["dqi"]?["geographicalDQR"] == "1.25")
    #expect(pcf["referencePeriodEnd"] == "2026-01-31T16:00:00Z")
    func numbers(_ value: JSONValue) -> Int {
      switch value {
      case .integer, .number: 1
      case .array(let items): items.map(numbers).reduce(0, +)
      case .object(let members): members.values.map(numbers).reduce(0, +)
      default: 0
      }
    }
    #expect(numbers(document) == 0)
  }

  /// One change each of a valid document, and what is said about it.
  @Test(
    arguments: [
      ("pcf.declaredUnitAmount", .integer(1), "in quotes"), ("pcf.declaredUnitAmount", "0", "not greater than 0"),
      ("pcf.fossilGhgEmissions", .number(4.1), "in quotes"), ("pcf.fossilGhgEmissions", "-1", "negative"),
      ("pcf.fossilGhgEmissions", "1e3", "no decimal number"), ("pcf.productMassPerDeclaredUnit", nil, "is missing"),
      ("pcf.declaredUnitOfMeasurement", "pcs", "a unit of the specification"),
      ("pcf.geographyCountry", "CN", "more than one of"), ("pcf.geographyCountrySubdivision", "CN-cq", "CN-CQ"),
      ("pcf.geographyCountrySubdivision", "CHN-CQ", "CN-CQ"),
      ("pcf.referencePeriodEnd", "2025-01-01T00:00:00Z", "after"),
      ("pcf.referencePeriodStart", "2026-01-01", "offset"), ("pcf.ipccCharacterizationFactors", [], "at least one"),
      ("pcf.ipccCharacterizationFactors", ["IPCC 6"], "AR6"),
      ("pcf.ipccCharacterizationFactors", ["AR6", "AR6"], "twice"),
      ("pcf.pcfIncludingBiogenicUptake", "4", "biogenicCO2Uptake"), ("pcf.biogenicCO2Uptake", "1", "greater than 0"),
      ("pcf.primaryDataShare", "101", "100 percent"), ("pcf.packagingGhgEmissions", "1", "packagingEmissionsIncluded"),
      ("id", "42", "UUID"), ("status", "active", "Active"), ("companyIds", ["works"], "URN"),
      ("productIds", [], "at least one"), ("companyName", "", "a text"), ("created", "yesterday", "offset"),
      ("pcf", "none", "no object"), ("specVersion", "3", "3.0.0"),
    ] as [(String, JSONValue?, String)])
  func everyRule(_ path: String, _ value: JSONValue?, _ message: String) throws {
    guard case .object(var top) = try footprint().json(), case .object(var pcf)? = top["pcf"] else { return }
    if path.hasPrefix("pcf.") {
      pcf[String(path.dropFirst(4))] = value
      top["pcf"] = .object(pcf)
    } else {
      top[path] = value
    }
    let problems = PactValidator.problems(.object(top))
    #expect(problems.contains { $0.contains(message) }, "\(problems)")
  }

  @Test func nothingInvalidIsExported() throws {
    var footprint = try footprint()
    footprint.geography = .country("China")
    let problem = try problem { _ = try footprint.json() }
    #expect(problem.message.contains("geographyCountry"))
  }

  @Test(.enabled(if: ReferenceData.isExpected, "\(ReferenceData.explanation)")) func vectors() throws {
    let identity = try #require(CarbonVectors.all["pact-uptake-identity"])
    var footprint = try footprint()
    footprint.fossil = try decimal(identity["inputs"]?["pcfExcludingBiogenicUptake"])
    footprint.biogenicUptake = try decimal(identity["inputs"]?["biogenicCO2Uptake"])
    #expect(try footprint.includingUptake() == decimal(identity["expected"]?["pcfIncludingBiogenicUptake"]))
    // The specification's own example breaks its sum: the sum of the parts is computed for one's own footprints, and no
    // rule for those of others.
    let example = try #require(CarbonVectors.all["pact-example2-is-not-a-sum-test"])
    footprint = try self.footprint()
    footprint.fossil = try decimal(example["inputs"]?["fossilGhgEmissions"])
    footprint.landUseChange = try decimal(example["inputs"]?["landUseChangeGhgEmissions"])
    footprint.biogenicNonCO2 = try decimal(example["inputs"]?["biogenicNonCO2Emissions"])
    footprint.landManagementRemovals = try decimal(example["inputs"]?["landManagementBiogenicCO2Removals"])
    let sum = try footprint.excludingUptake()
    #expect(try sum == decimal(example["expected"]?["sum_by_schema_formula"]))
    let printed = try decimal(example["expected"]?["printed"])
    #expect(sum != printed)
    let landManagement = try decimal(example["inputs"]?["landManagementFossilGhgEmissions"])
    #expect(try footprint.fossil + landManagement == printed)
  }
}

@Suite struct SupplierTests {
  @Test func materialOfASupplier() throws {
    var steel = PactFootprint(
      id: "f4b1225a-bd44-4c8e-861d-079e4e1dfd69", created: Timestamp(seconds: 1_770_000_000), companyName: "Mill",
      companyIDs: ["urn:company:example:mill"], productDescription: "Coil", productIDs: ["urn:product:example:coil"],
      productName: "Coil", declaredUnit: .kilogram, declaredAmount: try decimal("1000"), mass: try decimal("1000"),
      start: Timestamp(seconds: 1_760_000_000), end: Timestamp(seconds: 1_769_000_000), fossil: try decimal("1912.5"),
      characterizationFactors: ["AR6"], standards: ["ISO14067"])
    let supplier = try SupplierFootprint(try steel.json())
    #expect(try supplier.emissions(of: decimal("81.5")).description == "155.86875")
    let line = try supplier.line(decimal("81.5"), .footprint)
    #expect((line.scope, line.gas, line.gwp) == (3, .co2e, "AR6") && line.formula.contains("Mill"))
    steel.characterizationFactors = ["AR5", "AR6"]
    #expect(try SupplierFootprint(try steel.json()).line(.one, .footprint).gwp == nil)
    let wrong = try problem { _ = try SupplierFootprint(["id": 7]) }
    #expect(wrong.message.contains("id is not a UUID") && wrong.message.contains("pcf is missing"))
  }
}
