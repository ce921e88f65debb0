import Plant
import Telemetry
import Templates

/// What was inspected of a lot: the first verdict of each piece, since a second attempt says nothing of the lot.
public struct LotTally: Hashable, Sendable {
  /// As the results name it (`batch`).
  public var lot: String
  /// Pieces in the lot (`lot-size`); nil if no result says it.
  public var size: Int?
  public private(set) var inspected = 0
  public private(set) var defective = 0
  public private(set) var start: Timestamp?
  private var pieces: Set<String> = []

  /// - Parameter results: by time.
  /// - Returns: by the time of their first result.
  public static func fold(_ results: [Event]) -> [LotTally] {
    var places: [String: Int] = [:]
    var lots: [LotTally] = []
    for event in results {
      guard let lot = event.first("batch"), !lot.isEmpty, let verdict = event.first("verdict") else { continue }
      let place = places[lot] ?? lots.count
      if place == lots.count {
        places[lot] = place
        lots.append(LotTally(lot: lot))
      }
      lots[place].add(event, verdict)
    }
    return lots
  }

  public init(lot: String, size: Int? = nil, inspected: Int = 0, defective: Int = 0) {
    self.lot = lot
    self.size = size
    self.inspected = inspected
    self.defective = defective
  }

  private mutating func add(_ event: Event, _ verdict: String) {
    if start == nil { start = event.time }
    if let size = event.first("lot-size").flatMap({ Int($0) }), size > 0 { self.size = size }
    guard verdict == UnitVisit.good || verdict == UnitVisit.bad else { return }
    if let unit = event.first("unit"), !pieces.insert("\(unit)\u{0}\(event.first("step") ?? "")").inserted { return }
    inspected += 1
    if verdict == UnitVisit.bad { defective += 1 }
  }

  /// What becomes of a lot.
  public enum Disposition: Hashable, Sendable {
    case accepted
    case refused
    /// So many pieces more.
    case inspect(Int)
  }

  /// A lot is refused as soon as its sample has as many defective pieces as refuse it; it is accepted only when the whole
  /// sample was looked at.
  public func disposition(_ plan: SamplingPlan) -> Disposition {
    if defective >= plan.reject { return .refused }
    if inspected < plan.size { return .inspect(plan.size - inspected) }
    return plan.accepts(defectives: defective) ? .accepted : .refused
  }
}
