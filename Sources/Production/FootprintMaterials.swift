import Factors
import Telemetry
import Templates

/// Bought materials of an order, with the footprints of the configuration or of imported documents: the upstream part of
/// a product's footprint, which is partial and stands beside what was metered.
///
/// A material without a footprint has no figure, and then the part has none: nothing stands in for it.
struct FootprintMaterials {
  let product: Product?
  /// By the supplier's name of the product.
  let supplied: [String: ProductionRule.Supplied]
  /// Of the order.
  let end: Timestamp
  let rule: ProductionRule

  struct Result {
    var list: [JSONValue] = []
    /// kg CO2e; nil if a material has no figure.
    var kilograms: ExactDecimal? = .zero
    /// kg CO2 that the materials' biomass took up, negative; no part of `kilograms`.
    var uptake = ExactDecimal.zero
    var contributions: [DataQuality.Contribution] = []
  }

  /// - Parameter pieces: that were begun: the good ones carry what was scrapped.
  func list(pieces: ExactDecimal) throws -> Result {
    var result = Result()
    for material in product?.materials ?? [] {
      let amount = try material.amount * pieces
      if let urn = material.supplierProduct {
        try add(material, urn, amount, &result)
      } else if let footprint = material.footprint {
        let kilograms = try amount * footprint
        let rating = material.rating ?? .unrated
        result.kilograms = try result.kilograms.map { try $0 + kilograms }
        result.contributions.append(
          DataQuality.Contribution(
            kilograms: kilograms, isPrimary: material.isPrimary, technological: rating.technological,
            geographical: rating.geographical, temporal: rating.temporal))
        result.list.append(
          .object(
            members(material, amount, kilograms, source: material.source, isPrimary: material.isPrimary)))
      }
    }
    return result
  }

  private func members(
    _ material: Product.Material, _ amount: ExactDecimal, _ kilograms: ExactDecimal?, source: String, isPrimary: Bool
  ) -> [String: JSONValue] {
    [
      "name": .string(material.name), "amount": .string(amount.description), "unit": .string(material.unit),
      "kgco2e": kilograms.map { .string($0.description) } ?? .null, "source": .string(source),
      "primary": .boolean(isPrimary),
    ]
  }

  private func add(
    _ material: Product.Material, _ urn: String, _ amount: ExactDecimal, _ result: inout Result
  ) throws {
    guard let found = supplied[urn] else {
      result.kilograms = nil
      var members = members(material, amount, nil, source: "", isPrimary: false)
      members["problem"] = .string(
        "\(material.name): no footprint of \(urn) was imported; `weir product import` takes the supplier's document")
      return result.list.append(.object(members))
    }
    let imported = found.imported
    let footprint = imported.footprint
    guard footprint.amountUnit == material.unit else {
      result.kilograms = nil
      var members = members(material, amount, nil, source: imported.source, isPrimary: false)
      members["problem"] = .string(
        "\(material.name): the supplier declares it by \(footprint.unit.rawValue), and the amount is in \(material.unit); "
          + "write the amount in \(footprint.amountUnit ?? "a unit that both know")")
      return result.list.append(.object(members))
    }
    let kilograms = try footprint.emissions(of: amount)
    result.kilograms = try result.kilograms.map { try $0 + kilograms }
    let share = footprint.primaryShare ?? .zero
    var members = members(
      material, amount, kilograms, source: imported.source, isPrimary: share == ExactDecimal(100))
    members["footprint"] = .string(footprint.id)
    members["document_sha256"] = .string(imported.fileHash)
    let uptake = try footprint.uptake(of: amount)
    if !uptake.isZero { members["biogenic_uptake_kg"] = .string(uptake.description) }
    result.uptake = try result.uptake + uptake
    members["characterization"] = .array(footprint.characterizationFactors.map { .string($0) })
    members["primary_data_share"] = footprint.primaryShare.map { .string($0.description) }
    members["boundary"] = footprint.boundary.map { .string($0) }
    let warnings = warnings(found)
    if !warnings.isEmpty { members["warnings"] = .array(warnings.map { .string($0) }) }
    result.list.append(.object(members))
    let ratings = self.ratings(footprint)
    let parts = try kilograms.allocated(by: [share, try ExactDecimal(100) - share])
    result.contributions += [
      DataQuality.Contribution(kilograms: parts[0], isPrimary: true, ratings: ratings),
      DataQuality.Contribution(kilograms: parts[1], isPrimary: false, ratings: ratings),
    ]
  }

  private func warnings(_ found: ProductionRule.Supplied) -> [String] {
    let footprint = found.imported.footprint
    var warnings: [String] = []
    if found.validTo <= end {
      warnings.append("its validity ended on \(rule.zone.rfc3339(found.validTo)): ask the supplier for a newer one")
    }
    if end < footprint.start { warnings.append("it describes a later time than the order's") }
    if footprint.primaryShare == nil {
      warnings.append("the supplier does not say its share of primary data: counted as 0 %")
    }
    if let own = rule.site.carbon?.gwp, footprint.characterizationFactors != [own] {
      warnings.append(
        "it is in \(footprint.characterizationFactors.joined(separator: ", ")), and the plant's figures are in \(own)")
    }
    if found.imported.issuer == nil { warnings.append("the document has no signature that was checked") }
    return warnings
  }

  /// The supplier's own, else by the facts that the document states.
  private func ratings(_ footprint: SupplierFootprint) -> DataQuality.Ratings {
    if let ratings = footprint.ratings { return ratings }
    let rules = (rule.site.footprint ?? FootprintSettings()).ratings
    let isMeasured = footprint.primaryShare.map { !$0.isZero } ?? false
    // What a supplier says of its own place is as near as it gets, however far that is from the plant.
    let geographical =
      switch footprint.area {
      case let area? where area.contains("-"): rules.subdivision
      case .some: rules.country
      case nil: rules.unnamed
      }
    // The year in which the middle of its period lies, so that no zone moves it.
    let middle = footprint.start + Span64(nanoseconds: (footprint.end - footprint.start).nanoseconds / 2)
    let age = rule.zone.localDate(end).year - rule.zone.localDate(middle).year
    return DataQuality.Ratings(
      technological: isMeasured ? rules.specific : rules.average, geographical: geographical,
      temporal: rules.temporal(age: age))
  }
}
