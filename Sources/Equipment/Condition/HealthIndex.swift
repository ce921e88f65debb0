/// Health of a machine, 0…100: what each part of the evidence takes away. A product choice, so that people can order
/// machines by it; the parts say why.
struct HealthIndex: Hashable, Sendable {
  struct Part: Hashable, Sendable {
    var what: String
    var points: Double
  }

  private(set) var parts: [Part] = []

  /// - Parameters:
  ///   - score: of the deviation, 1 = it stands out; nil = nothing judged.
  ///   - zone: the worst by a standard; nil = none.
  ///   - life: on which step of the ladder of horizons the predicted failure stands, 0 = the nearest; nil = none.
  ///   - efficiencyLoss: energy beyond what it took for its output when it was learnt, as a share, if it is clear; a tenth
  ///     takes 10 points, at most 40 are taken.
  init(score: Double?, zone: VibrationZones.Zone?, life: Int? = nil, efficiencyLoss: Double? = nil) {
    // Up to 1 little, at twice that the half.
    if let score {
      let points = 20 * min(1, score) + 30 * max(0, min(1, score - 1))
      if points >= 0.5 { parts.append(Part(what: "deviation", points: points)) }
    }
    switch zone {
    case .c: parts.append(Part(what: "zone C", points: 35))
    case .d: parts.append(Part(what: "zone D", points: 70))
    case .a, .b, nil: break
    }
    if let efficiencyLoss { parts.append(Part(what: "efficiency", points: min(40, 100 * efficiencyLoss))) }
    let steps = [50.0, 30, 20, 10]
    if let life, steps.indices.contains(life) {
      parts.append(Part(what: "predicted failure", points: steps[life]))
    }
  }

  var value: Double { max(0, 100 - parts.map(\.points).reduce(0, +)) }
}
