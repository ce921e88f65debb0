import Control
import Engine
import Inspection
import Plant
import Store
import Telemetry
import Templates

/// What people should look at again, and how right the stations are at each confidence.
extension GatewayControl {
  /// Rows of the queue that are shown.
  private static let shown = 200

  /// - Parameter word: `queue` or `band`.
  func reviews(_ stations: [Asset], _ word: String, _ period: PlantPeriod) throws -> ReportTable {
    var queues: [(station: String, queue: ReviewQueue)] = []
    for asset in stations where asset.criticality != .safety {
      guard let place = site.assets.firstIndex(where: { $0.id == asset.id }),
        let signal = asset.eventSignal(carrying: ["verdict", "unit"])
      else { continue }
      let other = asset.eventSignal(carrying: ["review", "unit"])
      let results = try events(place, signal, period)
      let reviews = try other.map { $0 == signal ? [] : try events(place, $0, period) } ?? []
      queues.append(
        (
          asset.id,
          ReviewQueue(
            results: results, reviews: reviews, confidence: site.inspection.reviewConfidence.doubleValue,
            sample: site.inspection.reviewSample.doubleValue)
        ))
    }
    return try word == "band" ? bands(queues, period) : queue(queues, period)
  }

  func events(_ asset: Int, _ signal: Int, _ period: PlantPeriod) throws -> [Event] {
    let chunks = try store.historyChunks(
      asset: catalog.assetNumber(asset), fromBlock: HistorySamples.block(of: period.start),
      toBlock: HistorySamples.block(of: period.end))
    return try HistorySamples.events(chunks, of: catalog.series(asset: asset, signal: signal))
      .filter { period.start <= $0.time && $0.time < period.end }
  }

  private func queue(_ queues: [(station: String, queue: ReviewQueue)], _ period: PlantPeriod) throws -> ReportTable {
    let all = queues.flatMap { station, queue in queue.entries.map { (station: station, entry: $0) } }
      .sorted { a, b in
        (a.entry.reason.rawValue, a.entry.confidence ?? 0, a.entry.time, a.station)
          < (b.entry.reason.rawValue, b.entry.confidence ?? 0, b.entry.time, b.station)
      }
    let rows = all.prefix(Self.shown).map { station, entry in
      ReportTable.Row(
        name: "\(station) \(entry.unit)",
        figures: [
          entry.confidence.map { FigureText.text(100 * $0, places: 2) }, entry.reason.text, entry.verdict,
          entry.defects.isEmpty ? nil : entry.defects.joined(separator: " "), entry.step, zone.rfc3339(entry.time),
          station, entry.unit,
        ],
        note: ([entry.reason.text, entry.verdict] + entry.defects + [entry.step].compactMap(\.self)
          + [String(zone.rfc3339(entry.time).prefix(19))]).joined(separator: "  "))
    }
    var notes = [
      "\(all.count) parts wait for a person, \(queues.reduce(0) { $0 + $1.queue.reviewed }) have been reviewed; doubtful is a "
        + "confidence below \(FigureText.percent(site.inspection.reviewConfidence.doubleValue, places: 0)), and "
        + "\(FigureText.percent(site.inspection.reviewSample.doubleValue, places: 2)) of the others are a sample"
    ]
    if all.count > rows.count { notes.append("the first \(rows.count) are shown") }
    notes += try proposals(queues.map(\.station))
    return table(
      "Review queue", "queue", period,
      [
        .init("confidence", title: "confidence", unit: "%", places: 1), .words("reason", title: "because"),
        .words("verdict", title: "verdict"), .words("defects", title: "defects"), .words("step", title: "step"),
        .words("time", title: "time"), .words("station", title: "station", detail: true),
        .words("unit", title: "unit", detail: true),
      ], Array(rows), total: nil, notes: notes)
  }

  /// What to look at more closely while something is wrong with a station.
  private func proposals(_ stations: [String]) throws -> [String] {
    let rules = ["defect-rate", "recognition-accuracy", "confidence-drift", "model-change", "recipe-change"]
    let open = try store.findings(limit: 1000).filter {
      $0.closed == nil && rules.contains($0.rule) && stations.contains($0.subject)
    }
    let share = 1 - site.inspection.accuracyLimit.doubleValue
    let enough = ReviewQueue.proof(share: share)
    return Dictionary(grouping: open, by: \.subject).sorted { $0.key < $1.key }.map { station, findings in
      let since = findings.map(\.opened).min() ?? .distantPast
      let names = Set(findings.map(\.rule)).sorted().joined(separator: ", ")
      return
        "inspect \(station) more closely (\(names) since \(zone.rfc3339(since))): look at all parts that it rejected and "
        + "at \(enough) that it passed since then; if all \(enough) are good, fewer than "
        + "\(FigureText.percent(share, places: 0)) of them are bad (95 %)"
    }
  }

  private func bands(_ queues: [(station: String, queue: ReviewQueue)], _ period: PlantPeriod) throws -> ReportTable {
    var sums: [ReviewQueue.Band] = []
    for (_, queue) in queues {
      if sums.isEmpty {
        sums = queue.bands
        continue
      }
      for (place, band) in queue.bands.enumerated() {
        sums[place].results += band.results
        sums[place].rejected += band.rejected
        sums[place].recognition += band.recognition
      }
    }
    func text(_ share: Double?) -> String? { share.map { FigureText.text(100 * $0, places: 4) } }
    let rows = sums.filter { $0.results > 0 }.map { band in
      let interval = band.recognition.accuracy.interval()
      return ReportTable.Row(
        name: "\(FigureText.percent(band.low, places: 0)) to \(FigureText.percent(band.high, places: 0))",
        figures: [
          String(band.results), text(Proportion(band.rejected, of: band.results).share),
          String(band.recognition.reviews), text(band.recognition.accuracy.share), text(interval?.lowerBound),
          text(interval?.upperBound),
        ])
    }
    let without = queues.reduce(0) { $0 + $1.queue.withoutConfidence }
    return table(
      "Confidence", "band", period,
      [
        .init("inspected", title: "parts", unit: "", places: 0, hasBar: true),
        .init("rejected", title: "rejected", unit: "%", places: 2),
        .init("reviews", title: "reviews", unit: "", places: 0),
        .init("accuracy", title: "right", unit: "%", places: 2),
        .init("accuracy_from", title: "from", unit: "%", places: 2),
        .init("accuracy_to", title: "to", unit: "%", places: 2),
      ], rows, total: nil,
      notes: (rows.isEmpty ? [Self.noRecords] : [])
        + (without > 0 ? ["\(without) results have no confidence between 0 and 1"] : [])
        + ["of results whose events are still kept: as long as records can be revised"])
  }
}
