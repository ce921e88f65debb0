import Factors
import Rules
import Telemetry
import Templates

/// Footprints of bought materials that people import.
extension ProductionRule {
  /// A footprint, and until when it is valid.
  struct Supplied: Hashable, Sendable {
    var imported: ImportedFootprint
    var validTo: Timestamp
  }

  mutating func heardImport(_ command: SiteCommand, context: inout RuleContext) throws {
    let imported: ImportedFootprint
    do {
      imported = try ImportedFootprint(command)
    } catch {
      // The control API takes no such command; one of another program's journal is said and left.
      context.emit(refusal(command.members["file"]?.stringValue ?? "?", "\(error)", at: context.clock))
      return
    }
    let footprint = imported.footprint
    if suppliers.contains(footprint.id) {
      if try self.imported(footprint.id, context)?.document != imported.document {
        context.emit(refusal(footprint.id, "another document of this id is there already", at: context.clock))
      }
      return
    }
    let before = suppliers
    suppliers.add(SupplierIndex.Entry(footprint))
    context.save(Self.supplierKey(footprint.id), Array(imported.journaled.text.utf8))
    try issue(
      imported, revision: 0, supersededBy: suppliers.successor(of: footprint.id), at: imported.entered, &context)
    for id in footprint.precedingIDs where before.contains(id) && before.successor(of: id) == nil {
      guard let old = try self.imported(id, context) else { continue }
      try issue(old, revision: 1, supersededBy: footprint.id, at: imported.entered, &context)
    }
    try touchOrders(using: footprint, imported, context)
  }

  private static func supplierKey(_ id: String) -> String { "supplier/\(id)" }

  func imported(_ id: String, _ context: RuleContext) throws -> ImportedFootprint? {
    guard let bytes = try context.load(Self.supplierKey(id)),
      let command = SiteCommand(text: String(decoding: bytes, as: UTF8.self))
    else { return nil }
    return try ImportedFootprint(command)
  }

  /// The imported footprints that count for an order's materials, by the supplier's name of the product.
  func supplied(_ product: Product?, at time: Timestamp, _ context: RuleContext) throws -> [String: Supplied] {
    var found: [String: Supplied] = [:]
    for urn in (product?.materials ?? []).compactMap(\.supplierProduct) {
      guard let id = suppliers.choice(urn, at: time), let imported = try imported(id, context) else { continue }
      found[urn] = Supplied(imported: imported, validTo: validTo(imported.footprint))
    }
    return found
  }

  func validTo(_ footprint: SupplierFootprint) -> Timestamp {
    let years = (site.footprint ?? FootprintSettings()).validYears
    return footprint.validTo ?? zone.startOfDay(years, yearsAfter: footprint.end)
  }

  /// The orders whose figures rest on the footprint, or would: those with its product that are still kept.
  private mutating func touchOrders(
    using footprint: SupplierFootprint, _ imported: ImportedFootprint, _ context: RuleContext
  ) throws {
    let products = Set(
      site.products.filter { product in
        product.materials.contains { $0.supplierProduct.map(footprint.productIDs.contains) ?? false }
      }.map(\.id))
    guard !products.isEmpty, let next else { return }
    let cause = RevisionCause(
      asset: site.gateway.id, signal: footprint.id, time: imported.entered, reason: .entered)
    for line in lines.indices {
      for key in try keptOrders(line, from: .distantPast, before: next, context) {
        guard let product = try orderAccount(key, context)?.order.product, products.contains(product) else { continue }
        touch(Touched(line: line, key: key, day: .distantPast, due: context.clock, cause: cause))
      }
    }
  }

  // MARK: Telling

  private func issue(
    _ imported: ImportedFootprint, revision: Int, supersededBy: String?, at time: Timestamp,
    _ context: inout RuleContext
  ) throws {
    let footprint = imported.footprint
    var members: [String: JSONValue] = [
      "site": .string(site.gateway.id), "start": .string(zone.rfc3339(footprint.start)),
      "end": .string(zone.rfc3339(footprint.end)), "footprint": .string(footprint.id),
      "company": .string(footprint.company), "product": .string(footprint.product),
      "product_ids": .array(footprint.productIDs.map { .string($0) }),
      "declared_unit": .string(footprint.unit.rawValue),
      "declared_amount": .string(footprint.declaredAmount.description),
      "kgco2e": .string(footprint.kilograms.description),
      "kgco2e_by_unit": .string(try footprint.emissions(of: .one).description),
      "characterization": .array(footprint.characterizationFactors.map { .string($0) }),
      "primary_data_share": footprint.primaryShare.map { .string($0.description) } ?? .null,
      "valid_to": .string(zone.rfc3339(validTo(footprint))),
      "document": ["name": .string(imported.file), "sha256": .string(imported.fileHash)],
      "person": .string(imported.person), "entered": .string(zone.rfc3339(imported.entered)),
      "status": supersededBy == nil ? "in-force" : "superseded",
    ]
    if !footprint.uptake.isZero { members["biogenic_uptake_kg"] = .string(footprint.uptake.description) }
    members["boundary"] = footprint.boundary.map { .string($0) }
    members["superseded_by"] = supersededBy.map { .string($0) }
    if let issuer = imported.issuer { members["issuer"] = ["name": .string(issuer.name), "key": .string(issuer.key)] }
    context.emit(
      RecordDraft(
        kind: .supplierFootprint, key: "\(footprint.id)/\(footprint.start.rfc3339UTC)", revision: revision,
        asset: site.gateway.id, start: footprint.start, end: footprint.end,
        body: JSONValue.object(members).canonicalBytes(),
        cause: revision == 0
          ? nil
          : RevisionCause(
            asset: site.gateway.id, signal: supersededBy ?? "", time: time, reason: .entered)))
  }

  private func refusal(_ what: String, _ why: String, at time: Timestamp) -> Finding {
    Finding(
      key: "supplier-footprint-refused/\(what)", rule: "supplier-footprint-refused", subject: site.gateway.id,
      severity: .warning, opened: time, summary: "The supplier's footprint \(what) is not used: \(why).",
      advice: "Ask the supplier for a corrected document and import that.")
  }

  /// Opens a finding for each material of a finished order whose footprint is missing or no longer valid, and closes it
  /// with the first order for which that is not so.
  mutating func tellSuppliers(
    _ product: Product?, _ supplied: [String: Supplied], end: Timestamp, order: String, _ context: inout RuleContext
  ) {
    for material in product?.materials ?? [] {
      guard let urn = material.supplierProduct else { continue }
      let what: (state: String, summary: String, advice: String)?
      if let found = supplied[urn] {
        what =
          found.validTo <= end
          ? (
            "expired",
            "The footprint of \(material.name) (\(found.imported.source)) was valid until \(zone.rfc3339(found.validTo)), "
              + "and order \(order) ended later.",
            "Ask \(found.imported.footprint.company) for a newer one and import it: `weir product import FILE`."
          ) : nil
      } else {
        what = (
          "missing", "Nothing is known of the footprint of \(material.name) (\(urn)), which order \(order) used.",
          "Import the supplier's document: `weir product import FILE`."
        )
      }
      let before = supplierTroubles[urn]
      guard before != what?.state else { continue }
      supplierTroubles[urn] = what?.state
      if let before {
        var old = trouble(urn, before, "", "", at: context.clock)
        old.closed = context.clock
        context.emit(old)
      }
      if let what { context.emit(trouble(urn, what.state, what.summary, what.advice, at: context.clock)) }
    }
  }

  private func trouble(_ urn: String, _ state: String, _ summary: String, _ advice: String, at time: Timestamp)
    -> Finding
  {
    Finding(
      key: "supplier-footprint-\(state)/\(urn)", rule: "supplier-footprint-\(state)", subject: site.gateway.id,
      severity: .warning, opened: time,
      summary: summary.isEmpty ? "The footprint of \(urn) is there and valid again." : summary, advice: advice)
  }
}
