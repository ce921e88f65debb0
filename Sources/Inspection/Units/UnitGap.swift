import Plant

/// What a unit's file lacks, or what does not fit in it.
public enum UnitGap: Hashable, Sendable {
  /// A station of the route has not seen it.
  case missing(station: String)
  /// It was seen at `station` although one before it in the route saw it only afterwards.
  case order(station: String, before: String)
  /// The last result is NG, or a person found it bad, and nothing has released it.
  case rejected(station: String, step: String)
  /// The last result leaves it to a person, and no person has judged.
  case unsure(station: String, step: String)
  /// More steps than one unit can have.
  case full

  /// For people.
  public var text: String {
    switch self {
    case .missing(let station): "\(station) has not seen it"
    case .order(let station, let before): "\(station) saw it before \(before) did"
    case .rejected(let station, let step): "rejected at \(Self.name(station, step)) and not released"
    case .unsure(let station, let step): "left to a person at \(Self.name(station, step)), and nobody has judged"
    case .full: "more than \(UnitFile.mostSteps) steps: the name is probably not that of one unit"
    }
  }

  /// As records name it.
  public var word: String {
    switch self {
    case .missing: "missing-station"
    case .order: "wrong-order"
    case .rejected: "rejected"
    case .unsure: "unsure"
    case .full: "too-many-steps"
    }
  }

  public var station: String? {
    switch self {
    case .missing(let station), .order(let station, _), .rejected(let station, _), .unsure(let station, _): station
    case .full: nil
    }
  }

  private static func name(_ station: String, _ step: String) -> String {
    step.isEmpty ? station : "\(station) (\(step))"
  }
}

extension UnitFile {
  /// - Parameter formerly: ids of today by those that stations had before.
  public func gaps(_ route: UnitRoute?, formerly: [String: String] = [:]) -> [UnitGap] {
    let seen = stations.map { formerly[$0] ?? $0 }
    var gaps: [UnitGap] = []
    if let route {
      let places = seen.map { (place: route.place(of: $0), station: $0) }
      let farthest = places.compactMap(\.place).max() ?? -1
      let known = Set(places.compactMap(\.place))
      // While it is under way, only what lies before the farthest station is missing.
      for (place, stations) in route.stations.enumerated() where place < farthest && !known.contains(place) {
        gaps.append(.missing(station: stations.joined(separator: " or ")))
      }
      for (later, entry) in places.enumerated() {
        guard let place = entry.place,
          let early = places.prefix(later).first(where: { $0.place.map { $0 > place } ?? false })
        else { continue }
        gaps.append(.order(station: early.station, before: entry.station))
      }
    }
    for result in results {
      if isBad(result) == true {
        gaps.append(.rejected(station: result.station, step: result.step))
      } else if result.verdict == "unsure", judgement(of: result) == nil {
        gaps.append(.unsure(station: result.station, step: result.step))
      }
    }
    if isFull { gaps.append(.full) }
    return gaps
  }

  /// Whether the last station of the route has seen it.
  public func isComplete(_ route: UnitRoute?, formerly: [String: String] = [:]) -> Bool {
    guard let route, let last = route.stations.indices.last else { return false }
    return stations.contains { route.place(of: formerly[$0] ?? $0) == last }
  }
}
