import Telemetry

/// The rules of PACT 3.0 for a `ProductFootprint`: of one's own before it is exported, of a supplier's before it is used.
public enum PactValidator {
  private enum Sign { case any, notNegative, notPositive, positive }

  private static let required = [
    "id", "specVersion", "created", "status", "companyName", "companyIds", "productDescription", "productIds",
    "productNameCompany", "pcf",
  ]
  private static let requiredOfFootprint = [
    "declaredUnitOfMeasurement", "declaredUnitAmount", "productMassPerDeclaredUnit", "referencePeriodStart",
    "referencePeriodEnd", "pcfExcludingBiogenicUptake", "pcfIncludingBiogenicUptake", "fossilGhgEmissions",
    "fossilCarbonContent", "ipccCharacterizationFactors", "crossSectoralStandards", "exemptedEmissionsPercent",
  ]
  private static let decimals: [(String, Sign)] = [
    ("declaredUnitAmount", .positive), ("productMassPerDeclaredUnit", .notNegative),
    ("pcfExcludingBiogenicUptake", .any), ("pcfIncludingBiogenicUptake", .any), ("fossilGhgEmissions", .notNegative),
    ("fossilCarbonContent", .notNegative), ("biogenicCarbonContent", .notNegative),
    ("recycledCarbonContent", .notNegative), ("landUseChangeGhgEmissions", .notNegative),
    ("landCarbonLeakage", .notNegative), ("landManagementFossilGhgEmissions", .notNegative),
    ("landManagementBiogenicCO2Emissions", .notNegative), ("landManagementBiogenicCO2Removals", .notPositive),
    ("biogenicCO2Uptake", .notPositive), ("biogenicNonCO2Emissions", .notNegative),
    ("landAreaOccupation", .notNegative), ("aircraftGhgEmissions", .notNegative),
    ("packagingGhgEmissions", .notNegative), ("packagingBiogenicCarbonContent", .notNegative),
    ("outboundLogisticsGhgEmissions", .notNegative), ("technologicalCO2Removals", .any),
    ("ccsTechnologicalCO2Capture", .notPositive), ("ccuCarbonContent", .notNegative),
    ("exemptedEmissionsPercent", .notNegative), ("primaryDataShare", .notNegative),
  ]

  /// What breaks the specification, one sentence each; empty = nothing.
  public static func problems(_ document: JSONValue) -> [String] {
    var found: [String] = []
    guard case .object(let top) = document else { return ["it is no JSON object"] }
    for name in required where top[name] == nil { found.append("\(name) is missing") }
    check(&found, top, "id", "a UUID") { isUUID($0) }
    check(&found, top, "specVersion", "a version such as 3.0.0") { text in
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      return parts.count == 3 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    }
    check(&found, top, "created", "a time with its offset") { Timestamp(rfc3339: $0) != nil }
    check(&found, top, "status", "Active or Deprecated") { PactFootprint.Status(rawValue: $0) != nil }
    for name in ["validityPeriodStart", "validityPeriodEnd"] {
      check(&found, top, name, "a time with its offset") { Timestamp(rfc3339: $0) != nil }
    }
    if let start = time(top["validityPeriodStart"]), let end = time(top["validityPeriodEnd"]), end <= start {
      found.append("validityPeriodEnd is not after validityPeriodStart")
    }
    for name in ["companyName", "productNameCompany"] { check(&found, top, name, "a text") { !$0.isEmpty } }
    check(&found, top, "productDescription", "a text") { _ in true }
    for name in ["companyIds", "productIds", "productClassifications"] {
      list(&found, top, name, "a URN") { isURN($0) }
    }
    list(&found, top, "precedingPfIds", "a UUID") { isUUID($0) }
    if let footprint = top["pcf"] {
      if case .object(let pcf) = footprint { self.footprint(&found, pcf) } else { found.append("pcf is no object") }
    }
    return found
  }

  private static func footprint(_ found: inout [String], _ pcf: [String: JSONValue]) {
    for name in requiredOfFootprint where pcf[name] == nil { found.append("pcf.\(name) is missing") }
    check(&found, pcf, "declaredUnitOfMeasurement", "a unit of the specification") {
      PactFootprint.DeclaredUnit(rawValue: $0) != nil
    }
    for (name, sign) in decimals { decimal(&found, pcf, name, sign) }
    if case .object(let ratings)? = pcf["dqi"] {
      for name in ["technologicalDQR", "geographicalDQR", "temporalDQR"] {
        decimal(&found, ratings, name, .notNegative)
      }
    }
    if let share = value(pcf, "primaryDataShare"), ExactDecimal(100) < share {
      found.append("primaryDataShare is more than 100 percent")
    }
    for name in ["referencePeriodStart", "referencePeriodEnd"] {
      check(&found, pcf, name, "a time with its offset") { Timestamp(rfc3339: $0) != nil }
    }
    if let start = time(pcf["referencePeriodStart"]), let end = time(pcf["referencePeriodEnd"]), end <= start {
      found.append("referencePeriodEnd is not after referencePeriodStart")
    }
    list(&found, pcf, "ipccCharacterizationFactors", "a report such as AR6") { text in
      text.hasPrefix("AR") && text.count > 2 && text.dropFirst(2).utf8.allSatisfy { (48...57).contains($0) }
    }
    list(&found, pcf, "crossSectoralStandards", "a standard") { !$0.isEmpty }
    geography(&found, pcf)
    if pcf["packagingEmissionsIncluded"] != true, pcf["packagingGhgEmissions"] != nil {
      found.append("packagingGhgEmissions is given though packagingEmissionsIncluded is not true")
    }
    // The sum of the parts is no rule: published footprints round their parts.
    if let without = value(pcf, "pcfExcludingBiogenicUptake"), let with = value(pcf, "pcfIncludingBiogenicUptake") {
      let sum = try? without + (value(pcf, "biogenicCO2Uptake") ?? .zero)
      if sum != with {
        found.append("pcfIncludingBiogenicUptake is not pcfExcludingBiogenicUptake + biogenicCO2Uptake")
      }
    }
  }

  private static func geography(_ found: inout [String], _ pcf: [String: JSONValue]) {
    let names = ["geographyRegionOrSubregion", "geographyCountry", "geographyCountrySubdivision"]
    if names.count(where: { pcf[$0] != nil }) > 1 { found.append("more than one of \(names.joined(separator: ", "))") }
    check(&found, pcf, "geographyCountry", "two capital letters") { isCode($0, subdivision: false) }
    check(&found, pcf, "geographyCountrySubdivision", "a code such as CN-CQ") { isCode($0, subdivision: true) }
  }

  // MARK: - Values

  private static func time(_ value: JSONValue?) -> Timestamp? { value?.stringValue.flatMap { Timestamp(rfc3339: $0) } }

  private static func check(
    _ found: inout [String], _ members: [String: JSONValue], _ name: String, _ what: String, _ rule: (String) -> Bool
  ) {
    guard let member = members[name] else { return }
    guard let text = member.stringValue, rule(text) else {
      found.append("\(name) is not \(what)")
      return
    }
  }

  private static func list(
    _ found: inout [String], _ members: [String: JSONValue], _ name: String, _ what: String, _ rule: (String) -> Bool
  ) {
    guard let member = members[name] else { return }
    guard let items = member.arrayValue, !items.isEmpty else {
      found.append("\(name) is no list with at least one entry")
      return
    }
    if Set(items).count != items.count { found.append("\(name) names something twice") }
    for item in items where !(item.stringValue.map(rule) ?? false) {
      found.append("\(name): \(item.canonicalText) is not \(what)")
    }
  }

  private static func decimal(_ found: inout [String], _ members: [String: JSONValue], _ name: String, _ sign: Sign) {
    guard let member = members[name] else { return }
    guard let text = member.stringValue else {
      found.append("\(name) must be a decimal number in quotes, not \(member.canonicalText)")
      return
    }
    guard let value = ExactDecimal(text) else {
      found.append("\(name) is no decimal number: \"\(text)\"")
      return
    }
    switch sign {
    case .any: return
    case .notNegative where !value.isNegative: return
    case .notPositive where value.isNegative || value.isZero: return
    case .positive where !value.isNegative && !value.isZero: return
    case .notNegative: found.append("\(name) is negative")
    case .notPositive: found.append("\(name) is greater than 0")
    case .positive: found.append("\(name) is not greater than 0")
    }
  }

  private static func value(_ members: [String: JSONValue], _ name: String) -> ExactDecimal? {
    members[name]?.stringValue.flatMap { ExactDecimal($0) }
  }

  private static func isUUID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
  }

  /// RFC 8141: `urn:` + namespace of at least two characters + something.
  private static func isURN(_ text: String) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].lowercased() == "urn", parts[1].count >= 2, !parts[2].isEmpty else { return false }
    return parts[1].utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
    }
      && !text.contains(where: \.isWhitespace)
  }

  /// ISO 3166-1 (`CN`), or 3166-2 (`CN-CQ`).
  public static func isCode(_ text: String, subdivision: Bool) -> Bool {
    let bytes = Array(text.utf8)
    func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) }
    guard bytes.count >= 2, isLetter(bytes[0]), isLetter(bytes[1]) else { return false }
    if !subdivision { return bytes.count == 2 }
    return (4...6).contains(bytes.count) && bytes[2] == 45
      && bytes[3...].allSatisfy { isLetter($0) || (48...57).contains($0) }
  }
}
