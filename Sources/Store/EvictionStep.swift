import Telemetry

/// The order in which space is given up. What calls people (`calls`) and is not delivered, leaves and heads of the ledger,
/// and what reports of any time rest on (`kept`) never are; within a step the oldest go first.
///
/// Records of windows are most of what figures take. They go before those of days, and these before the rest, so that
/// they cannot push out what years and invoices are made of.
enum EvictionStep: CaseIterable {
  /// Delivered bodies that were kept for their time: signal summaries first.
  case agedSummaries
  case agedWindows
  case agedDays
  case agedOthers
  /// Delivered bodies that are younger.
  case deliveredSummaries
  case deliveredWindows
  case deliveredDays
  case deliveredOthers
  /// History that no horizon needs.
  case history
  case undeliveredSummaries
  case undeliveredWindows
  case undeliveredDays
  case undeliveredFigures
  /// History within its horizon; only if `Store.Options.evictsNeededHistory` allows it.
  case neededHistory

  /// What is never given up: a few megabytes a year of a large plant. Months of energy, inventories and what people
  /// entered are what emissions, targets and base years of any time are counted from, and counted again.
  static let kept: Set<RecordKind> = [
    .energyMonth, .carbonMonth, .carbonActivity, .carbonInventory, .supplierFootprint, .ledgerHead,
  ]
  private static let calls: Set<RecordKind> = [.finding, .alarm, .incident, .workOrder, .notification]
  private static let windows: Set<RecordKind> = [.energyInterval, .carbonInterval, .inspectionCount]
  private static let days: Set<RecordKind> = [
    .energyDay, .carbonDay, .energyIdle, .energyPerformance, .productionLine, .oee, .equipmentHealth,
  ]
  private static let others = Set(RecordKind.allCases).subtracting(windows).subtracting(days).subtracting(kept)
    .subtracting([.signalSummary])

  var evictsDelivered: Bool {
    switch self {
    case .agedSummaries, .agedWindows, .agedDays, .agedOthers, .deliveredSummaries, .deliveredWindows, .deliveredDays,
      .deliveredOthers:
      true
    case .history, .undeliveredSummaries, .undeliveredWindows, .undeliveredDays, .undeliveredFigures, .neededHistory:
      false
    }
  }

  /// Nobody misses what goes, so it may go for the sake of other programs too.
  var sparesWhatIsWanted: Bool { evictsDelivered || self == .history }

  var evictsRecords: Bool { self != .history && self != .neededHistory }

  var needsAge: Bool {
    switch self {
    case .agedSummaries, .agedWindows, .agedDays, .agedOthers: true
    default: false
    }
  }

  var kinds: [RecordKind] {
    let kinds: Set<RecordKind>
    switch self {
    case .agedSummaries, .deliveredSummaries, .undeliveredSummaries: kinds = [.signalSummary]
    case .agedWindows, .deliveredWindows, .undeliveredWindows: kinds = Self.windows
    case .agedDays, .deliveredDays, .undeliveredDays: kinds = Self.days
    case .agedOthers, .deliveredOthers: kinds = Self.others
    case .undeliveredFigures: kinds = Self.others.subtracting(Self.calls)
    case .history, .neededHistory: kinds = []
    }
    return RecordKind.allCases.filter(kinds.contains)
  }
}
