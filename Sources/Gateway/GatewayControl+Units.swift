import Control
import Engine
import Journal
import Ledger
import Plant
import Production
import Store
import Telemetry
import Templates

/// Footprints of single units, and proofs of records and units for partners.
extension GatewayControl {
  func productUnit(_ query: UnitQuery) async throws -> ProductDocument {
    let found = try unit(query)
    return ProductDocument(
      id: found.unit, text: found.statement.canonicalText + "\n", summary: found.summary(zone), notes: found.notes,
      records: [found.record.id])
  }

  func unit(_ query: UnitQuery) throws -> UnitFootprint {
    let now = board.view?.plantClock ?? PlantClock.system().wall
    let period: PlantPeriod
    do {
      period = try PlantPeriod(query.period, now: now, zone: zone)
    } catch {
      throw ControlRefusal(.badRequest, "\(error).\n  → Write \(PlantPeriod.forms).")
    }
    var matches: [(record: FootprintRecord, visits: [UnitFootprint.Visit])] = []
    let lines = ProductionLine.lines(of: site)
    var hasStation = false
    for line in lines {
      let stations = line.counters.filter { site.assets[$0].eventSignal(carrying: ["verdict", "unit"]) != nil }
      guard !stations.isEmpty else { continue }
      hasStation = true
      let feeds = Set(line.feeds.map { site.assets[$0].id })
      // An order belongs to the period in which it began, and its pieces may come later.
      let orders = try names.newest(
        store.records(kind: .productionOrder, from: period.start, to: period.end, limit: .max)
      ).filter { feeds.contains(names.current($0.asset)) }
      for order in orders {
        let body = try JSONValue(parsing: order.json)["body"]
        if let wanted = query.order, body?["order"]?.stringValue != wanted { continue }
        let intervals = Self.intervals(body, until: now)
        guard let from = intervals.first?.lowerBound, let to = intervals.last?.upperBound else { continue }
        let visits = try stations.flatMap { try self.visits($0, from: from, to: to) }
          .filter { visit in intervals.contains { $0.contains(visit.visit.time) } }
        guard visits.contains(where: { $0.visit.unit == query.serial }) else { continue }
        let prints = try names.newest(
          store.records(
            kind: .productFootprint, from: order.start, to: order.start + Span64(nanoseconds: 1), limit: .max))
        guard let print = prints.first(where: { names.currentKey($0.key) == names.currentKey(order.key) }) else {
          throw ControlRefusal(
            .notFound,
            "The unit \(query.serial) belongs to the order \(body?["order"]?.stringValue ?? order.key), which has no footprint "
              + "yet.\n  → It is made when the order ends, and at the end of each day.")
        }
        matches.append((try FootprintRecord(print), visits))
      }
    }
    guard hasStation else {
      throw ControlRefusal(
        .badRequest,
        "No station of a line tells the serial numbers of its pieces.\n  → Its event needs the attributes `unit` and "
          + "`verdict` (templates end-of-line-tester, vision-station), and the station says `counts-pieces: yes`.")
    }
    guard let match = matches.first else {
      throw ControlRefusal(
        .notFound,
        "No station has seen the unit \"\(query.serial)\" in an order that began from \(zone.rfc3339(period.start)) to "
          + "\(zone.rfc3339(period.end)).\n  → Choose another --period; events are kept as long as records can be revised, and "
          + "those of the last seconds are not stored yet.")
    }
    guard matches.count == 1 else {
      let orders = matches.map(\.record.order).joined(separator: ", ")
      throw ControlRefusal(
        .badRequest,
        "The unit \(query.serial) was seen in several orders: \(orders).\n  → Say which with --order.")
    }
    return try UnitFootprint.make(query.serial, of: match.record, visits: match.visits)
  }

  private static func intervals(_ body: JSONValue?, until now: Timestamp) -> [Range<Timestamp>] {
    (body?["intervals"]?.arrayValue ?? []).compactMap { interval in
      guard let start = interval["start"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) else { return nil }
      let end = interval["end"]?.stringValue.flatMap { Timestamp(rfc3339: $0) } ?? now
      return start < end ? start..<end : nil
    }
  }

  private func visits(_ asset: Int, from: Timestamp, to: Timestamp) throws -> [UnitFootprint.Visit] {
    guard let signal = site.assets[asset].eventSignal(carrying: ["verdict", "unit"]) else { return [] }
    let series = catalog.series(asset: asset, signal: signal)
    let chunks = try store.historyChunks(
      asset: catalog.assetNumber(asset), fromBlock: HistorySamples.block(of: from),
      toBlock: HistorySamples.block(of: to))
    return try HistorySamples.events(chunks, of: series).filter { from <= $0.time && $0.time < to }
      .compactMap { event in
        UnitVisit(event).map { visit in
          UnitFootprint.Visit(
            station: site.assets[asset].id, visit: visit, duration: event.first("duration").flatMap { ExactDecimal($0) }
          )
        }
      }
  }

  // MARK: Proofs

  func prove(_ query: ProofQuery) async throws -> ProductDocument {
    var statement: UnitFootprint?
    var id = query.subject
    if query.subject.split(separator: "/").count < 4 {
      let found = try unit(UnitQuery(serial: query.subject, order: query.order, period: query.period))
      id = found.record.id
      statement = found
    }
    let file = try LedgerArchive(path: site.gateway.dataDirectory).file
    do {
      let whole = try file.proof(of: id)
      let kind = whole.record["kind"]?.stringValue ?? ""
      let selection = try ExtractSelection(kind: kind, more: query.show)
      guard let leaf = try EnvelopeReader(json: whole.record).leaf, let body = whole.record["body"] else {
        throw LedgerError("\(id) has no place in the ledger")
      }
      let extract = try keeper.withKey { key in
        try LedgerExtract.sign(
          body: body, leaf: leaf, statement: statement?.shown(selection), shows: selection.shows,
          salt: { (0..<16).map { _ in UInt8.random(in: .min ... .max) } }, by: key)
      }
      var members = try file.proof(of: id, withBody: false)
      members.extract = extract
      let shown = LedgerExtract.members(of: body).filter { selection.shows($0.pointer) }
      return ProductDocument(
        id: statement?.unit ?? id, text: members.json.canonicalText + "\n",
        summary: (statement?.summary(zone) ?? ["record \(id)"])
          + [
            "shown of \(LedgerExtract.members(of: body).count) members: \(shown.map(\.pointer).joined(separator: " "))"
          ],
        notes: statement?.notes ?? [], records: [id])
    } catch let error as LedgerError {
      throw ControlRefusal(.badRequest, "There is no proof: \(error).")
    }
  }
}
