import Telemetry

/// The order in which space is given up. Findings, alarms and incidents that are not delivered, and leaves and heads of
/// the ledger, never are; within a step the oldest go first.
enum EvictionStep: CaseIterable {
  /// Delivered bodies that were kept for their time: signal summaries first.
  case agedSummaries
  case agedOthers
  /// Delivered bodies that are younger.
  case deliveredSummaries
  case deliveredOthers
  /// History that no horizon needs.
  case history
  case undeliveredSummaries
  case undeliveredFigures
  /// History within its horizon; only if `Store.Options.evictsNeededHistory` allows it.
  case neededHistory

  var evictsDelivered: Bool {
    switch self {
    case .agedSummaries, .agedOthers, .deliveredSummaries, .deliveredOthers: true
    case .history, .undeliveredSummaries, .undeliveredFigures, .neededHistory: false
    }
  }

  /// Nobody misses what goes, so it may go for the sake of other programs too.
  var sparesWhatIsWanted: Bool { evictsDelivered || self == .history }

  var evictsRecords: Bool { self != .history && self != .neededHistory }

  var needsAge: Bool { self == .agedSummaries || self == .agedOthers }

  var kinds: [RecordKind] {
    switch self {
    case .agedSummaries, .deliveredSummaries, .undeliveredSummaries: [.signalSummary]
    case .agedOthers, .deliveredOthers: RecordKind.allCases.filter { $0 != .signalSummary && $0 != .ledgerHead }
    case .undeliveredFigures:
      RecordKind.allCases.filter { !([.signalSummary, .finding, .alarm, .incident, .ledgerHead] as Set).contains($0) }
    case .history, .neededHistory: []
    }
  }
}
