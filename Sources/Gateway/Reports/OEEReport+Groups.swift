import Control
import Plant
import Production
import Telemetry
import Templates

extension OEEReport {
  /// A member is named when it takes so many times the group's energy by output: a product choice.
  private static let hog = ExactDecimal("1.05") ?? .one

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
      func tellers(_ medium: Signal.Quantity) -> Int { places.count { amounts[$0]?[medium] != nil } }
      // What most of them tell; of equal ones the first.
      let medium = media.reversed().filter { tellers($0) > 0 }.max {
        tellers($0) < tellers($1) || tellers($0) == tellers($1)
      }
      // What is counted by another medium, or by none, has no part in the energy by output.
      let compared = Set(
        places.filter { place in
          medium.map { amounts[place]?[$0] != nil && amounts[place]?[.activeEnergyImport] != nil } ?? false
        })
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
        let idle = elements.idle + elements.outsideIdle
        var specific: ExactDecimal?
        var (spent, made) = (ExactDecimal.zero, ExactDecimal.zero)
        for place in members where compared.contains(place) {
          if let medium, let part = amounts[place]?[medium], let used = amounts[place]?[.activeEnergyImport] {
            (spent, made) = (try spent + used, try made + part)
          }
        }
        if ExactDecimal.zero < made { specific = try spent / made }
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
        if let specific = own.specific, let mean = whole.specific, try mean * Self.hog < specific {
          hogs.append((site.assets[place].id, specific))
        }
      }
      let unit = medium.map { "kWh by \($0.unit) of \($0.rawValue)" }
      remarks.append(
        unit.map { "\(group): \($0)" } ?? "\(group): nothing counts its output, so it has no specific energy")
      let apart = places.filter { !compared.contains($0) }.map { site.assets[$0].id }
      if medium != nil, !apart.isEmpty {
        remarks.append(
          "\(group): \(apart.joined(separator: ", ")) \(apart.count == 1 ? "tells" : "tell") no such output or no energy and "
            + "\(apart.count == 1 ? "is" : "are") not in the energy by output")
      }
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
