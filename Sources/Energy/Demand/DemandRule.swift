import Plant
import Rules
import Telemetry
import Templates

/// Warns before a window closes whose demand would exceed the contract, or the configured limit.
///
/// For meters with `role: grid-import` of a site whose tariff has a `contract-demand` or `demand-limit`. Every half
/// minute of the plant clock the running window is projected to its end; the finding says how much must go off.
public struct DemandRule: AssetRule {
  /// How often the running window is looked at.
  static let step = Span64.seconds(30)

  private let asset: Asset
  private let zone: PlantZone
  private let window: Span64
  private let limit: ExactDecimal
  private let isContract: Bool
  private let register: EnergyRegister
  /// Position of a gauge of active power in kW.
  private let gauge: Int?
  /// `ShedRule` names the loads and makes the finding.
  private let hasLoads: Bool
  private var next = Timestamp.distantPast
  private var watch = DemandWatch()
  private var opened: Finding?

  /// How the rule joins the engine, behind `EnergyRule`.
  public static func factory(zone: PlantZone) -> RuleFactory {
    RuleFactory(name: "demand") { asset, site in DemandRule(asset: asset, site: site, zone: zone) }
  }

  /// Nil for an asset without a limit to watch.
  public init?(asset: Asset, site: Site, zone: PlantZone) {
    guard asset.metering.role == .gridImport, let tariff = site.tariff,
      let limit = tariff.demandLimit ?? tariff.contractDemand,
      let register = asset.signals.indices.lazy
        .compactMap({ EnergyRegister(signal: $0, of: asset, settings: site.energy) })
        .first(where: { $0.quantity == .activeEnergyImport && !$0.isAmount })
    else { return nil }
    self.asset = asset
    self.zone = zone
    self.limit = limit
    isContract = tariff.demandLimit == nil
    self.register = register
    window = site.energy.window
    gauge = asset.signals.firstIndex { $0.kind == .gauge && $0.unit == "kW" }
    let id = asset.id
    hasLoads = ShedPlan(site).meters.contains { site.assets[$0].id == id }
  }

  public var deadline: Timestamp? { next }

  public func interest(in signal: Int) -> SignalInterest { .none }

  public mutating func close(now: Timestamp, context: inout RuleContext) throws {
    next = now.windowStart(Self.step) + Self.step
    let projection = try project(now: now, context: context)
    switch watch.judge(projection, now: now, length: window) {
    case .opened(let found):
      let finding = finding(found, opened: now)
      opened = finding
      tell(finding, required: found.toShed, context: &context)
    case .worsened(let found):
      let finding = finding(found, opened: opened?.opened ?? now)
      opened = finding
      tell(finding, required: found.toShed, context: &context)
    case .closed:
      guard var finding = opened else { return }
      finding.closed = now
      tell(finding, required: 0, context: &context)
      opened = nil
    case nil: break
    }
  }

  private func tell(_ finding: Finding, required: Double, context: inout RuleContext) {
    if hasLoads {
      context.publish(.demand(DemandWarning(finding: finding, required: required)))
    } else {
      context.emit(finding)
    }
  }

  /// The projection at a time, from the history; nil where nothing can be told.
  public func project(now: Timestamp, context: RuleContext) throws -> DemandProjection? {
    let start = now.windowStart(window)
    let after = Timestamp(nanoseconds: now.nanoseconds + 1)
    var samples = try context.samples(
      signal: register.signal, from: min(start, now - DemandProjection.trend), to: after)
    if let first = samples.first, first.time > start || samples.count < 2 {
      let before = try context.lastSample(signal: register.signal, before: first.time, notBefore: start - window)
      if let before { samples.insert(before, at: 0) }
    }
    var machine = CounterMachine()
    var total = 0.0
    var points: [DemandProjection.Point] = []
    for sample in samples {
      let outcome = register.handle(register.reading(sample), &machine)
      // What the counter machine does not count is not in the projection either.
      guard let delta = outcome.delta else {
        if points.isEmpty, machine.level != nil { points.append(.init(time: sample.time, value: 0)) }
        continue
      }
      total += register.scaled(delta).doubleValue
      points.append(DemandProjection.Point(time: sample.time, value: total))
    }
    var powers: [DemandProjection.Point] = []
    if let gauge {
      for sample in try context.samples(signal: gauge, from: now - DemandProjection.trend, to: after) {
        if case .double(let value) = sample.value { powers.append(.init(time: sample.time, value: value)) }
      }
    }
    return DemandProjection(
      register: points, powers: powers, window: window, limit: limit.doubleValue, now: now)
  }

  // MARK: Finding

  private func finding(_ projection: DemandProjection, opened: Timestamp) -> Finding {
    let what = isContract ? "the contract demand" : "the demand limit"
    let end = zone.rfc3339(projection.end)
    let left = FigureText.text(projection.minutesLeft)
    let advice =
      projection.isAvoidable
      ? "Switch off at least \(FigureText.text(projection.toShed)) kW at once and keep it off until \(end); begin with the largest "
        + "loads that are not essential."
      : "The window's energy is above the limit already: it cannot be kept. Keep large loads off so that the next window "
        + "stays below it."
    return Finding(
      key: "demand-projected/\(asset.id)", rule: "demand-projected", subject: asset.id,
      severity: projection.isAvoidable ? .warning : .critical, opened: opened,
      summary:
        "\(asset.id) will reach \(FigureText.text(projection.projected)) kW in the window that ends at \(end), above "
        + "\(what) of \(limit) kW, if power stays at \(FigureText.text(projection.power)) kW for the \(left) minutes left.",
      advice: advice,
      evidence: [
        Event.Attribute("so_far_kwh", FigureText.text(projection.soFar)),
        Event.Attribute("power_kw", FigureText.text(projection.power)),
        Event.Attribute("projected_kw", FigureText.text(projection.projected)),
        Event.Attribute("limit_kw", limit.description),
        Event.Attribute("minutes_left", left), Event.Attribute("to_shed_kw", FigureText.text(projection.toShed)),
        Event.Attribute("window_start", zone.rfc3339(projection.start)), Event.Attribute("window_end", end),
      ])
  }

  // MARK: Checkpoint

  public func encodeState(into writer: inout ByteWriter) {
    writer.timestamp(next)
    watch.encode(into: &writer)
    writer.boolean(opened != nil)
    guard let opened else { return }
    writer.timestamp(opened.opened)
    writer.byte(opened.severity.rawValue)
    writer.string(opened.summary)
    writer.string(opened.advice)
    writer.attributes(opened.evidence)
  }

  public mutating func restoreState(from reader: inout ByteReader) throws {
    next = try reader.timestamp()
    try watch.restore(from: &reader)
    guard try reader.boolean() else { return }
    let since = try reader.timestamp()
    let severity = Finding.Severity(rawValue: try reader.byte()) ?? .warning
    let summary = try reader.string()
    let advice = try reader.string()
    let evidence = try reader.attributes()
    opened = Finding(
      key: "demand-projected/\(asset.id)", rule: "demand-projected", subject: asset.id, severity: severity,
      opened: since, summary: summary, advice: advice, evidence: evidence)
  }
}
