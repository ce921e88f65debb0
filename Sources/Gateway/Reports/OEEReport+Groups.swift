import Control
import Plant
import Production
import Telemetry
import Templates

extension OEEReport {
  /// Machines that are seen as one: their energy by their common output, and who runs without load.
  func groups() throws -> ReportTable {
    var members: [String: [Int]] = [:]
    for (place, asset) in site.assets.enumerated() {
      if let group = asset.production.group { members[group, default: []].append(place) }
    }
    guard !members.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "No machines are seen as one.\n  → Add `group: compressors` to each machine of the group.")
    }
    let amounts = amounts.amounts
    let times = try sums.sums { $0.asset.id }
    let media: [Signal.Quantity] = [
      .compressedAirVolumeNormal, .compressedAirVolume, .nitrogenVolumeNormal, .nitrogenVolume, .coolingEnergy,
      .heatEnergy, .steamMass, .goodCount, .productionCount,
    ]
    var rows: [ReportTable.Row] = []
    var remarks: [String] = []
    for (group, places) in members.sorted(by: { $0.key < $1.key }) {
      let medium = media.first { medium in places.contains { amounts[$0]?[medium] != nil } }
      func row(_ name: String, _ members: [Int]) throws -> (row: ReportTable.Row, specific: ExactDecimal?) {
        var energy: ExactDecimal?
        var output: ExactDecimal?
        var elements = OEEElements()
        for place in members {
          if let amount = amounts[place]?[.activeEnergyImport] { energy = try (energy ?? .zero) + amount }
          if let medium, let amount = amounts[place]?[medium] { output = try (output ?? .zero) + amount }
          if let own = times[site.assets[place].id] { try elements.add(own.elements) }
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
      remarks.append(
        unit.map { "\(group): \($0)" } ?? "\(group): nothing counts its output, so it has no specific energy")
      if let worst = hogs.max(by: { $0.specific < $1.specific }), let mean = whole.specific {
        let excess = try (worst.specific / mean - .one) * ExactDecimal(100)
        remarks.append("\(worst.name) takes \(excess.text(places: 0)) % more energy by output than its group \(group)")
      }
    }
    return page(
      "Groups of machines", "group",
      [
        .init("kwh", title: "energy", unit: "kWh", places: 1, hasBar: true),
        .init("output", title: "output", unit: "", places: 1),
        .init("specific", title: "by output", unit: "kWh", places: 4),
        .init("production_hours", title: "loaded", unit: "h", places: 1),
        .init("unloaded_hours", title: "unloaded", unit: "h", places: 1),
        .init("unloaded_share", title: "unloaded", unit: "%", places: 1),
      ], rows, total: nil, notes: remarks + notes())
  }
}
