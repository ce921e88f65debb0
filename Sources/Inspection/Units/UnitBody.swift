import Plant
import Telemetry

/// A unit as its record says it.
public enum UnitBody {
  public static func json(
    _ unit: String, _ file: UnitFile, route: UnitRoute?, formerly: [String: String] = [:],
    machines: UnitMachines? = nil,
    zone: PlantZone
  ) -> JSONValue {
    let gaps = file.gaps(route, formerly: formerly)
    func texts(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
    var orders: [String] = []
    for order in file.steps.flatMap({ $0.all("order") }) where !orders.contains(order) { orders.append(order) }
    return [
      "unit": .string(unit),
      "start": file.steps.first.map { .string(zone.rfc3339($0.time)) } ?? .null,
      "end": file.steps.last.map { .string(zone.rfc3339($0.time)) } ?? .null,
      "status": file.isComplete(route, formerly: formerly) ? "complete" : "under-way",
      "line": route.map { .string($0.name) } ?? .null,
      "good": file.isGood.map { .boolean($0) } ?? .null,
      "machines": texts(machines?.names(at: file.stations.map { formerly[$0] ?? $0 }) ?? []),
      "stations": texts(file.stations), "parts": texts(file.parts), "orders": texts(orders),
      "gaps": .array(gaps.map { json($0) }), "steps": .array(file.steps.map { json($0, zone) }),
    ]
  }

  private static func json(_ gap: UnitGap) -> JSONValue {
    var members: [String: JSONValue] = ["gap": .string(gap.word), "text": .string(gap.text)]
    if let station = gap.station { members["station"] = .string(station) }
    return .object(members)
  }

  /// Members of a step by the attributes that come several times.
  private static let lists = [
    "defect": "defects", "defect-class": "defect_classes", "defect-x": "defect_x", "defect-y": "defect_y",
    "defect-size": "defect_sizes", "part": "parts",
  ]

  private static func json(_ step: UnitStep, _ zone: PlantZone) -> JSONValue {
    var members: [String: JSONValue] = [
      "time": .string(zone.rfc3339(step.time)), "station": .string(step.station),
      "kind": step.kind == .result ? "result" : "review", "attempt": .integer(Int64(step.attempt)),
      "verdict": .string(step.verdict),
    ]
    if !step.step.isEmpty { members["step"] = .string(step.step) }
    var details: [String: JSONValue] = [:]
    for detail in step.details where lists[detail.name] == nil && details[detail.name] == nil {
      details[detail.name] = .string(detail.value)
    }
    for (name, member) in lists {
      let values = step.all(name)
      if !values.isEmpty { members[member] = .array(values.map { .string($0) }) }
    }
    if !details.isEmpty { members["details"] = .object(details) }
    return .object(members)
  }
}
