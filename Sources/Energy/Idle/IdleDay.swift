import Plant
import Telemetry
import Templates

/// What a day's idle use says: records and findings.
struct IdleDay {
  struct Machine: Hashable, Sendable {
    var asset: Int
    var settings: IdleUse.Settings
    var figures: IdleUse.Figures
    /// Windows with energy of the machine.
    var windows: Int
  }

  let site: Site
  let zone: PlantZone
  let start: Timestamp
  let end: Timestamp
  let window: Span64
  let machines: [Machine]
  let emission: Emission?

  /// Of electricity by the first method of the site.
  struct Emission: Hashable, Sendable {
    var method: String
    /// kg of `gas` per kWh.
    var factor: ExactDecimal
    /// `CO2` or `CO2e`.
    var gas: String
  }

  private var analysis: EnergyAnalysis { site.energy.analysis }
  private var currency: String? { site.tariff?.tariff.currency }
  private var date: String { String(zone.rfc3339(start).prefix(10)) }

  private func isAlwaysOn(_ machine: Machine) -> Bool {
    machine.figures.isAlwaysOn(idleShare: analysis.alwaysOnShare.doubleValue)
  }

  private func emitted(_ machine: Machine) throws(DecimalError) -> ExactDecimal? {
    guard let emission else { return nil }
    return try machine.figures.waste * emission.factor
  }

  /// The draft, as revision 0.
  func record(_ machine: Machine) throws -> RecordDraft {
    let asset = site.assets[machine.asset]
    func seconds(_ span: Span64) -> JSONValue {
      .string(ScaledInteger(span.nanoseconds / 1_000_000_000).description)
    }
    func exact(_ value: ExactDecimal?) -> JSONValue { value.map { .string($0.description) } ?? .null }
    let figures = machine.figures
    let emitted = try emitted(machine)
    let body: [String: JSONValue] = [
      "asset": .string(asset.id), "place": .string(asset.place), "start": .string(zone.rfc3339(start)),
      "end": .string(zone.rfc3339(end)), "energy_kwh": exact(figures.energy), "idle_kwh": exact(figures.idleEnergy),
      "waste_kwh": exact(figures.waste), "standby_target_kw": exact(machine.settings.standbyTarget),
      "off_seconds": seconds(figures.off), "idle_seconds": seconds(figures.idle),
      "producing_seconds": seconds(figures.producing), "always_on": .boolean(isAlwaysOn(machine)),
      "waste_cost": exact(figures.wasteCost),
      "currency": figures.wasteCost == nil ? .null : currency.map { .string($0) } ?? .null,
      "waste_kg": exact(emitted), "gas": emitted == nil ? .null : .string(emission?.gas ?? ""),
      "method": emitted == nil ? .null : .string(emission?.method ?? ""),
      "windows": .integer((end - start).nanoseconds / window.nanoseconds),
      "windows_with_data": .integer(Int64(machine.windows)),
    ]
    return RecordDraft(
      kind: .energyIdle, key: "\(asset.id)/\(start.rfc3339UTC)", revision: 0, asset: asset.id, start: start, end: end,
      body: JSONValue.object(body).canonicalBytes())
  }

  // MARK: Findings

  /// By key. The most wasteful machines, and the areas that use much for little.
  func findings(at now: Timestamp) throws -> [Finding] {
    let share = analysis.idleShare.doubleValue
    let wasteful = machines.filter {
      ExactDecimal.zero < $0.figures.waste
        && $0.figures.waste.doubleValue >= share * $0.figures.energy.doubleValue
    }.sorted { ($1.figures.waste, $0.asset) < ($0.figures.waste, $1.asset) }
    var found = try wasteful.prefix(analysis.idleFindings).map { try finding($0, at: now) }
    found += areas(at: now)
    return found.sorted { $0.key < $1.key }
  }

  private func finding(_ machine: Machine, at now: Timestamp) throws -> Finding {
    let id = site.assets[machine.asset].id
    let figures = machine.figures
    var evidence = [
      Event.Attribute("day", date), Event.Attribute("waste_kwh", figures.waste.description),
      Event.Attribute("idle_kwh", figures.idleEnergy.description),
      Event.Attribute("energy_kwh", figures.energy.description),
      Event.Attribute("idle", FigureText.duration(figures.idle)),
      Event.Attribute("producing", FigureText.duration(figures.producing)),
      Event.Attribute("off", FigureText.duration(figures.off)),
    ]
    var worth: [String] = []
    if let cost = figures.wasteCost, let currency {
      worth.append("\(FigureText.text(cost, places: 2)) \(currency)")
      evidence.append(Event.Attribute("waste_cost", "\(cost) \(currency)"))
    }
    if let kilograms = try emitted(machine), let emission {
      worth.append("\(FigureText.text(kilograms, places: 1)) kg\(emission.gas)")
      evidence.append(Event.Attribute("waste_kg", "\(kilograms) \(emission.gas) (\(emission.method))"))
    }
    let alwaysOn = isAlwaysOn(machine) ? " It was never off." : ""
    return Finding(
      key: "idle-waste/\(id)", rule: "idle-waste", subject: id, severity: .info, opened: now,
      summary: "\(id) idled \(FigureText.duration(figures.idle)) on \(date) and used "
        + "\(FigureText.text(figures.waste)) kWh above its standby target of \(machine.settings.standbyTarget) kW "
        + "meanwhile" + (worth.isEmpty ? "" : ": " + worth.joined(separator: ", "))
        + ", \(FigureText.percent(figures.waste.doubleValue / max(figures.energy.doubleValue, 1e-9))) of its day.\(alwaysOn)",
      advice: isAlwaysOn(machine)
        ? "Switch \(id) off when nothing is planned, at least at night and on free days; if it must stay warm, set its "
          + "`standby-target` to what that takes. `weir energy idle` shows all machines."
        : "Let \(id) go to standby in pauses of more than \(FigureText.duration(machine.settings.minimumIdle)), by its "
          + "control or by hand. `weir energy idle` shows all machines.",
      evidence: evidence)
  }

  private func areas(at now: Timestamp) -> [Finding] {
    var sums: [String: IdleUse.Figures] = [:]
    for machine in machines where machine.windows > 0 {
      let asset = site.assets[machine.asset]
      guard !asset.area.isEmpty else { continue }
      let name = [asset.site, asset.area].filter { !$0.isEmpty }.joined(separator: "/")
      sums[name] = (sums[name]?.adding(machine.figures)) ?? machine.figures
    }
    guard sums.count > 1 else { return [] }
    let areas = sums.sorted { $0.key < $1.key }.map { (name: $0.key, figures: $0.value) }
    return IdleUse.highEnergyLowUse(areas, excess: analysis.areaExcess.doubleValue).prefix(analysis.idleFindings).map {
      area in
      Finding(
        key: "high-energy-low-use/\(area.name)", rule: "high-energy-low-use", subject: area.name, severity: .info,
        opened: now,
        summary: "\(area.name) took \(FigureText.percent(area.energyShare)) of the machines' energy on \(date), with "
          + "\(FigureText.percent(area.useShare)) of their producing time.",
        advice: "Look there first for machines that run without work: `weir energy idle --by asset`. If its processes "
          + "simply need more power, raise `energy: idle: area-excess`.",
        evidence: [
          Event.Attribute("day", date), Event.Attribute("energy_share", FigureText.percent(area.energyShare)),
          Event.Attribute("use_share", FigureText.percent(area.useShare)),
        ])
    }
  }
}

extension IdleUse.Figures {
  /// Of two machines together; nil if a sum does not fit.
  func adding(_ other: Self) -> Self? {
    func sum(_ one: Span64, _ other: Span64) -> Span64 { Span64(nanoseconds: one.nanoseconds + other.nanoseconds) }
    guard let energy = try? self.energy + other.energy, let idleEnergy = try? self.idleEnergy + other.idleEnergy,
      let waste = try? self.waste + other.waste
    else { return nil }
    return IdleUse.Figures(
      energy: energy, idleEnergy: idleEnergy, waste: waste, wasteCost: nil, off: sum(off, other.off),
      idle: sum(idle, other.idle), producing: sum(producing, other.producing))
  }
}
