import Plant
import Telemetry

/// How elements stand in records, and are read back to be summed.
extension OEEElements {
  /// Elements and the figures that are made of them.
  func members() throws -> [String: JSONValue] {
    var losses: [String: JSONValue] = [:]
    for loss in OEELoss.allCases { losses[loss.rawValue] = Self.text(try seconds(loss)) }
    let figures = try OEEFigures(self)
    return [
      "planned_seconds": try Self.time(planned), "planned_stop_seconds": try Self.time(plannedStops),
      "unplanned_stop_seconds": try Self.time(unplannedStops),
      "production_seconds": try Self.time(production),
      "idle_seconds": try Self.time(idle), "losses": .object(losses), "counts_pieces": .boolean(countsPieces),
      "has_planned_run_time": .boolean(hasPlannedRunTime), "good": Self.count(good),
      "scrap": Self.count(scrap), "rework": Self.count(rework), "startup_scrap": Self.count(startupScrap),
      "unrated": Self.count(unrated), "planned_run_seconds": Self.text(plannedRun),
      "planned_run_good_seconds": Self.text(plannedRunGood),
      "planned_run_startup_seconds": Self.text(plannedRunStartup),
      "outside_seconds": try Self.time(outsideProduction), "outside_idle_seconds": try Self.time(outsideIdle),
      "outside_good": Self.count(outsideGood),
      "outside_scrap": Self.count(outsideScrap), "kwh": Self.text(energy),
      "availability": Self.text(figures.availability), "effectiveness": Self.text(figures.effectiveness),
      "quality": Self.text(figures.quality), "oee": Self.text(figures.oee),
      "net_effectiveness": Self.text(figures.netEffectiveness),
      "allocation_efficiency": Self.text(figures.allocationEfficiency),
      "utilisation_efficiency": Self.text(figures.utilisationEfficiency),
      "technical_efficiency": Self.text(figures.technicalEfficiency), "setup_ratio": Self.text(figures.setupRatio),
      "scrap_ratio": Self.text(figures.scrapRatio), "rework_ratio": Self.text(figures.reworkRatio),
      "active_share": Self.text(figures.activeShare), "kwh_by_good_piece": Self.text(figures.energyByPiece),
      "flags": .array(figures.flags.map { .string($0.rawValue) }),
    ]
  }

  /// The elements of a record's body, or of one of its products.
  public init(_ body: JSONValue) throws(DecimalError) {
    self.init()
    func decimal(_ key: String) -> ExactDecimal? { body[key]?.stringValue.flatMap { ExactDecimal($0) } }
    func time(_ key: String) throws(DecimalError) -> Int64 { try Self.nanoseconds(decimal(key)) }
    func count(_ key: String) -> Int64 { body[key]?.stringValue.flatMap { Int64($0) } ?? 0 }
    planned = try time("planned_seconds")
    plannedStops = try time("planned_stop_seconds")
    production = try time("production_seconds")
    for loss in OEELoss.times {
      let text = body["losses"]?[loss.rawValue]?.stringValue
      self[loss] = try Self.nanoseconds(text.flatMap { ExactDecimal($0) })
    }
    good = count("good")
    scrap = count("scrap")
    rework = count("rework")
    startupScrap = count("startup_scrap")
    unrated = count("unrated")
    plannedRun = decimal("planned_run_seconds") ?? .zero
    plannedRunGood = decimal("planned_run_good_seconds") ?? .zero
    plannedRunStartup = decimal("planned_run_startup_seconds") ?? .zero
    outsideProduction = try time("outside_seconds")
    // Older records tell idle time only as minor stops.
    idle = body["idle_seconds"] == nil ? self[.minorStops] : try time("idle_seconds")
    outsideIdle = try time("outside_idle_seconds")
    outsideGood = count("outside_good")
    outsideScrap = count("outside_scrap")
    energy = decimal("kwh")
    countsPieces = body["counts_pieces"] == true
    hasPlannedRunTime = body["has_planned_run_time"] == true || ExactDecimal.zero < plannedRun
  }

  private static func nanoseconds(_ seconds: ExactDecimal?) throws(DecimalError) -> Int64 {
    guard let seconds else { return 0 }
    return Int64((try seconds * ExactDecimal(1_000_000_000)).rounded(to: 0).description) ?? 0
  }

  private static func time(_ nanoseconds: Int64) throws -> JSONValue { text(try seconds(nanoseconds)) }
  private static func count(_ value: Int64) -> JSONValue { .string(String(value)) }
  private static func text(_ value: ExactDecimal?) -> JSONValue { value.map { .string($0.description) } ?? .null }
}
