/// Signals that explain others are judged by what they explain: a sensor of the surroundings or of the power that is wrong
/// moves what is expected of all others at once, each by what was learnt of it. That is another pattern than any
/// fault's, and known more exactly (parity relations of analytical redundancy: Gertler 1998, Isermann 2006, ch. 10).
extension MachineModel {
  /// Score from which on it is asked.
  static let suspicious = 0.6
  /// Deviations up to here are noise.
  private static let noise = 1.5
  /// So many signals must answer: of one alone, its own sensor is as likely.
  private static let answers = 2
  private static let rounds = 4
  /// Of what deviates, so much must be explained: the rest may be anything.
  private static let least = 0.8

  /// - Parameter best: by place among the judged, the scale at which it deviates most; all are compared at that of the one
  ///   that deviates most of all.
  func suspects(
    _ frame: ConditionFrame, _ best: [(share: Double, scale: Int)], _ demandRow: [Double]?, _ burdenRow: [Double]?
  ) -> [Deviation.Suspect] {
    guard let scale = best.max(by: { $0.share < $1.share })?.scale, scale >= 0 else { return [] }
    let model = scales[scale]
    // What is asked of a machine may be anything: nothing tells whether it is wrong.
    let explaining = burden.signals.filter { !profile.signals[$0].role.isAsked }
    let all = excess(model.z.prefix(judged.count))
    guard all > 0 else { return [] }
    var suspects: [Deviation.Suspect] = []
    for signal in explaining {
      guard let value = frame.values[signal] else { continue }
      var error = 0.0
      var moved: [Double] = []
      // What is expected is no straight line: between what it says and what it is.
      for _ in 0..<Self.rounds {
        let effects = judged.indices.map { place -> Double in
          guard model.z[place] != 0 else { return 0 }
          let row = usesBurden[place] ? burdenRow : demandRow
          let explained = usesBurden[place] ? burden : demand
          let slope = row.map { explained.slope(place, by: signal, error: error, $0) } ?? 0
          // What it says too much is expected of the others, and seen of itself.
          return ((judged[place] == signal ? 1 : 0) - slope) / Double(model.spread[place])
        }
        let power = effects.reduce(0) { $0 + $1 * $1 }
        guard power > 0 else { break }
        error = judged.indices.reduce(0) { $0 + effects[$1] * model.z[$1] } / power
        moved = effects.map { $0 * error }
      }
      let own = judged.firstIndex(of: signal)
      let answers = moved.indices.count { $0 != own && abs(moved[$0]) > Self.noise }
      guard answers >= Self.answers else { continue }
      // One that is judged itself stands out by itself, and the same way.
      if let own, model.z[own] * moved[own] <= 0 || abs(model.z[own]) <= Self.noise { continue }
      // What is wrong is unusual by itself; and what the others say that it is, is usual.
      if own == nil {
        guard let departure = burdenRow.map({ burden.point.departure(signal, $0) }),
          abs(departure - error) < abs(departure)
        else { continue }
      }
      let left = excess(judged.indices.map { model.z[$0] - moved[$0] })
      let share = 1 - left / all
      guard share >= Self.least else { continue }
      let size = moved.map { abs($0) }.max() ?? 0
      suspects.append(
        Deviation.Suspect(
          signal: signal, value: value, implied: value - error, size: error < 0 ? -size : size,
          share: share))
    }
    return suspects.sorted { ($1.share, $0.signal) < ($0.share, $1.signal) }
  }

  private func excess(_ z: some Sequence<Double>) -> Double {
    z.reduce(0) { sum, z in
      let beyond = max(0, abs(z) - Self.noise)
      return sum + beyond * beyond
    }
  }
}
