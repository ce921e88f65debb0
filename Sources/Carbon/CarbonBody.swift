import Factors
import Plant
import Rules
import Telemetry
import Templates

/// The bodies of the carbon records of metered assets.
struct CarbonBody {
  var asset: Asset
  var zone: PlantZone
  var isCounted: [Signal.Quantity: Bool]

  /// - Parameters:
  ///   - emissions: for each activity, by method.
  ///   - recalculation: that chose the factors; nil = the configuration did, or it makes no difference here.
  func metered(
    _ figures: MeterFigures, activities: [MeteredActivity], emissions: [[MethodEmissions]],
    methods: [InventoryMethod], inventoryDate: CivilDate, recalculation: String?, isFinal: Bool
  ) throws -> [UInt8] {
    let isFull = figures.period != .window
    var byMethod: [String: JSONValue] = [:]
    for (place, method) in methods.enumerated() {
      byMethod[method.rawValue] = try EmissionText.method(emissions.map { $0[place] }, isFull: isFull)
    }
    let energy: RecordKind =
      switch figures.period {
      case .window: .energyInterval
      case .day: .energyDay
      case .month: .energyMonth
      }
    var members: [String: JSONValue] = [
      "asset": .string(asset.id), "place": .string(asset.place), "start": .string(zone.rfc3339(figures.start)),
      "end": .string(zone.rfc3339(figures.end)), "inventory_date": .string(inventoryDate.description),
      "activities": .array(
        activities.map { entry in
          [
            "quantity": .string(entry.quantity.rawValue), "label": .string(entry.activity.label),
            "amount": .string(entry.activity.amount.description), "unit": .string(entry.activity.unit),
            "counted": .boolean(isCounted[entry.quantity] ?? false),
          ]
        }),
      "methods": .object(byMethod), "quality_share": figures.shares.json(of: (figures.end - figures.start).nanoseconds),
      "energy_record": [
        "kind": .string(energy.rawValue), "key": .string(figures.key), "revision": .integer(Int64(figures.revision)),
      ],
    ]
    if let recalculation { members["recalculation"] = .string(recalculation) }
    if figures.period == .month { members["status"] = isFinal ? "final" : "provisional" }
    return JSONValue.object(members).canonicalBytes()
  }
}
