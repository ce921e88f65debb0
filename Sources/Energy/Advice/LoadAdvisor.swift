import Telemetry
import Templates

/// Peak shaving and shifting: what to do with flexible loads in the time ahead, the most useful first.
///
/// It takes the best use of all loads and days, as if it were done, and asks again, until nothing brings anything. Best
/// is what takes most off a demand above its limit, then what saves most money, then what emits least, then what is
/// least noticed; of equals the first of the configuration and the earliest. So the list is a function of its input, and
/// the savings add up to the difference of the bills before the first and after the last proposal.
public struct LoadAdvisor: Sendable {
  public let policy: AdvicePolicy
  public let loads: [FlexibleLoad]

  public init(_ loads: [FlexibleLoad], policy: AdvicePolicy) {
    self.loads = loads
    self.policy = policy
  }

  /// The proposals, the most useful first; and the plan with all of them followed.
  public func advise(_ plan: AdvicePlan) throws(DecimalError) -> (proposals: [AdviceProposal], after: AdvicePlan) {
    var plan = plan
    var proposals: [AdviceProposal] = []
    var open: [Use] = []
    for (place, load) in loads.enumerated() {
      for day in Self.days(plan) where load.flexibility.weekdays.contains(Self.weekday(day)) {
        let use = try Use(load, place: place, day: day, plan: plan)
        if !use.candidates.isEmpty { open.append(use) }
      }
    }
    // What one load does to the demand changes what another one's use is worth; without a forecast nothing does.
    let isCoupled = plan.hasLoad && (plan.limit != nil || plan.basic != nil)
    var best: [Valued?] = []
    for use in open { best.append(try use.best(in: plan, policy)) }
    while true {
      var chosen: Int?
      for (place, own) in best.enumerated() {
        guard let own else { continue }
        if let other = chosen.flatMap({ best[$0] }), !own.isBetter(than: other, byMoney: true) { continue }
        chosen = place
      }
      guard let chosen, let own = best[chosen] else { break }
      proposals.append(try own.proposal(in: plan))
      plan = try plan.applying(own.change)
      best[chosen] = nil
      open[chosen].candidates = []
      if isCoupled { for place in open.indices { best[place] = try open[place].best(in: plan, policy) } }
    }
    return (proposals, plan)
  }

  /// Those whose windows may reach into the plan.
  private static func days(_ plan: AdvicePlan) -> [Int] {
    guard let first = plan.slots.first?.day, let last = plan.slots.last?.day else { return [] }
    return Array((first - 1)...last)
  }

  /// 0 = Monday; 1970-01-01 was a Thursday.
  private static func weekday(_ day: Int) -> Int { ((day + 3) % 7 + 7) % 7 }
}

extension AdvicePolicy {
  /// Whether it may be proposed to save money or emissions.
  func allowsSaving(_ flexibility: Asset.Flexibility) -> Bool {
    switch self {
    case .comfortFirst: flexibility.kind != .shed && flexibility.comfort == .low
    case .balanced: flexibility.comfort == .low || (flexibility.kind != .shed && flexibility.comfort == .medium)
    case .savingFirst: true
    }
  }

  /// Whether it may be proposed to hold the demand's limit.
  func allowsRelief(_ flexibility: Asset.Flexibility) -> Bool {
    switch self {
    case .comfortFirst: flexibility.comfort == .low
    case .balanced: flexibility.comfort <= .medium
    case .savingFirst: true
    }
  }
}
