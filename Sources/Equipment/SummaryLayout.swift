import Templates

/// Which signals of an asset are summarised, and how. Equal assets share one.
final class SummaryLayout: Sendable {
  /// Gauges and states in the canonical order of their names.
  let signalsByName: [Int]
  /// By position in `Asset.signals`.
  let isState: [Bool]
  /// Position among the gauges, by position in `Asset.signals`; negative for other signals.
  let gauge: [Int]
  /// How many gauges there are.
  let gauges: Int

  init(_ signals: [Signal]) {
    let all = signals.indices.filter { signals[$0].kind == .gauge }
    let states = signals.indices.filter { if case .state = signals[$0].kind { true } else { false } }
    isState = signals.indices.map { states.contains($0) }
    gauge = signals.indices.map { all.firstIndex(of: $0) ?? -1 }
    gauges = all.count
    signalsByName = (all + states).sorted {
      signals[$0].name.utf16.lexicographicallyPrecedes(signals[$1].name.utf16)
    }
  }

  func isSummarised(_ signal: Int) -> Bool { isState[signal] || gauge[signal] >= 0 }
}
