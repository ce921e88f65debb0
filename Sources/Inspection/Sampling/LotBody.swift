import Plant
import Telemetry
import Templates

/// A lot as its record says it.
enum LotBody {
  static func json(
    _ lot: LotSeries.Lot, _ plan: LotPlan, series: String, table: SamplingTable, zone: PlantZone
  ) -> JSONValue {
    let outcome = lot.outcome
    var members: [String: JSONValue] = [
      "plan": .string(plan.name), "lot": .string(lot.name), "series": .string(series),
      "series_by": .string(plan.series.rawValue), "start": .string(zone.rfc3339(lot.start)),
      "lot_size": lot.size.map { .integer(Int64($0)) } ?? .null, "aql": .string(lot.limit),
      "level": .string(lot.level.rawValue), "table": .string(table.name),
      "severity": .string(outcome.severity.rawValue), "inspected": .integer(Int64(outcome.inspected)),
      "nonconforming": .integer(Int64(outcome.nonconforming)), "units": .array(outcome.units.map { .string($0) }),
      "disposition": .string(lot.disposition.word), "reason": outcome.obstacle.map { .string($0) } ?? .null,
      "decided": (outcome.decided ?? lot.word?.time).map { .string(zone.rfc3339($0)) } ?? .null,
      "sample": outcome.plan.map(json) ?? .null,
    ]
    for (name, word) in [("decision", lot.word), ("settled", lot.settled)] {
      guard let word else { continue }
      members[name] = [
        "word": .string(word.kind.rawValue), "time": .string(zone.rfc3339(word.time)), "person": .string(word.person),
        "reason": .string(word.reason),
      ]
    }
    return .object(members)
  }

  private static func json(_ plan: SamplingPlan) -> JSONValue {
    [
      "code_letter": .string(plan.codeLetter), "plan_letter": .string(plan.planLetter),
      "size": .integer(Int64(plan.size)), "accept": .integer(Int64(plan.accept)),
      "reject": .integer(Int64(plan.reject)), "whole": .boolean(plan.isWhole),
    ]
  }
}

extension LotOutcome.Disposition {
  /// As the record writes it.
  public var word: String {
    switch self {
    case .accepted: "accepted"
    case .refused: "refused"
    case .inspect: "open"
    case .undecided: "undecided"
    }
  }
}
