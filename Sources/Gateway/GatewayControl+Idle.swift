import Control
import Plant
import Store
import Telemetry
import Templates

/// Idle use of a period, from the records of its days.
extension GatewayControl {
  private struct IdleSums {
    var waste = ExactDecimal.zero
    var idle = ExactDecimal.zero
    var energy = ExactDecimal.zero
    var idleSeconds = ExactDecimal.zero
    var producingSeconds = ExactDecimal.zero
    /// Nil as soon as a part has none.
    var cost: ExactDecimal? = .zero
    var emissions: ExactDecimal? = .zero
    var gases: Set<String> = []
    var days = 0

    mutating func add(_ body: JSONValue) throws {
      func decimal(_ name: String) -> ExactDecimal? { body[name]?.stringValue.flatMap { ExactDecimal($0) } }
      waste = try waste + (decimal("waste_kwh") ?? .zero)
      idle = try idle + (decimal("idle_kwh") ?? .zero)
      energy = try energy + (decimal("energy_kwh") ?? .zero)
      idleSeconds = try idleSeconds + (decimal("idle_seconds") ?? .zero)
      producingSeconds = try producingSeconds + (decimal("producing_seconds") ?? .zero)
      cost = try cost.flatMap { sum in try decimal("waste_cost").map { try sum + $0 } }
      emissions = try emissions.flatMap { sum in
        try (decimal("waste_kg") ?? decimal("waste_kgco2e")).map { try sum + $0 }
      }
      // Records of before do not say it.
      if emissions != nil { gases.insert(body["gas"]?.stringValue ?? "") }
      days += 1
    }

    func figures() throws -> [String?] {
      let hour = ExactDecimal(3600)
      return [
        waste.description, idle.description, energy.description, try (idleSeconds / hour).description,
        try (producingSeconds / hour).description, cost?.description, emissions?.description,
      ]
    }
  }

  func idleReport(by word: String, _ period: PlantPeriod) throws -> ReportTable {
    guard ReportGroups.words.contains(word) else { throw ReportGroups.unknown(word, known: ReportGroups.words) }
    let watched = site.assets.filter { $0.metering.idle != nil }
    guard !watched.isEmpty else {
      throw ControlRefusal(
        .badRequest,
        "No asset says when it idles.\n  → Add `idle: { standby-target: 5 kW, off-below: 2 kW }` to the machines that "
          + "have a meter.")
    }
    let assets = Dictionary(site.assets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var sums: [String: IdleSums] = [:]
    var total = IdleSums()
    var alwaysOn: [String: Int] = [:]
    var currencies: Set<String> = []
    var methods: Set<String> = []
    try store.visitBodies(kind: .energyIdle, from: period.start, to: period.end, names: names) { record in
      guard record.end <= period.end, let asset = assets[record.asset] else { return }
      let body = try JSONValue(parsing: record.body)
      try total.add(body)
      if body["always_on"] == true { alwaysOn[asset.id, default: 0] += 1 }
      if let currency = body["currency"]?.stringValue { currencies.insert(currency) }
      if let method = body["method"]?.stringValue { methods.insert(method) }
      guard let row = ReportGroups.row(asset, by: word) else { return }
      try sums[row, default: IdleSums()].add(body)
    }
    var notes = alwaysOn.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10).map { id, days in
      "\(id) was never off, on \(days == 1 ? "one day" : "\(days) days")"
    }
    if currencies.count > 1 {
      notes.append("costs are in several currencies: \(currencies.sorted().joined(separator: ", "))")
    }
    if sums.isEmpty { notes.append("a day is judged when it is over: choose an earlier --period, such as yesterday") }
    if let method = methods.sorted().first, !method.isEmpty { notes.append("emissions by the method \(method)") }
    let rows = try sums.sorted { ($1.value.waste, $0.key) < ($0.value.waste, $1.key) }.map { name, sum in
      ReportTable.Row(name: name, figures: try sum.figures())
    }
    return table(
      "Idle use of machines", word, period,
      [
        .init("waste_kwh", title: "waste", unit: "kWh", places: 1, hasBar: true),
        .init("idle_kwh", title: "idle", unit: "kWh", places: 1),
        .init("energy_kwh", title: "of", unit: "kWh", places: 1),
        .init("idle_hours", title: "idle", unit: "h", places: 1),
        .init("producing_hours", title: "producing", unit: "h", places: 1),
        .init("waste_cost", title: "waste", unit: currencies.count == 1 ? currencies.first ?? "" : "", places: 2),
        .init(
          "waste_kg", title: "waste", unit: "kg" + (total.gases.count == 1 ? total.gases.first ?? "" : ""), places: 1),
      ], rows, total: rows.isEmpty ? nil : ReportTable.Row(name: "all", figures: try total.figures()), notes: notes)
  }
}
