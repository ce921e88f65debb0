import Control
import Ledger
import Plant
import Telemetry

/// What one piece with a serial number carries of its order's footprint.
///
/// It is computed from the order's record when it is asked for: a record for each piece would make the ledger as long as
/// the production. The order's good pieces carry all of it, by their machine time where every one of them has it
/// (`duration` of its visits, s), else each the same. If all good pieces have serial numbers, the shares add up to the
/// order's figure exactly.
struct UnitFootprint {
  enum Basis: String {
    case machineTime = "machine-time"
    case pieces = "equal-by-piece"
  }

  /// A visit with its machine time in seconds, if the station tells it.
  struct Visit {
    var station: String
    var visit: UnitVisit
    var duration: ExactDecimal?
  }

  var unit: String
  var record: FootprintRecord
  var isGood: Bool
  var basis: Basis
  /// Share = weight ÷ whole: seconds, or pieces.
  var weight: ExactDecimal
  var whole: ExactDecimal
  /// kg CO2e; nil where the order has no figure.
  var kilograms: ExactDecimal?
  var upstream: ExactDecimal?
  var kilowattHours: ExactDecimal?
  var visits: [Visit]
  var notes: [String] = []

  /// - Parameters:
  ///   - visits: of all units at the stations of the line while the order ran.
  /// - Throws: `ControlRefusal` for a unit that is not among them.
  static func make(_ unit: String, of record: FootprintRecord, visits: [Visit]) throws -> UnitFootprint {
    var byUnit: [String: [Visit]] = [:]
    for visit in visits { if let name = visit.visit.unit { byUnit[name, default: []].append(visit) } }
    guard let own = byUnit[unit] else {
      throw ControlRefusal(.notFound, "No station has seen the unit \"\(unit)\" while the order \(record.order) ran.")
    }
    let good = byUnit.keys.sorted().filter { name in
      UnitHistory(unit: name, visits: (byUnit[name] ?? []).map(\.visit)).isGood
    }
    let counted = record.decimal("good") ?? .zero
    let isComplete = ExactDecimal(good.count) == counted
    let seconds = try good.map { name in try time(byUnit[name] ?? []) }
    let known = seconds.compactMap(\.self)
    let byTime = isComplete && known.count == good.count && !known.isEmpty
    let weights = byTime ? known : good.map { _ in ExactDecimal.one }
    var whole = counted
    if byTime {
      whole = .zero
      for weight in weights { whole = try whole + weight }
    }
    let place = good.firstIndex(of: unit)
    var made = UnitFootprint(
      unit: unit, record: record, isGood: place != nil, basis: byTime ? .machineTime : .pieces,
      weight: place.map { weights[$0] } ?? .zero, whole: whole,
      visits: own.sorted { ($0.visit.time, $0.station) < ($1.visit.time, $1.station) })
    func share(_ amount: ExactDecimal?) throws -> ExactDecimal? {
      guard let amount, ExactDecimal.zero < whole else { return nil }
      guard let place else { return .zero }
      return isComplete ? try amount.allocated(by: weights)[place] : try amount / whole
    }
    made.kilograms = try share(record.decimal("kgco2e"))
    made.upstream = try share(record.decimal("kgco2e_upstream"))
    let electricity = (record.body["energy"]?.arrayValue ?? []).first { $0["carrier"] == "active-energy-import" }
    made.kilowattHours = try share(electricity?["amount"]?.stringValue.flatMap { ExactDecimal($0) })
    if place == nil {
      made.notes.append("it is not good by the last verdict of each step: the good pieces carry what it used")
    }
    if !isComplete {
      made.notes.append(
        "the line counted \(counted) good pieces, and \(good.count) of them have a serial number: each carries one of "
          + "\(counted) parts")
    }
    if !record.isFinal { made.notes.append("the order has not ended: the share is provisional") }
    return made
  }

  private static func time(_ visits: [Visit]) throws -> ExactDecimal? {
    var sum = ExactDecimal.zero
    for visit in visits {
      guard let duration = visit.duration, ExactDecimal.zero < duration else { return nil }
      sum = try sum + duration
    }
    return visits.isEmpty ? nil : sum
  }

  /// What the gateway says of the unit, and signs for a partner.
  var statement: JSONValue {
    func text(_ value: ExactDecimal?) -> JSONValue { value.map { .string($0.description) } ?? .null }
    return [
      "unit": .string(unit), "good": .boolean(isGood), "order": .string(record.order),
      "record": .string(record.id), "record_sha256": .string(record.hash), "basis": .string(basis.rawValue),
      "weight": text(weight), "of": text(whole), "kgco2e": text(kilograms), "kgco2e_upstream": text(upstream),
      "kwh": text(kilowattHours), "status": .string(record.isFinal ? "final" : "provisional"),
    ]
  }

  /// As `statement`; without its electricity, from which that of the order would follow, unless that is shown too.
  func shown(_ selection: ExtractSelection) -> JSONValue {
    guard case .object(var members) = statement, !selection.shows("/energy/0/amount") else { return statement }
    members["kwh"] = nil
    return .object(members)
  }

  func summary(_ zone: PlantZone) -> [String] {
    func text(_ value: ExactDecimal?) -> String { value?.description ?? "unknown" }
    let share = basis == .machineTime ? "\(weight) s of \(whole) s machine time" : "\(weight) of \(whole) good pieces"
    return [
      "unit \(unit), \(record.text("product_name") ?? record.text("product") ?? "unknown product"), order \(record.order)"
        + (isGood ? "" : ", NOT GOOD"),
      "\(text(kilograms)) kgCO2e gate to gate, \(text(upstream)) kgCO2e of listed materials, \(text(kilowattHours)) kWh",
      "its share: \(share)",
    ]
      + visits.map { visit in
        "\(zone.rfc3339(visit.visit.time))  \(visit.station)  \(visit.visit.step ?? "-")  attempt \(visit.visit.attempt)  "
          + visit.visit.verdict + (visit.duration.map { "  \($0) s" } ?? "")
      } + ["from the record \(record.id), SHA-256 \(record.hash)"]
  }
}
