import Control
import Plant
import Production
import Telemetry
import Templates

/// Effectiveness of a period as tables: elements are summed, then figures are made of them.
struct OEEReport {
  static let words = [
    "machine", "line", "area", "site", "shift", "product", "loss", "bottleneck", "group", "cost-centre", "product-line",
  ]

  let site: Site
  let zone: PlantZone
  let period: PlantPeriod
  let sums: OEESums
  /// What the period's meters counted, for groups.
  var amounts = MeteredAmounts([])

  func table(by word: String) throws -> ReportTable {
    switch word {
    case "loss": return try losses()
    case "bottleneck": return try bottlenecks()
    case "group": return try groups()
    case "product": return try table(word, try sums.products(none: "(no order)").sorted { $0.key < $1.key })
    case "shift":
      let rows = try sums.sums { entry in "\(zone.rfc3339(entry.start).prefix(16)) \(entry.shift ?? "")" }
      return try table(word, rows.sorted { $0.key < $1.key })
    default:
      let group = word == "machine" ? "asset" : word
      let rows = try sums.sums { ReportGroups.row($0.asset, by: group) }
      // The worst first; those without a figure last.
      let judged = try rows.map { (name: $0.key, sum: $0.value, oee: try OEEFigures($0.value.elements).oee) }
      let none = ExactDecimal(1_000_000)
      return try table(
        word,
        judged.sorted { ($0.oee ?? none, $0.name) < ($1.oee ?? none, $1.name) }.map { ($0.name, $0.sum) })
    }
  }

  /// Machines that a page names.
  private static let named = 5

  /// The worst machines, and what was lost most; nil where no machine is judged.
  func section() throws -> PlantReport.Section? {
    guard !sums.entries.isEmpty else { return nil }
    var machines = try table(by: "machine")
    machines.rows = Array(machines.rows.prefix(Self.named))
    machines.notes = []
    let places = [1, 1]
    let lines = try losses().rows.prefix(3).map { row in
      let figures = zip(row.figures, places).map { figure, places in
        figure.flatMap { ExactDecimal($0) }?.text(places: places) ?? "–"
      }
      return "\(row.name): \(figures[0]) h, \(figures[1]) % of the planned time\(row.note.map { ", \($0)" } ?? "")"
    }
    return PlantReport.Section("effectiveness", machines.title, table: machines, lines: Array(lines))
  }

  static let hour = ExactDecimal(3600)
  func hours(_ nanoseconds: Int64) throws -> String {
    try (OEEElements.seconds(nanoseconds) / Self.hour).description
  }
  private func hoursText(_ nanoseconds: Int64) throws -> String {
    try (OEEElements.seconds(nanoseconds) / Self.hour).text(places: 1)
  }
  func percent(_ share: ExactDecimal?) throws -> String? {
    try share.map { try ($0 * ExactDecimal(100)).description }
  }

  private func table(_ word: String, _ rows: [(key: String, value: OEESums.Sum)]) throws -> ReportTable {
    var leftOut: Set<String> = []
    func row(_ name: String, _ sum: OEESums.Sum) throws -> ReportTable.Row {
      let elements = sum.elements
      let figures = try OEEFigures(elements)
      leftOut.formUnion(sum.leftOut)
      // Machines in a row count the same pieces.
      let isOne = sum.machines.count == 1
      return ReportTable.Row(
        name: name,
        figures: [
          try percent(figures.oee), try percent(figures.availability), try percent(figures.effectiveness),
          try percent(figures.quality), try hours(elements.planned),
          elements.countsPieces ? String(elements.good) : nil, elements.countsPieces ? String(elements.scrap) : nil,
          elements.energy?.description, isOne ? figures.energyByPiece?.description : nil,
        ], note: figures.flags.isEmpty ? nil : figures.flags.map(\.rawValue).joined(separator: ", "))
    }
    let lines = try rows.map { try row($0.key, $0.value) }
    let total = lines.count > 1 ? try row("all", try sums.total()) : nil
    return page(
      "Overall equipment effectiveness (ISO 22400-2)", word,
      [
        .init("oee", title: "OEE", unit: "%", places: 1, hasBar: true),
        .init("availability", title: "availability", unit: "%", places: 1),
        .init("effectiveness", title: "effectiveness", unit: "%", places: 1),
        .init("quality", title: "quality", unit: "%", places: 1),
        .init("planned_hours", title: "planned", unit: "h", places: 1),
        .init("good", title: "good", unit: "", places: 0), .init("scrap", title: "scrap", unit: "", places: 0),
        .init("kwh", title: "energy", unit: "kWh", places: 1),
        .init("kwh_by_good_piece", title: "by good piece", unit: "kWh", places: 3),
      ], lines, total: total, notes: flagNotes(lines) + sumNotes(leftOut, rows) + notes())
  }

  private func sumNotes(_ leftOut: Set<String>, _ rows: [(key: String, value: OEESums.Sum)]) -> [String] {
    var notes: [String] = []
    if !leftOut.isEmpty {
      notes.append(
        "sums of several machines leave out \(leftOut.sorted().joined(separator: ", ")), whose effectiveness is not known"
      )
    }
    if rows.contains(where: { $0.value.machines.count > 1 }) { notes.append("pieces count at each machine of a row") }
    return notes
  }

  private func flagNotes(_ rows: [ReportTable.Row]) -> [String] {
    rows.compactMap { row in row.note.map { "\(row.name): \($0)" } }.prefix(12).map { note in
      note.replacing("no planned run time", with: "no planned run time (add `oee: { cycle-time: 12 s }`)")
        .replacing("effectiveness above 1", with: "effectiveness above 100 %, so its planned run time is too long")
        .replacing("no data", with: "no data for a part of the planned time, which counts as lost")
    }
  }

  func notes() -> [String] {
    var notes: [String] = []
    if sums.entries.isEmpty {
      notes.append(
        "nothing was told in this period; machines with a run state and pieces, or with `oee:`, are judged")
    }
    if let until = sums.until {
      notes.append("of what is under way, what was told until \(zone.rfc3339(until)) counts")
    }
    if !sums.isPlanned {
      notes.append("nothing says when machines are to work, so all time counts as planned: add `shifts:`")
    }
    return notes
  }

  // MARK: Losses

  private func losses() throws -> ReportTable {
    var total = OEEElements()
    for entry in sums.entries { try total.add(entry.elements) }
    let machines = try sums.sums { $0.asset.id }.sorted { $0.key < $1.key }
    var found: [(loss: OEELoss, seconds: ExactDecimal, worst: String?)] = []
    var unknown: Set<String> = []
    var tooFast: Set<String> = []
    for loss in OEELoss.allCases {
      var sum = ExactDecimal.zero
      var worst: (name: String, seconds: ExactDecimal)?
      for (name, own) in machines {
        let elements = own.elements
        guard let seconds = try elements.seconds(loss) else {
          unknown.insert(name)
          continue
        }
        // Faster than planned: the time is planned wrongly, and makes up for nobody else's loss.
        guard loss != .speed || .zero <= seconds else {
          tooFast.insert(name)
          continue
        }
        sum = try sum + seconds
        if worst.map({ $0.seconds < seconds }) ?? true { worst = (name, seconds) }
      }
      if !sum.isZero { found.append((loss, sum, worst?.name)) }
    }
    found.sort { ($1.seconds, $0.loss.rawValue) < ($0.seconds, $1.loss.rawValue) }
    let planned = try OEEElements.seconds(total.planned)
    let lost = try found.reduce(ExactDecimal.zero) { try $0 + $1.seconds }
    var running = ExactDecimal.zero
    let rows = try found.map { loss, seconds, worst in
      running = try running + seconds
      return ReportTable.Row(
        name: loss.title,
        figures: [
          try (seconds / Self.hour).description, planned.isZero ? nil : try percent(seconds / planned),
          lost.isZero ? nil : try percent(running / lost),
        ], note: worst.map { "most at \($0)" })
    }
    var remarks = rows.prefix(3).compactMap { row in row.note.map { "\(row.name): \($0)" } }
    if !unknown.isEmpty {
      remarks.append(
        "speed and quality losses leave out \(unknown.sorted().joined(separator: ", ")): no pieces or no planned run time"
      )
    }
    if !tooFast.isEmpty {
      remarks.append(
        "no speed loss of \(tooFast.sorted().joined(separator: ", ")): faster than planned, so the planned run time is too long"
      )
    }
    remarks.append(
      "stops: \(try hoursText(total.plannedStops)) h planned, \(try hoursText(total.unplannedStops)) h unplanned, of "
        + "\(try hoursText(total.planned + total.plannedStops)) h of shifts")
    remarks.append("hours of planned time by the six big losses, and stops and gaps that nothing explains")
    return page(
      "Losses", "loss",
      [
        .init("hours", title: "lost", unit: "h", places: 2, hasBar: true),
        .init("share", title: "of planned", unit: "%", places: 1),
        .init("cumulative", title: "sum of losses", unit: "%", places: 1),
      ], rows, total: nil, notes: remarks + notes())
  }

  // MARK: Bottlenecks

  /// By line, the highest active share first.
  private func bottlenecks() throws -> ReportTable {
    let assets = Dictionary(sums.entries.map { ($0.asset.id, $0.asset) }, uniquingKeysWith: { first, _ in first })
    let machines = try sums.sums { $0.asset.id }.map { name, sum in
      (
        line: assets[name].flatMap { ReportGroups.row($0, by: "line") } ?? "(no line)", name: name,
        elements: sum.elements, share: try active(sum.elements)
      )
    }
    var rows: [ReportTable.Row] = []
    var line: String?
    var rank = 0
    for machine in machines.sorted(by: { ($0.line, $1.share, $0.name) < ($1.line, $0.share, $1.name) }) {
      rank = machine.line == line ? rank + 1 : 1
      line = machine.line
      rows.append(
        ReportTable.Row(
          name: "\(machine.line)  \(machine.name)",
          figures: [
            String(rank), try percent(machine.share), try hours(machine.elements.production),
            try hours(machine.elements.setup), try hours(machine.elements[.breakdown]),
            try hours(machine.elements[.minorStops] + machine.elements[.unexplained]),
            try hours(machine.elements[.noData]),
          ]))
    }
    return page(
      "Bottlenecks", "line and machine",
      [
        .init("rank", title: "rank", unit: "", places: 0),
        .init("active_share", title: "active", unit: "%", places: 1, hasBar: true),
        .init("production_hours", title: "producing", unit: "h", places: 1),
        .init("setup_hours", title: "setup", unit: "h", places: 1),
        .init("breakdown_hours", title: "broken", unit: "h", places: 1),
        .init("waiting_hours", title: "waiting", unit: "h", places: 1),
        .init("no_data_hours", title: "no data", unit: "h", places: 1),
      ], rows, total: nil,
      notes: [
        "ranked by the share of planned time in which a machine produced, was set up or repaired, instead of waiting "
          + "(active period method): rank 1 holds its line back; of time without data nothing is known, and none of it counts"
      ] + notes())
  }

  /// Of the planned time that is known of.
  private func active(_ elements: OEEElements) throws -> ExactDecimal {
    let known = elements.planned - elements[.noData]
    guard known > 0, let share = try OEEFigures(elements).activeShare else { return .zero }
    return try share * OEEElements.seconds(elements.planned) / OEEElements.seconds(known)
  }

  func page(
    _ title: String, _ by: String, _ columns: [ReportTable.Column], _ rows: [ReportTable.Row],
    total: ReportTable.Row?, notes: [String]
  ) -> ReportTable {
    ReportTable(
      title: title, by: by, start: zone.rfc3339(period.start), end: zone.rfc3339(period.end), columns: columns,
      rows: rows, total: total, notes: notes)
  }
}
