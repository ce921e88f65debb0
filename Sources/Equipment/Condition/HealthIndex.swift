/// Health of a machine, 0…100: what each part of the evidence takes away. A product choice, so that people can order
/// machines by it; the parts say why.
struct HealthIndex: Hashable, Sendable {
  private(set) var parts: [(what: String, points: Double)]

  /// - Parameters:
  ///   - score: of the deviation, 1 = alarm level; nil = nothing judged.
  ///   - zone: the worst by a standard; nil = none.
  init(score: Double?, zone: VibrationZones.Zone?) {
    parts = []
    // Up to the alarm level little, at twice the level the half.
    if let score {
      let points = 20 * min(1, score) + 30 * max(0, min(1, score - 1))
      if points >= 0.5 { parts.append(("deviation", points)) }
    }
    switch zone {
    case .c: parts.append(("zone C", 35))
    case .d: parts.append(("zone D", 70))
    case .a, .b, nil: break
    }
  }

  var value: Double { max(0, 100 - parts.map(\.points).reduce(0, +)) }

  static func == (a: HealthIndex, b: HealthIndex) -> Bool {
    a.parts.map(\.what) == b.parts.map(\.what) && a.parts.map(\.points) == b.parts.map(\.points)
  }
  func hash(into hasher: inout Hasher) { hasher.combine(value) }
}
