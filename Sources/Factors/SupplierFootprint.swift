import Telemetry

/// A supplier's footprint as it came in (PACT 3.0): what a purchased material brings along.
public struct SupplierFootprint: Hashable, Sendable {
  public var id: String
  /// Ids of the footprints that this one replaces.
  public var precedingIDs: [String]
  public var created: Timestamp
  /// Not withdrawn by its maker.
  public var isActive: Bool
  public var company: String
  public var product: String
  public var productIDs: [String]
  public var unit: PactFootprint.DeclaredUnit
  /// The emissions are for this many units.
  public var declaredAmount: ExactDecimal
  /// kg CO2e, without biogenic uptake.
  public var kilograms: ExactDecimal
  /// kg CO2 that its biomass took up, negative; zero where the supplier names none.
  public var uptake: ExactDecimal
  public var start: Timestamp
  public var end: Timestamp
  /// End of its validity, if it says one.
  public var validTo: Timestamp?
  /// What it counts, in the supplier's words.
  public var boundary: String?
  /// Code of the country or subdivision that it is for; nil = a larger area, or not said.
  public var area: String?
  /// `AR6`
  public var characterizationFactors: [String]
  /// Percent; nil = not said.
  public var primaryShare: ExactDecimal?
  /// The supplier's own ratings; nil = not said.
  public var ratings: DataQuality.Ratings?

  /// - Throws: `FactorProblem` with everything that breaks the specification.
  public init(_ document: JSONValue) throws(FactorProblem) {
    let problems = PactValidator.problems(document)
    let pcf = document["pcf"]
    func text(_ name: String) -> String? { pcf?[name]?.stringValue }
    guard problems.isEmpty, let unit = text("declaredUnitOfMeasurement").flatMap(PactFootprint.DeclaredUnit.init),
      let amount = text("declaredUnitAmount").flatMap({ ExactDecimal($0) }),
      let kilograms = text("pcfExcludingBiogenicUptake").flatMap({ ExactDecimal($0) }),
      let start = text("referencePeriodStart").flatMap({ Timestamp(rfc3339: $0) }),
      let end = text("referencePeriodEnd").flatMap({ Timestamp(rfc3339: $0) }),
      let created = document["created"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
    else {
      throw FactorProblem(
        "this is no product footprint of PACT 3.0: " + problems.joined(separator: "; "),
        remedy: "ask the supplier for a corrected file")
    }
    id = document["id"]?.stringValue?.lowercased() ?? ""
    precedingIDs = (document["precedingPfIds"]?.arrayValue ?? []).compactMap { $0.stringValue?.lowercased() }
    self.created = created
    isActive = document["status"]?.stringValue == PactFootprint.Status.active.rawValue
    company = document["companyName"]?.stringValue ?? ""
    product = document["productNameCompany"]?.stringValue ?? ""
    productIDs = (document["productIds"]?.arrayValue ?? []).compactMap(\.stringValue)
    self.unit = unit
    declaredAmount = amount
    self.kilograms = kilograms
    uptake = text("biogenicCO2Uptake").flatMap { ExactDecimal($0) } ?? .zero
    self.start = start
    self.end = end
    validTo = document["validityPeriodEnd"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
    boundary = text("boundaryProcessesDescription")
    area = text("geographyCountrySubdivision") ?? text("geographyCountry")
    characterizationFactors = (pcf?["ipccCharacterizationFactors"]?.arrayValue ?? []).compactMap(\.stringValue)
    primaryShare = text("primaryDataShare").flatMap { ExactDecimal($0) }
    let stated = ["technologicalDQR", "geographicalDQR", "temporalDQR"].map { name in
      pcf?["dqi"]?[name]?.stringValue.flatMap { ExactDecimal($0) }
    }
    if let technological = stated[0], let geographical = stated[1], let temporal = stated[2] {
      ratings = DataQuality.Ratings(technological: technological, geographical: geographical, temporal: temporal)
    }
  }

  /// kg CO2e of an amount in the footprint's unit; rounded once, to 12 places.
  public func emissions(of amount: ExactDecimal) throws(DecimalError) -> ExactDecimal {
    try (amount * kilograms) / declaredAmount
  }

  /// kg CO2 that the biomass in an amount took up, negative or zero; rounded as `emissions`.
  public func uptake(of amount: ExactDecimal) throws(DecimalError) -> ExactDecimal {
    try (amount * uptake) / declaredAmount
  }

  /// The unit of an amount of this footprint, as a configuration writes it; nil where there is none.
  public var amountUnit: String? {
    switch unit {
    case .kilogram: "kg"
    case .piece: "pcs"
    case .squareMeter: "m²"
    case .cubicMeter: "m³"
    case .liter: "L"
    case .kilowattHour: "kWh"
    case .megajoule: "MJ"
    case .tonKilometer, .hour, .megabitSecond: nil
    }
  }

  /// The line that the material adds to a product: scope 3, partial.
  public func line(_ amount: ExactDecimal, _ method: InventoryMethod) throws(DecimalError) -> EmissionLine {
    let kilograms = try emissions(of: amount)
    let gwp = characterizationFactors.count == 1 ? characterizationFactors.first : nil
    return EmissionLine(
      method: method, scope: 3, category: .entered, amount: amount, unit: unit.rawValue, kilograms: kilograms,
      gas: .co2e, gwp: gwp, factor: nil,
      formula: "\(amount) \(unit.rawValue) × \(self.kilograms) kgCO2e ÷ \(declaredAmount) (\(company), \(product), "
        + "\(id)) = \(kilograms) kgCO2e")
  }
}
