import Factors
import Plant
import Telemetry
import Templates

/// The bodies of the records of entered activity data and of the site's inventory.
struct InventoryBody {
  var site: Site
  var zone: PlantZone
  var choice: FactorsInForce.Choice
  /// The configuration's, to tell whether a recalculation makes a difference.
  var configured: EmissionCalculator

  /// `carbon-inventory`.
  func month(
    _ inventory: Inventory, start: Timestamp, end: Timestamp, certificates: [CertificateShare], isFinal: Bool
  ) throws -> [UInt8] {
    let lastDay = CivilDate(lastDayBefore: end, in: zone)
    let emissions = try inventory.emissions(choice, lastDay: lastDay, certificates: certificates)
    let base = FactorsInForce.Choice(calculator: configured)
    let deciding = try deciding {
      try inventory.emissions(base, lastDay: lastDay, certificates: certificates) != emissions
    }
    var members: [String: JSONValue] = [
      "site": .string(site.gateway.id), "start": .string(zone.rfc3339(start)), "end": .string(zone.rfc3339(end)),
      "inventory_date": .string(choice.calculator.settings.inventoryDate(lastDay: lastDay).description),
      "methods": try methods(emissions), "status": isFinal ? "final" : "provisional",
      "sources": .array(
        inventory.sources.map { source in
          [
            "asset": .string(source.asset), "quantity": .string(source.quantity.rawValue),
            "amount": .string(source.activity.amount.description), "unit": .string(source.activity.unit),
            "energy_record": [
              "kind": .string(source.record.kind.rawValue), "key": .string(source.record.key),
              "revision": .integer(Int64(source.record.revision)),
            ],
          ]
        }),
      "entries": .array(
        inventory.entries.map { part in
          [
            "entry": .string(part.entry.id), "label": .string(part.entry.activity.label),
            "amount": .string(part.amount.description), "unit": .string(part.entry.activity.unit),
          ]
        }),
    ]
    members["recalculation"] = deciding.map { .string($0) }
    return JSONValue.object(members).canonicalBytes()
  }

  /// The recalculation without which the figures would be others.
  private func deciding(_ differs: () throws -> Bool) rethrows -> String? {
    guard let recalculation = choice.recalculation, !recalculation.change.isEmpty, try differs() else { return nil }
    return recalculation.id
  }

  /// `carbon-activity`.
  func entry(_ entry: EnteredActivity, supersededBy: String?, lastDay: CivilDate) throws -> [UInt8] {
    let hours = entry.hours(choice.calculator.settings)
    let emissions = choice.emissions(of: entry.activity, lastDay: lastDay, hourly: hours)
    let deciding = deciding { configured.emissions(of: entry.activity, lastDay: lastDay, hourly: hours) != emissions }
    var members: [String: JSONValue] = [
      "site": .string(site.gateway.id), "place": .string(entry.place), "start": .string(zone.rfc3339(entry.start)),
      "end": .string(zone.rfc3339(entry.end)), "entry": .string(entry.id), "what": .string(entry.what),
      "label": .string(entry.activity.label), "amount": .string(entry.activity.amount.description),
      "unit": .string(entry.activity.unit),
      "inventory_date": .string(choice.calculator.settings.inventoryDate(lastDay: lastDay).description),
      "methods": try methods([emissions]),
      "document": ["name": .string(entry.document), "sha256": .string(entry.documentHash)],
      "person": .string(entry.person), "entered": .string(zone.rfc3339(entry.entered)), "note": .string(entry.note),
      "status": supersededBy == nil ? "in-force" : "superseded",
    ]
    if let old = entry.supersedes {
      members["supersedes"] = .string(old)
      members["reason"] = .string(entry.reason)
    }
    switch entry.activity.kind {
    case .listed(_, let scope?): members["scope"] = .integer(Int64(scope))
    case .entered(let scope, _, let gwp):
      members["scope"] = .integer(Int64(scope))
      if let gwp { members["gwp"] = .string(gwp) }
    default: break
    }
    members["recalculation"] = deciding.map { .string($0) }
    if let supersededBy { members["superseded_by"] = .string(supersededBy) }
    return JSONValue.object(members).canonicalBytes()
  }

  /// - Parameter emissions: for each activity, by method.
  private func methods(_ emissions: [[MethodEmissions]]) throws -> JSONValue {
    var members: [String: JSONValue] = [:]
    for (place, method) in choice.calculator.settings.methods.enumerated() {
      members[method.rawValue] = try EmissionText.method(emissions.map { $0[place] }, isFull: true)
    }
    return .object(members)
  }
}
