import Control
import Factors
import Ledger
import Plant
import Store
import Telemetry

/// Footprints of products for people outside.
extension GatewayControl {
  func productDocument(_ query: ProductDocumentQuery) async throws -> ProductDocument {
    let (records, notes) = try footprintRecords(query.name, period: query.period)
    let result: FootprintDocument.Result
    do {
      result = try FootprintDocument.make(records, site: site, zone: zone)
    } catch let problem as FactorProblem {
      throw ControlRefusal(.badRequest, "\(problem.message).\n  → \(problem.remedy)")
    }
    let pact = result.pact
    let unit = pact.declaredUnit.rawValue
    var document = ProductDocument(
      id: "urn:uuid:\(pact.id)", text: result.json.canonicalText + "\n",
      summary: [
        "\(pact.productName) (\(pact.productIDs.joined(separator: ", "))) of \(pact.companyName)",
        "\(try result.gate + result.upstream) kgCO2e by \(unit): \(result.gate) gate to gate, \(result.upstream) of "
          + "listed materials",
        "data of \(zone.rfc3339(pact.start)) – \(zone.rfc3339(pact.end)), \(records.count) "
          + (records.count == 1 ? "order" : "orders"),
      ], notes: notes, records: records.map(\.id))
    if let end = pact.validTo { document.summary.append("valid until \(zone.rfc3339(end))") }
    guard query.format == .credential else { return document }
    let file = try query.withProof ? LedgerArchive(path: site.gateway.dataDirectory).file : nil
    var sources: [FootprintCredential.Source] = []
    for record in records {
      var source = FootprintCredential.Source(id: record.id, hash: record.hash)
      do throws(LedgerError) {
        source.proof = try file.map { file throws(LedgerError) in try Self.proof(of: record.id, in: file) }
      } catch {
        document.notes.append("\(record.order) is without proof: \(error)")
      }
      sources.append(source)
    }
    let handovers = try store.ledgerKeys().compactMap(\.handover)
    document.text = try keeper.withKey { key in
      try FootprintCredential.sign(
        result.json, sources: sources, gateway: site.gateway.id, handovers: handovers, by: key) + "\n"
    }
    document.summary.append(
      "signed with the key \(try store.ledgerKeys().last?.key.fingerprint ?? "")"
        + (query.withProof ? ", \(sources.count { $0.proof != nil }) of \(sources.count) records with their proof" : "")
    )
    return document
  }

  private static func proof(of id: String, in file: StoreFile) throws(LedgerError) -> LedgerProof {
    do {
      return try file.proof(of: id, withBody: false)
    } catch let error as LedgerError {
      throw error
    } catch { throw LedgerError("\(error)") }
  }

  /// The newest footprints of the orders of a product or batch, or of one order, by their start.
  func footprintRecords(_ name: String, period text: String) throws -> (records: [FootprintRecord], notes: [String]) {
    let now = board.view?.plantClock ?? PlantClock.system().wall
    let period: PlantPeriod
    do {
      period = try PlantPeriod(text, now: now, zone: zone)
    } catch {
      throw ControlRefusal(.badRequest, "\(error).\n  → Write \(PlantPeriod.forms).")
    }
    let all = try names.newest(
      store.records(kind: .productFootprint, from: period.start, to: period.end, limit: .max)
    ).map(FootprintRecord.init)
    // The number of an order stands before the name of a batch or product.
    let order = all.filter { $0.order == name }
    let own = order.isEmpty ? all.filter { $0.isOf(name) } : order
    guard !own.isEmpty else {
      throw ProductReport.unknown(
        name, all.map(\.body), start: zone.rfc3339(period.start), end: zone.rfc3339(period.end))
    }
    let final = own.filter(\.isFinal)
    guard !final.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "\(own.map(\.order).joined(separator: ", ")) has not ended: its footprint is provisional, and nobody outside should "
          + "rest on it.\n  → Export it when the order feed has told its end.")
    }
    let open = own.filter { !$0.isFinal }.map(\.order)
    return (final, open.isEmpty ? [] : ["left out, as they have not ended: \(open.joined(separator: ", "))"])
  }
}
