import Plant
import Telemetry
import Templates

/// A window of a station as its record says it, and back.
public enum InspectionBody {
  static func json(
    _ tally: InspectionTally, asset: Asset, start: Timestamp, end: Timestamp, zone: PlantZone
  ) -> JSONValue {
    var members: [String: JSONValue] = [
      "asset": .string(asset.id), "place": .string(asset.place), "start": .string(zone.rfc3339(start)),
      "end": .string(zone.rfc3339(end)), "results": .integer(Int64(tally.verdicts.values.reduce(0, +))),
      "verdicts": counts(tally.verdicts), "defects": counts(tally.defects), "defective": counts(tally.defective),
      "inspected": count(tally.inspected), "rejected": count(tally.rejected),
      "first_attempts": count(tally.firstAttempts), "first_good": count(tally.firstGood),
    ]
    if tally.firstUnits != tally.firstAttempts || tally.firstGoodUnits != tally.firstGood {
      members["first_units"] = count(tally.firstUnits)
      members["first_good_units"] = count(tally.firstGoodUnits)
    }
    if tally.unsure > 0 { members["unsure"] = count(tally.unsure) }
    if tally.confidences > 0 {
      members["mean_confidence"] = .number(rounded(tally.confidence / Double(tally.confidences)))
    }
    let recognition = tally.recognition
    if recognition.reviews > 0 { members["reviews"] = json(recognition) }
    if tally.unmatched > 0 { members["unmatched_reviews"] = count(tally.unmatched) }
    if tally.decided > 0 { members["decided_reviews"] = count(tally.decided) }
    for (name, groups) in [
      ("models", tally.models), ("recipes", tally.recipes), ("suppliers", tally.suppliers),
      ("products", tally.products),
    ] {
      let named = groups.filter { !$0.key.isEmpty }
      if !named.isEmpty { members[name] = .object(named.mapValues { json($0) }) }
    }
    if !tally.measures.isEmpty { members["measures"] = .object(tally.measures.mapValues { json($0) }) }
    return .object(members)
  }

  private static func count(_ count: Int) -> JSONValue { .integer(Int64(count)) }
  private static func counts(_ counts: [String: Int]) -> JSONValue { .object(counts.mapValues { count($0) }) }

  private static func json(_ recognition: Recognition) -> JSONValue {
    [
      "defective_rejected": count(recognition.defectiveRejected),
      "defective_passed": count(recognition.defectivePassed),
      "good_rejected": count(recognition.goodRejected), "good_passed": count(recognition.goodPassed),
    ]
  }

  private static func json(_ group: InspectionTally.Group) -> JSONValue {
    var members: [String: JSONValue] = ["inspected": count(group.inspected), "rejected": count(group.rejected)]
    if group.recognition.reviews > 0 { members["reviews"] = json(group.recognition) }
    return .object(members)
  }

  private static func json(_ measure: InspectionTally.Measure) -> JSONValue {
    var members: [String: JSONValue] = [
      "count": count(measure.count), "mean": .number(rounded(measure.mean)), "outside": count(measure.outside),
    ]
    if let deviation = measure.deviation { members["standard_deviation"] = .number(rounded(deviation)) }
    if measure.hasMixedLimits { members["limits_differ"] = true }
    if let lower = measure.lower { members["lower"] = .number(lower) }
    if let upper = measure.upper { members["upper"] = .number(upper) }
    return .object(members)
  }

  /// Nine places: what a station measures has fewer.
  private static func rounded(_ value: Double) -> Double {
    abs(value) < 1e6 ? (value * 1e9).rounded() / 1e9 : value
  }

  // MARK: Back

  /// The counts of a record's body; what older records do not say is counted from their verdicts.
  ///
  /// - Parameter measures: whether measured values are wanted; of a station with many joints they are most of it.
  public static func tally(_ body: JSONValue, measures: Bool = true) -> InspectionTally {
    var tally = InspectionTally()
    func number(_ name: String) -> Int? { body[name]?.integerValue.map { Int($0) } }
    tally.verdicts = counts(body["verdicts"])
    tally.defects = counts(body["defects"])
    let looked = tally.verdicts.filter { $0.key != "bypass" }.values.reduce(0, +)
    tally.inspected = number("inspected") ?? looked
    tally.rejected = number("rejected") ?? tally.verdicts[UnitVisit.bad] ?? 0
    tally.unsure = number("unsure") ?? tally.verdicts["unsure"] ?? 0
    tally.firstAttempts = number("first_attempts") ?? 0
    tally.firstGood = number("first_good") ?? 0
    tally.firstUnits = number("first_units") ?? tally.firstAttempts
    tally.firstGoodUnits = number("first_good_units") ?? tally.firstGood
    tally.decided = number("decided_reviews") ?? 0
    tally.defective = body["defective"].map { counts($0) } ?? tally.defects
    tally.unmatched = number("unmatched_reviews") ?? 0
    tally.models = groups(body["models"])
    tally.recipes = groups(body["recipes"])
    tally.suppliers = groups(body["suppliers"])
    tally.products = groups(body["products"])
    if measures, case .object(let members)? = body["measures"] { tally.measures = members.mapValues { measure($0) } }
    // What named no version.
    var rest = InspectionTally.Group()
    let named = tally.recognition
    let all = recognition(body["reviews"])
    rest.recognition = Recognition(
      defectiveRejected: all.defectiveRejected - named.defectiveRejected,
      defectivePassed: all.defectivePassed - named.defectivePassed, goodRejected: all.goodRejected - named.goodRejected,
      goodPassed: all.goodPassed - named.goodPassed)
    if rest.recognition.reviews > 0 { tally.models[""] = rest }
    return tally
  }

  /// Without the moving ranges of neighbours, which records do not have.
  private static func measure(_ value: JSONValue) -> InspectionTally.Measure {
    var measure = InspectionTally.Measure()
    measure.count = value["count"]?.integerValue.map { Int($0) } ?? 0
    measure.mean = value["mean"]?.doubleValue ?? 0
    measure.outside = value["outside"]?.integerValue.map { Int($0) } ?? 0
    let deviation = value["standard_deviation"]?.doubleValue ?? 0
    measure.squares = deviation * deviation * Double(max(0, measure.count - 1))
    measure.hasMixedLimits = value["limits_differ"] == true
    measure.lower = value["lower"]?.doubleValue
    measure.upper = value["upper"]?.doubleValue
    return measure
  }

  private static func groups(_ value: JSONValue?) -> [String: InspectionTally.Group] {
    guard case .object(let members)? = value else { return [:] }
    return members.mapValues { member in
      var group = InspectionTally.Group()
      group.inspected = member["inspected"]?.integerValue.map { Int($0) } ?? 0
      group.rejected = member["rejected"]?.integerValue.map { Int($0) } ?? 0
      group.recognition = recognition(member["reviews"])
      return group
    }
  }

  private static func counts(_ value: JSONValue?) -> [String: Int] {
    guard case .object(let members)? = value else { return [:] }
    return members.compactMapValues { $0.integerValue.map { Int($0) } }
  }

  private static func recognition(_ value: JSONValue?) -> Recognition {
    func number(_ name: String) -> Int { value?[name]?.integerValue.map { Int($0) } ?? 0 }
    return Recognition(
      defectiveRejected: number("defective_rejected"), defectivePassed: number("defective_passed"),
      goodRejected: number("good_rejected"), goodPassed: number("good_passed"))
  }
}
