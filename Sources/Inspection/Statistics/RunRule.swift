/// A pattern of points that chance rarely makes, by the set that it belongs to. z = (x − centre) / σ.
///
/// Nelson, "The Shewhart control chart: tests for special causes", Journal of Quality Technology 16 (1984); Western
/// Electric, "Statistical quality control handbook" (1956).
public enum RunRule: String, CaseIterable, Hashable, Sendable {
  /// One point beyond 3σ.
  case nelson1 = "N1"
  /// Nine points on the same side.
  case nelson2 = "N2"
  /// Six points steadily rising or falling.
  case nelson3 = "N3"
  /// Fourteen points alternating up and down.
  case nelson4 = "N4"
  /// Two of three beyond 2σ on the same side.
  case nelson5 = "N5"
  /// Four of five beyond 1σ on the same side.
  case nelson6 = "N6"
  /// Fifteen points within 1σ.
  case nelson7 = "N7"
  /// Eight points beyond 1σ, on both sides.
  case nelson8 = "N8"
  case western1 = "WE1"
  case western2 = "WE2"
  case western3 = "WE3"
  /// Eight points on the same side.
  case western4 = "WE4"

  public enum Family: String, CaseIterable, Hashable, Sendable {
    case nelson
    case westernElectric = "western-electric"

    /// As people know it.
    public var title: String { self == .nelson ? "Nelson" : "Western Electric" }
    public var rules: [RunRule] { RunRule.allCases.filter { $0.family == self } }
  }

  public var family: Family {
    switch self {
    case .western1, .western2, .western3, .western4: .westernElectric
    default: .nelson
    }
  }

  /// Number within its family, from 1.
  public var number: Int { (family.rules.firstIndex(of: self) ?? 0) + 1 }

  /// How many of the newest points it looks at.
  public var length: Int {
    switch self {
    case .nelson1, .western1: 1
    case .nelson2: 9
    case .nelson3: 6
    case .nelson4: 14
    case .nelson5, .western2: 3
    case .nelson6, .western3: 5
    case .nelson7: 15
    case .nelson8, .western4: 8
    }
  }

  /// What was seen, for people: `9 points on the same side (Nelson 2)`.
  public var text: String {
    let seen =
      switch self {
      case .nelson1, .western1: "a point beyond 3σ"
      case .nelson2: "9 points on the same side"
      case .nelson3: "6 points steadily rising or falling"
      case .nelson4: "14 points alternating up and down"
      case .nelson5, .western2: "2 of 3 points beyond 2σ on the same side"
      case .nelson6, .western3: "4 of 5 points beyond 1σ on the same side"
      case .nelson7: "15 points within 1σ"
      case .nelson8: "8 points beyond 1σ on both sides"
      case .western4: "8 points on the same side"
      }
    return "\(seen) (\(family.title) \(number))"
  }

  /// For counts of defective pieces and of defects only these mean anything, and only if at least five are expected.
  public var suitsAttributes: Bool {
    switch self {
    case .nelson3, .nelson4, .nelson7, .nelson8: false
    default: true
    }
  }

  /// Expected number of defectives (n·p̄) from which run rules may be used on attribute data.
  public static let attributeMinimum = 5.0

  /// Whether the newest point (the last of `points`) completes the pattern. Beyond is strict; a point on the centre
  /// line belongs to no side, a point on the line of 1σ lies neither within nor beyond, and ties break a trend.
  func holds(_ points: ArraySlice<Double>) -> Bool {
    guard let last = points.last else { return false }
    let recent = points.suffix(length)
    let isFull = recent.count == length
    switch self {
    case .nelson1, .western1: return abs(last) > 3
    case .nelson2, .western4: return isFull && (recent.allSatisfy { $0 > 0 } || recent.allSatisfy { $0 < 0 })
    case .nelson3:
      let pairs = zip(recent, recent.dropFirst())
      return isFull && (pairs.allSatisfy { $0 < $1 } || pairs.allSatisfy { $0 > $1 })
    case .nelson4:
      let steps = zip(recent, recent.dropFirst()).map { $1 - $0 }
      return isFull && zip(steps, steps.dropFirst()).allSatisfy { $0 * $1 < 0 }
    case .nelson5, .western2: return beyond(2, atLeast: 2, recent, last)
    case .nelson6, .western3: return beyond(1, atLeast: 4, recent, last)
    case .nelson7: return isFull && recent.allSatisfy { abs($0) < 1 }
    case .nelson8:
      return isFull && recent.allSatisfy { abs($0) > 1 } && recent.contains { $0 > 0 } && recent.contains { $0 < 0 }
    }
  }

  private func beyond(_ limit: Double, atLeast count: Int, _ recent: ArraySlice<Double>, _ last: Double) -> Bool {
    last > limit && recent.count(where: { $0 > limit }) >= count
      || last < -limit && recent.count(where: { $0 < -limit }) >= count
  }
}
