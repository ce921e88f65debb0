import Telemetry

extension RecordKind {
  /// The number of the kind in the file, stable for ever.
  var code: Int64 {
    switch self {
    case .energyInterval: 1
    case .energyDay: 2
    case .energyMonth: 3
    case .signalSummary: 4
    case .inspectionCount: 5
    case .finding: 6
    case .energyIdle: 7
    case .energyPerformance: 8
    case .carbonInterval: 10
    case .carbonDay: 11
    case .carbonMonth: 12
    case .carbonActivity: 13
    case .carbonInventory: 14
    case .productionOrder: 20
    case .productFootprint: 21
    case .productionLine: 22
    case .supplierFootprint: 23
    case .oee: 24
    case .ledgerHead: 30
    case .equipmentHealth: 40
    case .unitFile: 41
    case .maintenance: 42
    case .inspectionLot: 43
    case .alarm: 50
    case .incident: 51
    case .workOrder: 52
    case .notification: 53
    }
  }

  /// Nil for a number of a newer program.
  init?(code: Int64) {
    guard let kind = Self.byCode[code] else { return nil }
    self = kind
  }

  private static let byCode: [Int64: RecordKind] = Dictionary(
    uniqueKeysWithValues: RecordKind.allCases.map { ($0.code, $0) })
}
