import Plant
import Telemetry
import Templates

/// What the baselines say of a day: records and findings.
struct PerformanceDay {
  struct Result {
    var observation: DayObservation
    var model: BaselineModel
    var judgement: AbnormalUse.Judgement
  }

  let site: Site
  let zone: PlantZone
  let start: Timestamp
  let end: Timestamp
  let plan: PerformancePlan
  let topology: MeterTopology
  /// By meter of the plan.
  let results: [Int: Result]

  private var date: String { String(zone.rfc3339(start).prefix(10)) }

  private func objections(_ result: Result) -> [String] {
    result.model.baseline.objections(site.energy.analysis.baselineCriteria)
  }

  /// Whether people work stands beside a day only where the baseline takes it.
  private static func drivers(_ result: Result) -> [(name: String, value: Double)] {
    result.observation.drivers.filter {
      $0.name != BaselineModel.workingDay || result.model.baseline.drivers.contains($0.name)
    }
  }

  /// A baseline that the site does not accept makes nothing abnormal.
  private func level(_ result: Result) -> AbnormalUse.Level {
    objections(result).isEmpty ? result.judgement.level : .normal
  }

  private func word(_ level: AbnormalUse.Level) -> String {
    switch level {
    case .normal: "normal"
    case .warning: "warning"
    case .alarm: "alarm"
    }
  }

  /// The draft, as revision 0.
  func record(_ meter: Int, _ result: Result) throws -> RecordDraft {
    func decimal(_ value: Double, places: Int = 3) -> JSONValue { .string(FigureText.text(value, places: places)) }
    let asset = site.assets[plan.meters[meter].asset]
    let quantity = plan.meters[meter].quantity
    let baseline = result.model.baseline
    let actual = try ExactDecimal(result.observation.energy)
    let expected = result.judgement.expected
    var drivers: [String: JSONValue] = [:]
    for driver in Self.drivers(result) { drivers[driver.name] = decimal(driver.value) }
    var slopes: [String: JSONValue] = [:]
    for (name, slope) in zip(baseline.drivers, baseline.slopes) { slopes[name] = decimal(slope, places: 6) }
    let specific = try result.observation.good.flatMap { good in
      try EnergyIndicator.specific(energy: actual, output: ExactDecimal(Int(good)))
    }
    func count(_ value: Int64?) -> JSONValue { value.map { .string(ScaledInteger($0).description) } ?? .null }
    let body: [String: JSONValue] = [
      "asset": .string(asset.id), "place": .string(asset.place), "start": .string(zone.rfc3339(start)),
      "end": .string(zone.rfc3339(end)), "quantity": .string(quantity.rawValue), "unit": .string(quantity.unit),
      "actual": .string(actual.description), "expected": decimal(expected),
      "difference": decimal(result.judgement.excess),
      "ratio": expected == 0 ? .null : decimal(actual.doubleValue / expected, places: 4),
      "deviation": result.judgement.deviation.isFinite ? decimal(result.judgement.deviation, places: 2) : .null,
      "level": .string(word(level(result))),
      "prediction_error": decimal(baseline.predictionError(result.model.period(result.observation).drivers)),
      "drivers": .object(drivers), "production": count(result.observation.production),
      "good": count(result.observation.good), "specific": specific.map { .string($0.description) } ?? .null,
      "baseline": [
        "from": .string(zone.rfc3339(result.model.from)), "to": .string(zone.rfc3339(result.model.to)),
        "days": .integer(Int64(baseline.observations)), "intercept": decimal(baseline.intercept),
        "slopes": .object(slopes), "r2": decimal(baseline.r2, places: 4),
        "standard_error": decimal(baseline.standardError),
        "degrees_of_freedom": .integer(Int64(baseline.degreesOfFreedom)),
        "objections": .array(objections(result).map { .string($0) }),
      ],
    ]
    let suffix = quantity == .activeEnergyImport ? "" : "/\(quantity.rawValue)"
    return RecordDraft(
      kind: .energyPerformance, key: "\(asset.id)\(suffix)/\(start.rfc3339UTC)", revision: 0, asset: asset.id,
      start: start, end: end, body: JSONValue.object(body).canonicalBytes())
  }

  // MARK: Findings

  /// By key: the abnormal meters whose feeder is not abnormal itself, each with the meters below it that contribute.
  func findings(at now: Timestamp) -> [Finding] {
    var places: [String: Int] = [:]
    for (meter, own) in plan.meters.enumerated() { places["\(own.asset)/\(own.quantity.rawValue)"] = meter }
    func meter(_ asset: Int, _ quantity: Signal.Quantity) -> Int? { places["\(asset)/\(quantity.rawValue)"] }
    func isAbnormal(_ meter: Int) -> Bool { results[meter].map { level($0) > .normal } ?? false }
    var found: [Finding] = []
    for (place, own) in plan.meters.enumerated() where isAbnormal(place) {
      guard let result = results[place] else { continue }
      var feeder = topology.feeder[own.asset]
      var isTold = false
      for _ in topology.feeder.indices {
        guard let above = feeder else { break }
        if let above = meter(above, own.quantity), isAbnormal(above) { isTold = true }
        feeder = topology.feeder[above]
      }
      if isTold { continue }
      let below = topology.subMeters(of: own.asset, quantity: own.quantity)
      let excesses = below.compactMap { child in
        meter(child, own.quantity).flatMap { results[$0] }.map { (site.assets[child].id, $0.judgement.excess) }
      }
      found.append(
        finding(own, result, AbnormalUse.contributors(excesses.map { (asset: $0.0, excess: $0.1) }, limit: 5), at: now))
    }
    return found.sorted { $0.key < $1.key }
  }

  private func finding(
    _ meter: PerformancePlan.Meter, _ result: Result, _ contributors: [(asset: String, excess: Double)],
    at now: Timestamp
  ) -> Finding {
    let id = site.assets[meter.asset].id
    let unit = meter.quantity.unit
    let judgement = result.judgement
    let suffix = meter.quantity == .activeEnergyImport ? id : "\(id)/\(meter.quantity.rawValue)"
    let named = contributors.map { "\($0.asset) (+\(FigureText.text($0.excess)) \(unit))" }
    let drivers = Self.drivers(result).map { "\($0.name) \(FigureText.text($0.value))" }
    var evidence = [
      Event.Attribute("day", date), Event.Attribute("actual", result.observation.energy.description),
      Event.Attribute("expected", FigureText.text(judgement.expected, places: 3)), Event.Attribute("unit", unit),
      Event.Attribute("deviation", FigureText.text(judgement.deviation, places: 2)),
    ]
    if !drivers.isEmpty { evidence.append(Event.Attribute("drivers", drivers.joined(separator: ", "))) }
    if !named.isEmpty { evidence.append(Event.Attribute("contributors", named.joined(separator: ", "))) }
    let share = judgement.expected > 0 ? " (+\(FigureText.percent(judgement.excess / judgement.expected)))" : ""
    return Finding(
      key: "energy-abnormal/\(suffix)", rule: "energy-abnormal", subject: id,
      severity: level(result) == .alarm ? .critical : .warning, opened: now,
      summary: "\(id) used \(FigureText.text(result.observation.energy.doubleValue)) \(unit) on \(date), "
        + "\(FigureText.text(judgement.excess)) \(unit)\(share) more than its baseline expects"
        + (drivers.isEmpty ? "" : " for " + drivers.joined(separator: ", ")) + "."
        + (named.isEmpty ? "" : " Most of it: \(named.joined(separator: ", "))."),
      advice: contributors.first.map { "Begin at \($0.asset): what ran there on \(date) that does not usually?" }
        ?? "Look at the load of \(id) on \(date) for hours or machines that do not belong there. If its use has changed "
        + "for good, set a new period under `energy: baseline`.",
      evidence: evidence)
  }
}
