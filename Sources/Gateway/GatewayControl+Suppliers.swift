import Control
import Factors
import Journal
import Ledger
import Plant
import Production
import Rules
import Store
import Telemetry
import Templates

/// Footprints of bought materials: checked while the person waits, then durable in the journal.
extension GatewayControl {
  /// - Parameter given: with `document` (PACT 3.0), or `credential` (the text of a signed one).
  func importFootprint(_ given: SiteCommand) throws -> CommandReceipt {
    guard !ProductionLine.lines(of: site).isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "This gateway knows no production line, so no product's footprint could use it.\n  → Add an asset with the template "
          + "order-feed.")
    }
    let now = PlantClock.system().wall
    var command = given
    command.members["entered"] = .string(now.rfc3339UTC)
    if let credential = command.members.removeValue(forKey: "credential")?.stringValue {
      let (issuer, document) = try checked(credential, at: now)
      command.members["document"] = document
      command.members["issuer"] = .string(issuer.name)
      command.members["issuer_key"] = .string(issuer.key)
    } else {
      command.members["issuer"] = nil
      command.members["issuer_key"] = nil
    }
    let imported: ImportedFootprint
    do {
      imported = try ImportedFootprint(command)
    } catch {
      throw ControlRefusal(.badRequest, "The footprint was not taken: \(error).")
    }
    let footprint = imported.footprint
    guard footprint.isActive else {
      throw ControlRefusal(
        .badRequest,
        "The footprint was not taken: \(footprint.company) has withdrawn it (status Deprecated).\n  → Ask for the one that "
          + "replaces it.")
    }
    let known = try store.records(kind: .supplierFootprint, limit: .max).contains {
      $0.key.hasPrefix("\(footprint.id)/")
    }
    guard !known else {
      throw ControlRefusal(
        .badRequest,
        "The footprint was not taken: \(footprint.id) is there already.\n  → A corrected one has another id, and names this "
          + "one in precedingPfIds; `weir product suppliers` lists them.")
    }
    let uses = try uses(of: footprint)
    let position = try writer.append(command: imported.journaled)
    let signed = imported.issuer.map { "signed by \($0.name), key \($0.key)" } ?? "without a checked signature"
    return CommandReceipt(
      id: footprint.id, position: position,
      summary: "\(footprint.product) of \(footprint.company): \(try footprint.emissions(of: .one)) kgCO2e by "
        + "\(footprint.unit.rawValue), data of \(zone.rfc3339(footprint.start)) – \(zone.rfc3339(footprint.end)), \(signed)\n"
        + (uses.isEmpty ? "no material uses it yet" : "for " + uses.joined(separator: ", ")),
      warnings: warnings(imported, uses: uses, now: now))
  }

  /// - Returns: whose signature it is, and the document in it.
  private func checked(
    _ credential: String, at now: Timestamp
  ) throws -> (issuer: ImportedFootprint.Issuer, document: JSONValue) {
    let issuers = site.footprint?.issuers ?? []
    guard !issuers.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "The footprint was not taken: no supplier's signature is trusted.\n  → Add the supplier with its public key: "
          + "`footprint: { trusted-issuers: [{ name: …, key: … }] }`, then `weir reload`.")
    }
    var reason = ""
    for issuer in issuers {
      do throws(LedgerError) {
        let key = try PublicKey(text: issuer.key)
        let report = try FootprintCredential.verify(credential, by: [key], at: now)
        return (ImportedFootprint.Issuer(name: issuer.name, key: report.fingerprint), report.footprint)
      } catch {
        reason += "\n  · \(issuer.name): \(error)"
      }
    }
    throw ControlRefusal(
      .badRequest,
      "The footprint was not taken: its signature does not hold.\(reason)\n  → Ask the supplier for its key by another way, "
        + "and set it under `footprint: trusted-issuers:`.")
  }

  /// The materials that name it, each with its product.
  private func uses(of footprint: SupplierFootprint) throws -> [String] {
    var uses: [String] = []
    for product in site.products {
      for material in product.materials {
        guard let urn = material.supplierProduct, footprint.productIDs.contains(urn) else { continue }
        guard material.unit == footprint.amountUnit else {
          throw ControlRefusal(
            .badRequest,
            "The footprint was not taken: it is declared by \(footprint.unit.rawValue), and \(product.id) uses "
              + "\(material.name) in \(material.unit).\n  → "
              + (footprint.amountUnit.map { "Write the material's amount in \($0)." }
                ?? "Ask the supplier for a footprint by \(material.unit)."))
        }
        uses.append("\(material.name) of \(product.id)")
      }
    }
    return uses
  }

  private func warnings(_ imported: ImportedFootprint, uses: [String], now: Timestamp) -> [String] {
    let footprint = imported.footprint
    var warnings: [String] = []
    if uses.isEmpty {
      warnings.append(
        "no material under products: has `supplier-product: \(footprint.productIDs.first ?? "urn:…")`; add it to the one that "
          + "this is")
    }
    let validTo =
      footprint.validTo
      ?? zone.startOfDay((site.footprint ?? FootprintSettings()).validYears, yearsAfter: footprint.end)
    if validTo <= now { warnings.append("its validity ended on \(zone.rfc3339(validTo)): ask for a newer one") }
    if imported.issuer == nil {
      warnings.append("it has no signature: only the file's hash and your name stand for it")
    }
    if footprint.primaryShare == nil { warnings.append("it does not say its share of primary data: counted as 0 %") }
    if let gwp = site.carbon?.gwp, footprint.characterizationFactors != [gwp] {
      warnings.append(
        "it is in \(footprint.characterizationFactors.joined(separator: ", ")), and the plant counts in \(gwp)")
    }
    return warnings
  }

  func supplierFootprints() async throws -> ReportTable {
    let records = try store.records(kind: .supplierFootprint, limit: .max)
    return SupplierReport.table(
      try records.map { try JSONValue(parsing: $0.json)["body"] ?? .null }, products: site.products, zone: zone)
  }
}
