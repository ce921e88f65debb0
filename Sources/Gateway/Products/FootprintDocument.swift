import Control
import Factors
import Ledger
import Plant
import Telemetry
import Templates

/// A footprint of PACT 3.0 from the records of one product's orders; pure.
///
/// The footprint by declared unit is gate-to-gate + listed materials, divided by the good output of all orders. What the
/// specification demands and nobody has said is never made up: it is named with the key that says it.
struct FootprintDocument {
  let site: Site
  let zone: PlantZone
  private var missing: [String] = []

  /// The footprint, and the parts of which it is the sum, kg CO2e by declared unit.
  struct Result {
    var pact: PactFootprint
    var json: JSONValue
    var gate: ExactDecimal
    var upstream: ExactDecimal
  }

  init(site: Site, zone: PlantZone) {
    self.site = site
    self.zone = zone
  }

  /// - Parameter records: final ones, by start.
  /// - Throws: `ControlRefusal` with everything that is missing.
  static func make(_ records: [FootprintRecord], site: Site, zone: PlantZone) throws -> Result {
    var document = FootprintDocument(site: site, zone: zone)
    return try document.make(records)
  }

  private mutating func make(_ records: [FootprintRecord]) throws -> Result {
    let names = Set(records.compactMap { $0.text("product") }).sorted()
    guard names.count < 2 else {
      throw ControlRefusal(
        .badRequest,
        "These orders made several products (\(names.joined(separator: ", "))), and a footprint is of one.\n  → Name one "
          + "of the products, or an order.")
    }
    let product = names.first.flatMap { name in site.products.first { $0.id == name } }
    if names.isEmpty {
      missing("productNameCompany", "the order feed names no product", "map `product` in the order feed's attributes")
    } else if product == nil {
      missing("productNameCompany", "products: does not know \(names[0])", "add `- id: \(names[0])` under products:")
    }
    let figures = try figures(records)
    let company = company()
    let maker = try self.product(product, names.first ?? "")
    let exempted = exempted(product, records)
    let gwp = characterization(records)
    guard missing.isEmpty, let figures else { throw refusal(names.first) }
    var pact = PactFootprint(
      id: "", created: records.map(\.issued).max() ?? .distantPast, companyName: company.name,
      companyIDs: company.ids, productDescription: product?.summary ?? maker.name, productIDs: maker.ids,
      productName: maker.name, declaredUnit: maker.unit, declaredAmount: .one, mass: maker.mass,
      start: records.map(\.start).min() ?? .distantPast, end: records.map(\.end).max() ?? .distantPast,
      fossil: try (figures.gate + figures.upstream) / figures.units, characterizationFactors: gwp,
      standards: company.standards)
    let gate = try figures.gate / figures.units
    let upstream = try figures.upstream / figures.units
    if !figures.uptake.isZero { pact.biogenicUptake = try figures.uptake / figures.units }
    pact.fossilCarbonContent = maker.fossilCarbon
    pact.exemptedPercent = exempted.percent
    pact.exemptedDescription = exempted.reason
    pact.validFrom = pact.end
    pact.validTo = validity(pact.end)
    if let place = site.carbon?.subdivision {
      pact.geography = place.contains("-") ? .subdivision(place) : .country(place)
    }
    pact.boundary = boundary(records, gate: gate, upstream: upstream, unit: maker.unit)
    pact.allocation = Self.distinct(
      records.flatMap { $0.body["allocation"]?.arrayValue ?? [] }.compactMap(\.stringValue)
    )
    .joined(separator: "; ")
    pact.secondarySources = sources(records)
    pact.quality = figures.quality
    pact.comment = comment(records)
    pact.id = try Self.uuid(pact)
    return Result(pact: pact, json: try pact.json(), gate: gate, upstream: upstream)
  }

  // MARK: Figures

  private struct Figures {
    var gate: ExactDecimal
    var upstream: ExactDecimal
    /// kg CO2, negative or zero.
    var uptake: ExactDecimal
    var units: ExactDecimal
    var quality: DataQuality?
  }

  private mutating func figures(_ records: [FootprintRecord]) throws -> Figures? {
    var figures = Figures(gate: .zero, upstream: .zero, uptake: .zero, units: .zero, quality: nil)
    var isComplete = true
    for record in records {
      guard let gate = record.decimal("kgco2e") else {
        let problems = (record.body["energy"]?.arrayValue ?? []).compactMap { carrier in
          carrier["problem"]?.stringValue.map { "\(carrier["carrier"]?.stringValue ?? ""): \($0)" }
        }
        missing("fossilGhgEmissions", "order \(record.order) has no figure", problems.joined(separator: "; "))
        isComplete = false
        continue
      }
      guard let upstream = record.decimal("kgco2e_upstream") else {
        let problems = (record.body["materials"]?.arrayValue ?? []).compactMap { $0["problem"]?.stringValue }
        missing(
          "fossilGhgEmissions", "a material of order \(record.order) has no footprint", problems.joined(separator: "; ")
        )
        isComplete = false
        continue
      }
      guard let units = record.decimal("declared_units") else {
        missing(
          "declaredUnitAmount",
          "the output of order \(record.order) is not known in \(record.text("declared_unit") ?? "")",
          "add `mass:` to the product under products:")
        isComplete = false
        continue
      }
      figures.gate = try figures.gate + gate
      figures.upstream = try figures.upstream + upstream
      figures.uptake = try figures.uptake + (record.decimal("biogenic_uptake_kg") ?? .zero)
      figures.units = try figures.units + units
    }
    guard isComplete else { return nil }
    guard ExactDecimal.zero < figures.units else {
      missing(
        "declaredUnitAmount", "the orders have no good output that could carry the emissions",
        "check `counts-pieces` and the verdicts of the line, or the order feed's `produced`")
      return nil
    }
    figures.quality = try quality(records)
    return figures
  }

  /// Means of the records' ratings by their emissions; nil if one has none.
  private func quality(_ records: [FootprintRecord]) throws -> DataQuality? {
    let names = ["technological", "geographical", "temporal"]
    var (whole, primary) = (ExactDecimal.zero, ExactDecimal.zero)
    var sums = [ExactDecimal.zero, .zero, .zero]
    for record in records {
      let weight = try (record.decimal("kgco2e") ?? .zero) + (record.decimal("kgco2e_upstream") ?? .zero)
      if weight.isZero { continue }
      guard let share = record.decimal("primary_data_share") else { return nil }
      whole = try whole + weight.magnitude
      primary = try primary + weight.magnitude * share
      for (place, name) in names.enumerated() {
        guard let rating = record.body["data_quality"]?[name]?.stringValue.flatMap({ ExactDecimal($0) }) else {
          return nil
        }
        sums[place] = try sums[place] + weight.magnitude * rating
      }
    }
    guard !whole.isZero else { return nil }
    return DataQuality(
      primaryShare: try primary.divided(by: whole, places: 2), technological: try sums[0].divided(by: whole, places: 2),
      geographical: try sums[1].divided(by: whole, places: 2), temporal: try sums[2].divided(by: whole, places: 2))
  }

  // MARK: Who and what

  private mutating func company() -> (name: String, ids: [String], standards: [String]) {
    let settings = site.footprint ?? FootprintSettings()
    if settings.company == nil {
      missing("companyName", "nothing says who declares the footprint", "add `footprint: { company: \"…\" }`")
    }
    if settings.companyIDs.isEmpty {
      missing(
        "companyIds", "nothing identifies the company", "add `company-ids: [\"urn:…\"]` under footprint:")
    }
    if settings.standards.isEmpty {
      missing(
        "crossSectoralStandards", "nothing says which standard the footprint follows",
        "add `standards: [ISO14067]` under footprint:, if it does")
    }
    return (settings.company ?? "", settings.companyIDs, settings.standards)
  }

  private struct Maker {
    var name: String
    var ids: [String]
    var unit: PactFootprint.DeclaredUnit
    var mass: ExactDecimal
    var fossilCarbon: ExactDecimal
  }

  private mutating func product(_ product: Product?, _ id: String) throws -> Maker {
    let mass = product?.mass
    if product != nil {
      if product?.identifiers.isEmpty == true {
        missing("productIds", "nothing identifies \(id) outside", "add `gtin:` or `identifiers:` to it under products:")
      }
      if mass == nil {
        missing("productMassPerDeclaredUnit", "the mass of \(id) is not known", "add `mass: 12.4 kg` to it")
      }
      if product?.fossilCarbon == nil {
        missing(
          "fossilCarbonContent", "nothing says how much fossil carbon is in \(id) (plastics, oil)",
          "add `fossil-carbon: 0 kg` to it, or what it has")
      }
    }
    let byMass = product?.declaredUnit == .kilogram
    let piece = product?.fossilCarbon ?? .zero
    return Maker(
      name: product?.name ?? id, ids: product?.identifiers ?? [], unit: byMass ? .kilogram : .piece,
      mass: byMass ? .one : mass ?? .zero,
      fossilCarbon: byMass ? try mass.map { try piece / $0 } ?? .zero : piece)
  }

  /// Without a word of the plant only what has a footprint for every listed input is complete.
  private mutating func exempted(
    _ product: Product?, _ records: [FootprintRecord]
  ) -> (percent: ExactDecimal, reason: String?) {
    if let exempted = product?.exempted { return (exempted.percent, exempted.reason) }
    if let product, product.materials.isEmpty {
      missing(
        "exemptedEmissionsPercent", "\(product.id) lists no materials, so the footprint leaves out all that was bought",
        "list its `materials:`, or say `exempted: { percent: …, reason: … }`")
    }
    return (.zero, nil)
  }

  /// The plant's, and those of the suppliers.
  private mutating func characterization(_ records: [FootprintRecord]) -> [String] {
    guard let carbon = site.carbon else {
      missing("ipccCharacterizationFactors", "the gateway counts no emissions", "add `carbon: { subdivision: CN-CQ }`")
      return []
    }
    let name = carbon.gwp.prefix { $0 != "-" && $0 != "/" }.uppercased()
    guard name.hasPrefix("AR"), name.count > 2, name.dropFirst(2).allSatisfy(\.isNumber) else {
      missing(
        "ipccCharacterizationFactors", "carbon.gwp is \(carbon.gwp), which is no IPCC report",
        "set `gwp: ar6` under carbon:")
      return []
    }
    let suppliers = records.flatMap { $0.body["materials"]?.arrayValue ?? [] }
      .flatMap { $0["characterization"]?.arrayValue ?? [] }.compactMap(\.stringValue)
    return Set([name] + suppliers).sorted()
  }

  // MARK: Words

  private func boundary(
    _ records: [FootprintRecord], gate: ExactDecimal, upstream: ExactDecimal, unit: PactFootprint.DeclaredUnit
  ) -> String {
    let carriers = Self.distinct(
      records.flatMap { $0.body["energy"]?.arrayValue ?? [] }.compactMap { $0["carrier"]?.stringValue })
    let materials = Self.distinct(
      records.flatMap { $0.body["materials"]?.arrayValue ?? [] }.compactMap { material in
        material["name"]?.stringValue.map { name in
          let source = material["source"]?.stringValue.map { " by \($0)" } ?? ""
          return name + source + (material["boundary"]?.stringValue.map { ", which counts: \($0)" } ?? "")
        }
      })
    let places = Self.distinct(records.compactMap { $0.text("place") })
    return "Gate to gate: \(gate) kgCO2e by \(unit.rawValue), \(carriers.joined(separator: ", ")) metered at "
      + "\(places.joined(separator: ", ")), waiting and scrap included. Upstream, partial: \(upstream) kgCO2e by "
      + "\(unit.rawValue) of the listed materials (\(materials.isEmpty ? "none" : materials.joined(separator: "; "))). "
      + "Not included: inputs that are not listed, outbound transport, use, end of life."
  }

  private func sources(_ records: [FootprintRecord]) -> [(name: String, version: String)] {
    var sources: [(name: String, version: String)] = []
    for carrier in records.flatMap({ $0.body["energy"]?.arrayValue ?? [] }) {
      guard let factor = carrier["factor"]?.stringValue else { continue }
      let version = String(factor.prefix { $0 != "/" })
      let name = carrier["factor_source"]?.stringValue ?? version
      if !sources.contains(where: { $0.version == version }) {
        sources.append((name.isEmpty ? version : name, version))
      }
    }
    return sources.sorted { $0.version < $1.version }
  }

  private func comment(_ records: [FootprintRecord]) -> String {
    let hash = LedgerHash.hex(LedgerHash.sha256(Array(records.map { "\($0.id) \($0.hash)\n" }.joined().utf8)))
    let orders = records.prefix(20).map(\.order).joined(separator: ", ") + (records.count > 20 ? " …" : "")
    return "Calculated by the gateway \(site.gateway.id) from \(records.count) ledger records of the orders \(orders); "
      + "SHA-256 over their ids and hashes: \(hash)"
  }

  private func validity(_ end: Timestamp) -> Timestamp {
    zone.startOfDay((site.footprint ?? FootprintSettings()).validYears, yearsAfter: end)
  }

  private static func distinct(_ texts: [String]) -> [String] {
    texts.enumerated().filter { texts.firstIndex(of: $0.element) == $0.offset }.map(\.element)
  }

  /// A name of the contents (RFC 9562 §5.8): the same figures have the same id, others another.
  private static func uuid(_ pact: PactFootprint) throws -> String {
    var contents = pact
    contents.id = FootprintIdentity.blank
    contents.created = Timestamp(seconds: 0)
    return FootprintIdentity.uuid(of: try contents.json())
  }

  // MARK: What is missing

  private mutating func missing(_ member: String, _ why: String, _ remedy: String) {
    let line = "\(member): \(why).\n    → \(remedy.isEmpty ? "see `weir product` for this order" : remedy)"
    if !missing.contains(line) { missing.append(line) }
  }

  private func refusal(_ product: String?) -> ControlRefusal {
    ControlRefusal(
      .badRequest,
      "The footprint\(product.map { " of \($0)" } ?? "") cannot be exported: PACT demands what is not known.\n"
        + missing.map { "  · \($0)" }.joined(separator: "\n")
        + "\n  → After a change of the configuration: `weir reload`.")
  }
}
