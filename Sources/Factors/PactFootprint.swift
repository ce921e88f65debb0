import Telemetry

/// A product's footprint in the data model of PACT 3.0 (`ProductFootprint`). All amounts are kg CO2e by declared unit.
public struct PactFootprint: Hashable, Sendable {
  public enum Status: String, CaseIterable, Hashable, Sendable {
    case active = "Active"
    case deprecated = "Deprecated"
  }

  public enum DeclaredUnit: String, CaseIterable, Hashable, Sendable {
    case liter
    case kilogram
    case cubicMeter = "cubic meter"
    case kilowattHour = "kilowatt hour"
    case megajoule
    case tonKilometer = "ton kilometer"
    case squareMeter = "square meter"
    case piece
    case hour
    case megabitSecond = "megabit second"
  }

  public enum Geography: Hashable, Sendable {
    case global
    /// UN region or subregion: `Eastern Asia`.
    case region(String)
    /// `CN`
    case country(String)
    /// `CN-CQ`
    case subdivision(String)
  }

  /// A UUID in lower case; any change of the figures takes a new one.
  public var id: String
  public var precedingIDs: [String] = []
  public var created: Timestamp
  public var status = Status.active
  public var companyName: String
  /// URNs.
  public var companyIDs: [String]
  public var productDescription: String
  /// URNs.
  public var productIDs: [String]
  public var productName: String
  public var comment: String?

  public var declaredUnit: DeclaredUnit
  /// Greater than 0.
  public var declaredAmount: ExactDecimal
  /// kg by declared unit; 0 if mass says nothing about the product.
  public var mass: ExactDecimal
  /// Half-open.
  public var start, end: Timestamp
  /// When it may be used; nil = not said.
  public var validFrom, validTo: Timestamp?
  public var geography = Geography.global
  public var boundary: String?
  public var fossil: ExactDecimal
  public var landUseChange: ExactDecimal?
  public var landManagement: ExactDecimal?
  /// ≤ 0
  public var landManagementRemovals: ExactDecimal?
  public var biogenicNonCO2: ExactDecimal?
  /// ≤ 0: in the product when it leaves the gate.
  public var biogenicUptake: ExactDecimal?
  /// kgC
  public var fossilCarbonContent = ExactDecimal.zero
  public var biogenicCarbonContent: ExactDecimal?
  /// `AR6`
  public var characterizationFactors: [String]
  public var standards: [String]
  public var exemptedPercent = ExactDecimal.zero
  public var exemptedDescription: String?
  public var allocation: String?
  /// Name and version of the tables behind secondary data.
  public var secondarySources: [(name: String, version: String)] = []
  public var quality: DataQuality?

  public init(
    id: String, created: Timestamp, companyName: String, companyIDs: [String], productDescription: String,
    productIDs: [String], productName: String, declaredUnit: DeclaredUnit, declaredAmount: ExactDecimal,
    mass: ExactDecimal, start: Timestamp, end: Timestamp, fossil: ExactDecimal, characterizationFactors: [String],
    standards: [String]
  ) {
    self.id = id
    self.created = created
    self.companyName = companyName
    self.companyIDs = companyIDs
    self.productDescription = productDescription
    self.productIDs = productIDs
    self.productName = productName
    self.declaredUnit = declaredUnit
    self.declaredAmount = declaredAmount
    self.mass = mass
    self.start = start
    self.end = end
    self.fossil = fossil
    self.characterizationFactors = characterizationFactors
    self.standards = standards
  }

  /// Without biogenic uptake: the sum of the parts. Emissions of land management from fossil sources stand in `fossil`.
  public func excludingUptake() throws(DecimalError) -> ExactDecimal {
    var sum = fossil
    for part in [landUseChange, landManagement, landManagementRemovals, biogenicNonCO2] {
      if let part { sum = try sum + part }
    }
    return sum
  }

  public func includingUptake() throws(DecimalError) -> ExactDecimal {
    try excludingUptake() + (biogenicUptake ?? .zero)
  }

  public static func == (one: PactFootprint, other: PactFootprint) -> Bool {
    one.members == other.members
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(members) }

  /// Everything but the sums.
  var members: [String: JSONValue] {
    var top: [String: JSONValue] = [
      "id": .string(id), "specVersion": "3.0.0", "created": .string(created.rfc3339UTC),
      "status": .string(status.rawValue), "companyName": .string(companyName), "companyIds": Self.list(companyIDs),
      "productDescription": .string(productDescription), "productIds": Self.list(productIDs),
      "productNameCompany": .string(productName),
    ]
    if !precedingIDs.isEmpty { top["precedingPfIds"] = Self.list(precedingIDs) }
    top["comment"] = comment.map { .string($0) }
    top["validityPeriodStart"] = validFrom.map { .string($0.rfc3339UTC) }
    top["validityPeriodEnd"] = validTo.map { .string($0.rfc3339UTC) }
    var pcf: [String: JSONValue] = [
      "declaredUnitOfMeasurement": .string(declaredUnit.rawValue), "declaredUnitAmount": Self.text(declaredAmount),
      "productMassPerDeclaredUnit": Self.text(mass), "referencePeriodStart": .string(start.rfc3339UTC),
      "referencePeriodEnd": .string(end.rfc3339UTC), "fossilGhgEmissions": Self.text(fossil),
      "fossilCarbonContent": Self.text(fossilCarbonContent),
      "ipccCharacterizationFactors": Self.list(characterizationFactors), "crossSectoralStandards": Self.list(standards),
      "exemptedEmissionsPercent": Self.text(exemptedPercent),
    ]
    switch geography {
    case .global: break
    case .region(let name): pcf["geographyRegionOrSubregion"] = .string(name)
    case .country(let code): pcf["geographyCountry"] = .string(code)
    case .subdivision(let code): pcf["geographyCountrySubdivision"] = .string(code)
    }
    pcf["boundaryProcessesDescription"] = boundary.map { .string($0) }
    pcf["landUseChangeGhgEmissions"] = landUseChange.map(Self.text)
    pcf["landManagementBiogenicCO2Emissions"] = landManagement.map(Self.text)
    pcf["landManagementBiogenicCO2Removals"] = landManagementRemovals.map(Self.text)
    pcf["biogenicNonCO2Emissions"] = biogenicNonCO2.map(Self.text)
    pcf["biogenicCO2Uptake"] = biogenicUptake.map(Self.text)
    pcf["biogenicCarbonContent"] = biogenicCarbonContent.map(Self.text)
    pcf["exemptedEmissionsDescription"] = exemptedDescription.map { .string($0) }
    pcf["allocationRulesDescription"] = allocation.map { .string($0) }
    if !secondarySources.isEmpty {
      pcf["secondaryEmissionFactorSources"] = .array(
        secondarySources.map { ["name": .string($0.name), "version": .string($0.version)] })
    }
    if let quality {
      pcf["primaryDataShare"] = Self.text(quality.primaryShare)
      pcf["dqi"] = [
        "technologicalDQR": Self.text(quality.technological), "geographicalDQR": Self.text(quality.geographical),
        "temporalDQR": Self.text(quality.temporal),
      ]
    }
    top["pcf"] = .object(pcf)
    return top
  }

  /// The document; decimals are texts in it.
  /// - Throws: `FactorProblem` if it breaks a rule of the specification.
  public func json() throws -> JSONValue {
    var members = members
    guard case .object(var pcf)? = members["pcf"] else { return .object(members) }
    pcf["pcfExcludingBiogenicUptake"] = Self.text(try excludingUptake())
    pcf["pcfIncludingBiogenicUptake"] = Self.text(try includingUptake())
    members["pcf"] = .object(pcf)
    let document = JSONValue.object(members)
    let problems = PactValidator.problems(document)
    guard problems.isEmpty else {
      throw FactorProblem(
        "the footprint of \(productName) breaks the PACT specification: " + problems.joined(separator: "; "),
        remedy: "correct these members before it is exported")
    }
    return document
  }

  private static func text(_ value: ExactDecimal) -> JSONValue { .string(value.description) }
  private static func list(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
}
