import Control
import Plant
import Production
import Store
import Telemetry
import Templates

/// Effectiveness of a period, from the records of its days and shifts: elements are summed, then figures are made of them.
extension GatewayControl {
  static let oeeWords = [
    "machine", "line", "area", "site", "shift", "product", "loss", "bottleneck", "group", "cost-centre", "product-line",
  ]

  func oeeReport(by word: String, _ period: PlantPeriod) throws -> ReportTable {
    guard Self.oeeWords.contains(word) else { throw ReportGroups.unknown(word, known: Self.oeeWords) }
    let sums = try OEESums(
      store: store, assets: site.assets, zone: zone, period: period, byShift: word == "shift")
    switch word {
    case "loss": return try lossReport(sums, period)
    case "bottleneck": return try bottleneckReport(sums, period)
    case "group": return try groupReport(sums, period)
    case "product":
      return try oeeTable(word, period, sums, try sums.products(none: "(no order)").sorted { $0.key < $1.key })
    case "shift":
      let rows = try sums.sums { entry in "\(zone.rfc3339(entry.start).prefix(16)) \(entry.shift ?? "")" }
      return try oeeTable(word, period, sums, rows.sorted { $0.key < $1.key })
    default:
      let group = word == "machine" ? "asset" : word
      let rows = try sums.sums { ReportGroups.row($0.asset, by: group) }
      // The worst first; those without a figure last.
      let judged = try rows.map { (name: $0.key, elements: $0.value, oee: try OEEFigures($0.value).oee) }
      let none = ExactDecimal(1_000_000)
      return try oeeTable(
        word, period, sums,
        judged.sorted { ($0.oee ?? none, $0.name) < ($1.oee ?? none, $1.name) }.map { ($0.name, $0.elements) })
    }
  }

  private static let hour = ExactDecimal(3600)
  private func hours(_ nanoseconds: Int64) throws -> String {
    try (OEEElements.seconds(nanoseconds) / Self.hour).description
  }
  private func percent(_ share: ExactDecimal?) throws -> String? {
    try share.map { try ($0 * ExactDecimal(100)).description }
  }

  private func oeeTable(
    _ word: String, _ period: PlantPeriod, _ sums: OEESums, _ rows: [(key: String, value: OEEElements)]
  ) throws -> ReportTable {
    func row(_ name: String, _ elements: OEEElements) throws -> ReportTable.Row {
      let figures = try OEEFigures(elements)
      return ReportTable.Row(
        name: name,
        figures: [
          try percent(figures.oee), try percent(figures.availability), try percent(figures.effectiveness),
          try percent(figures.quality), try hours(elements.planned),
          elements.countsPieces ? String(elements.good) : nil, elements.countsPieces ? String(elements.scrap) : nil,
          elements.energy?.description, figures.energyByPiece?.description,
        ], note: figures.flags.isEmpty ? nil : figures.flags.map(\.rawValue).joined(separator: ", "))
    }
    let lines = try rows.map { try row($0.key, $0.value) }
    let total = lines.count > 1 ? try row("all", try sums.total()) : nil
    return table(
      "Overall equipment effectiveness (ISO 22400-2)", word, period,
      [
        .init("oee", title: "OEE", unit: "%", places: 1, hasBar: true),
        .init("availability", title: "availability", unit: "%", places: 1),
        .init("effectiveness", title: "effectiveness", unit: "%", places: 1),
        .init("quality", title: "quality", unit: "%", places: 1),
        .init("planned_hours", title: "planned", unit: "h", places: 1),
        .init("good", title: "good", unit: "", places: 0), .init("scrap", title: "scrap", unit: "", places: 0),
        .init("kwh", title: "energy", unit: "kWh", places: 1),
        .init("kwh_by_good_piece", title: "by good piece", unit: "kWh", places: 3),
      ], lines, total: total, notes: flagNotes(lines) + oeeNotes(sums, period))
  }

  private func flagNotes(_ rows: [ReportTable.Row]) -> [String] {
    rows.compactMap { row in row.note.map { "\(row.name): \($0)" } }.prefix(12).map { note in
      note.replacing("no planned run time", with: "no planned run time (add `oee: { cycle-time: 12 s }`)")
        .replacing("effectiveness above 1", with: "effectiveness above 100 %, so its planned run time is too long")
        .replacing("no data", with: "no data for a part of the planned time, which counts as lost")
    }
  }

  private func oeeNotes(_ sums: OEESums, _ period: PlantPeriod) -> [String] {
    var notes: [String] = []
    if sums.entries.isEmpty {
      notes.append(
        "a day or shift is judged when it is over; machines with a run state and pieces, or with `oee:`, are judged")
    }
    if !sums.isPlanned {
      notes.append("nothing says when machines are to work, so all time counts as planned: add `shifts:`")
    }
    return notes
  }

  // MARK: Losses

  private func lossReport(_ sums: OEESums, _ period: PlantPeriod) throws -> ReportTable {
    let total = try sums.total()
    let machines = try sums.sums { $0.asset.id }.sorted { $0.key < $1.key }
    var losses: [(loss: OEELoss, seconds: ExactDecimal, worst: String?)] = []
    var unknown: Set<String> = []
    for loss in OEELoss.allCases {
      var sum = ExactDecimal.zero
      var worst: (name: String, seconds: ExactDecimal)?
      for (name, elements) in machines {
        guard let seconds = try elements.seconds(loss) else {
          unknown.insert(name)
          continue
        }
        sum = try sum + seconds
        if worst.map({ $0.seconds < seconds }) ?? true { worst = (name, seconds) }
      }
      if !sum.isZero { losses.append((loss, sum, worst?.name)) }
    }
    losses.sort { ($1.seconds, $0.loss.rawValue) < ($0.seconds, $1.loss.rawValue) }
    let planned = try OEEElements.seconds(total.planned)
    let lost = try losses.reduce(ExactDecimal.zero) { try $0 + $1.seconds }
    var running = ExactDecimal.zero
    let rows = try losses.map { loss, seconds, worst in
      running = try running + seconds
      return ReportTable.Row(
        name: loss.title,
        figures: [
          try (seconds / Self.hour).description, planned.isZero ? nil : try percent(seconds / planned),
          lost.isZero ? nil : try percent(running / lost),
        ], note: worst.map { "most at \($0)" })
    }
    var notes = rows.prefix(3).compactMap { row in row.note.map { "\(row.name): \($0)" } }
    if !unknown.isEmpty {
      notes.append(
        "speed and quality losses leave out \(unknown.sorted().joined(separator: ", ")): no pieces or no planned run time"
      )
    }
    notes.append("hours of planned time by the six big losses, and stops and gaps that nothing explains")
    return table(
      "Losses", "loss", period,
      [
        .init("hours", title: "lost", unit: "h", places: 2, hasBar: true),
        .init("share", title: "of planned", unit: "%", places: 1),
        .init("cumulative", title: "sum of losses", unit: "%", places: 1),
      ], rows, total: nil, notes: notes + oeeNotes(sums, period))
  }

  // MARK: Bottlenecks

  /// By line, the highest active share first.
  private func bottleneckReport(_ sums: OEESums, _ period: PlantPeriod) throws -> ReportTable {
    let assets = Dictionary(sums.entries.map { ($0.asset.id, $0.asset) }, uniquingKeysWith: { first, _ in first })
    let machines = try sums.sums { $0.asset.id }.map { name, elements in
      (
        line: assets[name].flatMap { ReportGroups.row($0, by: "line") } ?? "(no line)", name: name, elements: elements,
        share: try OEEFigures(elements).activeShare ?? .zero
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
          ]))
    }
    return table(
      "Bottlenecks", "line and machine", period,
      [
        .init("rank", title: "rank", unit: "", places: 0),
        .init("active_share", title: "active", unit: "%", places: 1, hasBar: true),
        .init("production_hours", title: "producing", unit: "h", places: 1),
        .init("setup_hours", title: "setup", unit: "h", places: 1),
        .init("breakdown_hours", title: "broken", unit: "h", places: 1),
        .init("waiting_hours", title: "waiting", unit: "h", places: 1),
      ], rows, total: nil,
      notes: [
        "ranked by the share of planned time in which a machine produced, was set up or repaired, instead of waiting "
          + "(active period method): rank 1 holds its line back"
      ] + oeeNotes(sums, period))
  }

  // MARK: Groups

  /// Machines that are seen as one: their energy by their common output, and who runs without load.
  private func groupReport(_ sums: OEESums, _ period: PlantPeriod) throws -> ReportTable {
    var groups: [String: [Int]] = [:]
    for (place, asset) in site.assets.enumerated() {
      if let group = asset.production.group { groups[group, default: []].append(place) }
    }
    guard !groups.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "No machines are seen as one.\n  → Add `group: compressors` to each machine of the group.")
    }
    let amounts = try metered(period).amounts
    let times = try sums.sums { $0.asset.id }
    let media: [Signal.Quantity] = [
      .compressedAirVolumeNormal, .compressedAirVolume, .nitrogenVolumeNormal, .nitrogenVolume, .coolingEnergy,
      .heatEnergy, .steamMass, .goodCount, .productionCount,
    ]
    var rows: [ReportTable.Row] = []
    var notes: [String] = []
    for (group, places) in groups.sorted(by: { $0.key < $1.key }) {
      let medium = media.first { medium in places.contains { amounts[$0]?[medium] != nil } }
      func row(_ name: String, _ members: [Int]) throws -> (row: ReportTable.Row, specific: ExactDecimal?) {
        var energy: ExactDecimal?
        var output: ExactDecimal?
        var elements = OEEElements()
        for place in members {
          if let amount = amounts[place]?[.activeEnergyImport] { energy = try (energy ?? .zero) + amount }
          if let medium, let amount = amounts[place]?[medium] { output = try (output ?? .zero) + amount }
          if let own = times[site.assets[place].id] { try elements.add(own) }
        }
        let ran = elements.production + elements.outsideProduction
        let idle = elements[.minorStops]
        var specific: ExactDecimal?
        if let energy, let output, ExactDecimal.zero < output { specific = try energy / output }
        return (
          ReportTable.Row(
            name: name,
            figures: [
              energy?.description, output?.description, specific?.description, try hours(ran), try hours(idle),
              ran + idle > 0 ? try percent(ExactDecimal(Int(idle)) / ExactDecimal(Int(ran + idle))) : nil,
            ]), specific
        )
      }
      let whole = try row(group, places)
      rows.append(whole.row)
      var hogs: [(name: String, specific: ExactDecimal)] = []
      for place in places {
        let own = try row("  \(site.assets[place].id)", [place])
        rows.append(own.row)
        if let specific = own.specific, let mean = whole.specific, mean < specific {
          hogs.append((site.assets[place].id, specific))
        }
      }
      let unit = medium.map { "kWh by \($0.unit) of \($0.rawValue)" }
      notes.append(
        unit.map { "\(group): \($0)" } ?? "\(group): nothing counts its output, so it has no specific energy")
      if let worst = hogs.max(by: { $0.specific < $1.specific }), let mean = whole.specific {
        let excess = try (worst.specific / mean - .one) * ExactDecimal(100)
        notes.append("\(worst.name) takes \(excess.text(places: 0)) % more energy by output than its group \(group)")
      }
    }
    return table(
      "Groups of machines", "group", period,
      [
        .init("kwh", title: "energy", unit: "kWh", places: 1, hasBar: true),
        .init("output", title: "output", unit: "", places: 1),
        .init("specific", title: "by output", unit: "kWh", places: 4),
        .init("production_hours", title: "loaded", unit: "h", places: 1),
        .init("unloaded_hours", title: "unloaded", unit: "h", places: 1),
        .init("unloaded_share", title: "unloaded", unit: "%", places: 1),
      ], rows, total: nil, notes: notes + oeeNotes(sums, period))
  }
}
