import Control
import Factors
import Plant
import Telemetry
import Templates

/// Makes the sections of a plant report from the figures of a period and of the one before; pure.
struct PlantReportWriter {
  /// Of one method, by scope, kg; nil where there is no figure.
  struct Emissions {
    var method: InventoryMethod
    var now: [ExactDecimal]?
    var before: [ExactDecimal]?
  }

  /// More rows do not fit a page.
  private static let areas = 5
  private static let findings = 8
  private static let proposals = 5

  let site: Site
  let now: PeriodFigures
  let before: PeriodFigures
  private let topology: MeterTopology

  init(site: Site, now: PeriodFigures, before: PeriodFigures) {
    self.site = site
    self.now = now
    self.before = before
    topology = MeterTopology(site.assets)
  }

  // MARK: - Energy

  func energy() throws -> PlantReport.Section {
    let quantities = Signal.Quantity.allCases.filter { quantity in
      [now, before].contains { figures in figures.metered.amounts.values.contains { $0[quantity] != nil } }
    }
    let all = Set(site.assets.indices)
    let rows = try quantities.compactMap { quantity -> ReportTable.Row? in
      let amounts = [try sum(quantity, all, now), try sum(quantity, all, before)]
      guard amounts.contains(where: { $0 != nil }) else { return nil }
      return row("\(quantity.rawValue) (\(quantity.unit))", amounts[0], amounts[1])
    }
    return PlantReport.Section(
      "energy", "Energy and media", table: table("carrier", "amount", "", 1, rows),
      lines: rows.isEmpty ? ["no energy records in this time"] : [])
  }

  private func sum(_ quantity: Signal.Quantity, _ group: Set<Int>, _ figures: PeriodFigures) throws -> ExactDecimal? {
    let isMade = [.activeEnergyGeneration, .activeEnergyExport, .batteryEnergyCharged, .batteryEnergyDischarged]
      .contains(quantity)
    let roles: Set<Asset.EnergyRole>? = isMade ? Set(Asset.EnergyRole.allCases) : nil
    var sum: ExactDecimal?
    for place in topology.counted(quantity, roles: roles, among: group.contains) {
      if let amount = figures.metered.amounts[place]?[quantity] { sum = try (sum ?? .zero) + amount }
    }
    return sum
  }

  /// Energy and cost by band; nil without a tariff.
  func cost() throws -> PlantReport.Section? {
    guard let tariff = site.tariff else { return nil }
    let counted = topology.counted(.activeEnergyImport).map { site.assets[$0].id }
    func bands(_ figures: PeriodFigures) throws -> [Int: PeriodFigures.Band] {
      var sums: [Int: PeriodFigures.Band] = [:]
      for id in counted {
        for (place, band) in figures.bands[id] ?? [:] {
          var sum = sums[place] ?? PeriodFigures.Band()
          sum.energy = try sum.energy + band.energy
          if let cost = band.cost { sum.cost = try (sum.cost ?? .zero) + cost }
          sums[place] = sum
        }
      }
      return sums
    }
    let (own, old) = (try bands(now), try bands(before))
    func total(_ sums: [Int: PeriodFigures.Band]) throws -> ExactDecimal? {
      var total: ExactDecimal?
      for place in sums.keys.sorted() {
        if let cost = sums[place]?.cost { total = try (total ?? .zero) + cost }
      }
      return total
    }
    var rows: [ReportTable.Row] = []
    for band in Tariff.Band.allCases where own[band.place] != nil || old[band.place] != nil {
      let (a, b) = (own[band.place], old[band.place])
      rows.append(
        .init(
          name: band.rawValue,
          figures: [a?.energy.description, a?.cost?.description, b?.cost?.description, change(a?.cost, b?.cost)]))
    }
    guard !rows.isEmpty else { return nil }
    var (sum, last) = (try total(own), try total(old))
    // Whole months have a bill, and what it adds belongs to what the period cost.
    let (bill, oldBill) = (try self.bill(now, counted), try self.bill(before, counted))
    for (name, part) in Self.billed {
      let (a, b) = (bill?[keyPath: part], oldBill?[keyPath: part])
      guard a != nil || b != nil else { continue }
      rows.append(.init(name: name, figures: [nil, a?.description, b?.description, change(a, b)]))
      sum = try a.map { try (sum ?? .zero) + $0 } ?? sum
      last = try b.map { try (last ?? .zero) + $0 } ?? last
    }
    var lines =
      bill == nil
      ? ["energy charges only; basic charge, funds and power factor are on the bill of a whole month"]
      : ["with what the months' bills add to the energy charge"]
    if bill != nil, oldBill == nil { lines.append("of the time before only energy charges are known") }
    if let bill, bill.unknown > 0 { lines.append("a bill lacks a part that is not known: the sum is too low") }
    let columns: [ReportTable.Column] = [
      .init("energy", title: "energy", unit: "kWh", places: 1),
      .init("cost", title: "cost", unit: tariff.tariff.currency, places: 2),
      .init("before", title: "before", unit: tariff.tariff.currency, places: 2), Self.changeColumn,
    ]
    return PlantReport.Section(
      "cost", "Electricity by band",
      table: ReportTable(
        title: "Electricity by band", by: "band", start: "", end: "", columns: columns, rows: rows,
        total: .init(name: "sum", figures: [nil, sum?.description, last?.description, change(sum, last)]), notes: []),
      lines: lines)
  }

  private static let billed: [(String, KeyPath<PeriodFigures.Bill, ExactDecimal?> & Sendable)] = [
    ("government funds", \.governmentFunds), ("basic charge", \.basicCharge), ("power factor", \.powerFactor),
  ]

  /// Of the meters that are billed; nil where no whole month is in the figures.
  private func bill(_ figures: PeriodFigures, _ counted: [String]) throws -> PeriodFigures.Bill? {
    var sum: PeriodFigures.Bill?
    for id in counted {
      guard let own = figures.bills[id] else { continue }
      var whole = sum ?? PeriodFigures.Bill()
      func add(_ one: ExactDecimal?, _ other: ExactDecimal?) throws -> ExactDecimal? {
        guard let one, let other else { return one ?? other }
        return try one + other
      }
      whole.governmentFunds = try add(whole.governmentFunds, own.governmentFunds)
      whole.basicCharge = try add(whole.basicCharge, own.basicCharge)
      whole.powerFactor = try add(whole.powerFactor, own.powerFactor)
      whole.unknown += own.unknown
      sum = whole
    }
    return sum
  }

  /// Maximum demand of the meters at the boundary, and when it was.
  func demand() -> PlantReport.Section? {
    let counted = topology.counted(.activeEnergyImport).map { site.assets[$0].id }
    let own = now.maxima.filter { counted.contains($0.asset) }.sorted { $1.demand < $0.demand }.prefix(3)
    guard !own.isEmpty else { return nil }
    let limit = site.tariff?.demandLimit ?? site.tariff?.contractDemand
    let lines = own.map { maximum in
      var line = "\(maximum.demand.text(places: 1)) kW, \(Self.time(maximum.start)) (\(maximum.asset))"
      if let old = before.maxima.first(where: { $0.asset == maximum.asset }) {
        line += "; before \(old.demand.text(places: 1)) kW, \(Self.time(old.start))"
      }
      if let limit, counted.count == 1 {
        line += limit < maximum.demand ? "; ABOVE the limit of \(limit) kW" : "; limit \(limit) kW"
      }
      return line
    }
    return PlantReport.Section("demand", "Maximum demand", lines: Array(lines))
  }

  /// `2026-11-20 09:30`
  private static func time(_ text: String) -> String { String(text.prefix(16)).replacing("T", with: " ") }

  /// Areas (else assets) whose electricity changed most.
  func areas() throws -> PlantReport.Section? {
    let byArea = ReportGroups.rows(site.assets, by: "area")
    let word = byArea.count > 1 ? "area" : "asset"
    var changes: [(row: ReportTable.Row, size: ExactDecimal)] = []
    for group in byArea.count > 1 ? byArea : ReportGroups.rows(site.assets, by: "asset") {
      guard let own = try sum(.activeEnergyImport, group.assets, now),
        let old = try sum(.activeEnergyImport, group.assets, before)
      else { continue }
      let difference = try own - old
      guard !difference.isZero else { continue }
      let figures = [own.description, old.description, difference.description, change(own, old)]
      changes.append((.init(name: group.name, figures: figures), difference.magnitude))
    }
    guard !changes.isEmpty else { return nil }
    // Groups come by name; of equal changes the first name stays first.
    let rows = changes.sorted { $1.size < $0.size }.prefix(Self.areas).map(\.row)
    return PlantReport.Section(
      "areas", "Largest changes of electricity",
      table: ReportTable(
        title: "Largest changes of electricity", by: word, start: "", end: "",
        columns: [
          .init("energy", title: "energy", unit: "kWh", places: 1),
          .init("before", title: "before", unit: "kWh", places: 1),
          .init("difference", title: "difference", unit: "kWh", places: 1), Self.changeColumn,
        ], rows: rows, total: nil, notes: []))
  }

  // MARK: - Emissions

  func emissions(_ methods: [Emissions], problems: [String]) throws -> PlantReport.Section? {
    guard !methods.isEmpty else { return nil }
    let rows = try methods.map { own in
      let sum = try own.now.map { try $0[0] + $0[1] + $0[2] }
      let last = try own.before.map { try $0[0] + $0[1] + $0[2] }
      return ReportTable.Row(
        name: own.method.rawValue,
        figures: (0..<3).map { place in own.now.map { $0[place].description } }
          + [sum?.description, last?.description, change(sum, last)])
    }
    let columns =
      (1...3).map { ReportTable.Column("scope_\($0)", title: "scope \($0)", unit: "kg", places: 1) } + [
        .init("sum", title: "sum", unit: "kg", places: 1), .init("before", title: "before", unit: "kg", places: 1),
        Self.changeColumn,
      ]
    return PlantReport.Section(
      "emissions", "Emissions by scope and method",
      table: ReportTable(
        title: "Emissions by method", by: "method", start: "", end: "", columns: columns, rows: rows, total: nil,
        notes: []), lines: problems)
  }

  // MARK: - What to do

  /// Open findings of energy and carbon, the severest first.
  static func findings(_ open: [Finding]) -> PlantReport.Section {
    let own = open.filter { finding in families.contains { finding.rule.hasPrefix($0) } }
    var lines = own.prefix(findings).map { "[\($0.severity.word)] \($0.summary) → \($0.advice)" }
    if own.count > findings { lines.append("… and \(own.count - findings) more: weir status") }
    return PlantReport.Section(
      "findings", "Open findings of energy and carbon", lines: lines.isEmpty ? ["none"] : lines)
  }

  /// How the rules of energy and carbon begin.
  private static let families = [
    "abnormal", "always-on", "balance", "baseline", "budget", "carbon", "counter", "demand", "energy", "high-energy",
    "idle", "leak", "performance", "target",
  ]

  static func proposals(_ advice: AdviceReport) -> PlantReport.Section {
    var lines = advice.proposals.prefix(proposals).map { line($0, advice) }
    if advice.proposals.count > proposals {
      lines.append("… and \(advice.proposals.count - proposals) more: weir energy advice")
    }
    if lines.isEmpty { lines = ["nothing to be gained (policy \(advice.policy))"] + advice.notes.prefix(2) }
    return PlantReport.Section("proposals", "Proposals for the next \(GatewayControl.adviceHours) h", lines: lines)
  }

  private static func line(_ proposal: AdviceReport.Proposal, _ advice: AdviceReport) -> String {
    var gains: [String] = []
    if let saving = proposal.saving.flatMap({ ExactDecimal($0) }), let currency = advice.currency {
      gains.append("saves \(saving.text(places: 2)) \(currency)")
    }
    if let kilograms = proposal.emissions.flatMap({ ExactDecimal($0) }), !kilograms.isZero {
      let amount = "\(kilograms.magnitude.text(places: 1)) kg\(advice.gas ?? "")"
      gains.append(kilograms.isNegative ? "emits \(amount) MORE" : "emits \(amount) less")
    }
    return ([proposal.action] + gains).joined(separator: ", ")
  }

  // MARK: - Parts

  private static let changeColumn = ReportTable.Column("change", title: "change", unit: "%", places: 1)

  private func table(
    _ by: String, _ title: String, _ unit: String, _ places: Int, _ rows: [ReportTable.Row]
  ) -> ReportTable? {
    guard !rows.isEmpty else { return nil }
    return ReportTable(
      title: "", by: by, start: "", end: "",
      columns: [
        .init(title, title: title, unit: unit, places: places),
        .init("before", title: "before", unit: unit, places: places),
        Self.changeColumn,
      ], rows: rows, total: nil, notes: [])
  }

  private func row(_ name: String, _ own: ExactDecimal?, _ old: ExactDecimal?) -> ReportTable.Row {
    ReportTable.Row(name: name, figures: [own?.description, old?.description, change(own, old)])
  }

  /// Percent of the one before, one place more than is shown; nil where there is nothing to compare with.
  private func change(_ own: ExactDecimal?, _ old: ExactDecimal?) -> String? {
    guard let own, let old, !old.isZero else { return nil }
    // A share of more digits than can be held is no figure for people either.
    guard let percent = try? (own - old) * ExactDecimal(100) / old else { return nil }
    return percent.rounded(to: 2).description
  }
}
