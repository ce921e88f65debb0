import Factors
import Plant
import Telemetry
import Templates

/// What the site knows of the consequences of a failure.
public struct PlantFacts: Sendable {
  public let settings: AlarmSettings
  public let zone: PlantZone
  public let assets: [String: Asset]
  private let models: [FaultModel]
  let lines: [LineTopology]
  let planning: MaintenancePlanning
  /// How near a predicted failure is urgent.
  let horizon: Span64
  let calendar: ShiftCalendar?
  private let calculator: EmissionCalculator?

  public init(site: Site, settings: AlarmSettings, zone: PlantZone) {
    self.settings = settings
    self.zone = zone
    assets = Dictionary(site.assets.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    models = site.faultModels
    lines = site.lines
    planning = site.maintenance.planning
    horizon = settings.workOrders?.horizon ?? site.maintenance.horizons.first ?? .hours(48)
    calendar = site.shifts.map { ShiftCalendar($0, zone: zone) }
    // Its settings were read without an error when the configuration was.
    calculator = site.carbon.flatMap { settings in
      if case .success(let calculator) = Result(catching: { try EmissionCalculator(settings) }) {
        calculator
      } else {
        nil
      }
    }
  }

  /// As people at the plant read it: `2026-10-05 14:30`.
  public func short(_ time: Timestamp) -> String { String(zone.rfc3339(time).prefix(16)).replacing("T", with: " ") }

  /// A fault of an asset's model; nil if the model does not have it.
  func fault(_ id: String, of asset: Asset) -> FaultModel.Fault? {
    models.first { $0.name == asset.faultModel }?.faults.first { $0.id == id }
  }

  /// Remaining life, lines that stop, money.
  ///
  /// - Parameter category: of the alarm; one of products, energy or people is of no machine that may fail.
  func consequences(
    of asset: String, life: LineImpact.Times?, category: AlarmSettings.Category
  ) -> [FaultModel.Words] {
    var words: [FaultModel.Words] = []
    if let life, let p50 = life.p50 {
      let range = life.p10.flatMap { from in life.p90.map { (short(from), short($0)) } }
      words.append(
        .init(
          "it may fail\(range.map { " from \($0.0) on," } ?? "") most likely about \(short(p50))"
            + (range.map { ", at the latest about \($0.1)" } ?? ""),
          "预计失效时间：\(range.map { "最早 \($0.0)，" } ?? "")最可能 \(short(p50))"
            + (range.map { "，最迟 \($0.1)" } ?? "")))
    }
    let none = LineImpact.Times(p10: nil, p50: nil, p90: nil)
    let mayFail = life != nil || [.equipment, .process, .communication].contains(category)
    for impact in mayFail ? LineImpact.of(asset, failure: life ?? none, in: lines) : [] {
      let effect = text(impact)
      // Not everything that is told of a machine is a failure.
      words.append(life == nil ? .init("if it fails, \(effect.english)", "若设备失效：\(effect.chinese)") : effect)
    }
    guard let known = assets[asset], let cost = planning.cost(of: known) else { return words }
    let usual = cost.stop.map { FigureText.duration($0) }
    words.append(
      .init(
        "an unplanned stop costs \(cost.hourly) \(cost.currency) an hour\(usual.map { ", usually for \($0)" } ?? "")",
        "非计划停机每小时损失 \(cost.hourly) \(cost.currency)\(usual.map { "，通常持续 \($0)" } ?? "")"))
    return words
  }

  /// Energy that a finding says is used for nothing in a day, and what it emits, by the first method of the site; nothing
  /// without both, since a figure without a factor would be a guess.
  func excess(_ evidence: AlarmGuidance.Evidence, at time: Timestamp?) -> [FaultModel.Words] {
    guard evidence["waste_kg"] == nil, evidence["unit"] == "kWh", let energy = evidence.excess else { return [] }
    let text = FigureText.text(energy, places: 1)
    var words = [FaultModel.Words("it uses \(text) kWh a day for nothing", "每天多耗电 \(text) kWh")]
    guard let calculator, let method = calculator.settings.methods.first, let time else { return words }
    let activity = Activity(.electricity(.ordinary), energy, "kWh")
    let found = calculator.emissions(of: activity, lastDay: CivilDate(of: time, in: zone))
      .first { $0.method == method && $0.problem == nil }
    guard let found, case .success(let totals) = Result(catching: { try EmissionTotals(found.lines) }),
      case .success(let sum) = Result(catching: { try totals.total() })
    else { return words }
    let mass = "\(FigureText.text(sum, places: 1)) kg \(totals.gas.rawValue)"
    words.append(.init("it emits \(mass) a day (\(method.rawValue))", "每天多排放 \(mass)（\(method.rawValue)）"))
    return words
  }

  private func text(_ impact: LineImpact) -> FaultModel.Words {
    guard let stops = impact.stops else {
      let percent = Int((impact.lost * 100).rounded())
      return .init(
        "\(impact.line) goes on without up to \(percent) % of its rate", "产线 \(impact.line) 最多将损失 \(percent) % 的产能")
    }
    let when = stops.p50.map { short($0) }
    if impact.drain == .zero {
      return .init(
        "\(impact.line) stops at once\(when.map { ", about \($0)" } ?? "")",
        "产线 \(impact.line) 将立即停线\(when.map { "，约 \($0)" } ?? "")")
    }
    let drain = FigureText.duration(impact.drain)
    return .init(
      "\(impact.line) stops \(drain) after the failure\(when.map { ", about \($0)" } ?? "")",
      "产线 \(impact.line) 将在失效后 \(drain) 停线\(when.map { "，约 \($0)" } ?? "")")
  }

  /// The first planned stop of the plant that is long enough for work, before a time; nil = none.
  func stop(from now: Timestamp, before end: Timestamp) -> ShiftCalendar.PlannedStop? {
    guard now < end else { return nil }
    return calendar?.stops(in: now..<(end + planning.work)).first { stop in
      stop.start < end && stop.end - max(stop.start, now) >= planning.work
    }
  }
}
