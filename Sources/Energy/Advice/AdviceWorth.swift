import Telemetry
import Templates

extension LoadAdvisor {
  /// What of a plan a change is measured against.
  struct Worth {
    var maximum: ExactDecimal?
    var demandCharge: ExactDecimal?
    var excess: ExactDecimal?

    init(_ plan: AdvicePlan) throws(DecimalError) {
      maximum = try plan.maximum()
      demandCharge = try plan.demandCharge(maximum)
      excess = try plan.excess()
    }
  }

  /// A candidate and what it brings in a plan.
  struct Valued {
    let use: Use
    let candidate: Use.Candidate
    /// Money; nil without prices.
    var saving: ExactDecimal?
    var demandSaving: ExactDecimal?
    /// kg less; nil without factors.
    var emissions: ExactDecimal?
    /// kWh less above the limit; nil without limit or forecast.
    var excess: ExactDecimal?

    var change: [AdviceChange] { candidate.change }

    /// Nil for one that is out of the question: it brings the demand above its limit, or takes away more than there is.
    init?(_ use: Use, _ candidate: Use.Candidate, plan: AdvicePlan, before: Worth) throws(DecimalError) {
      self.use = use
      self.candidate = candidate
      if plan.hasLoad {
        for part in candidate.change {
          if try (plan.slots[part.slot].energy + part.energy).isNegative { return nil }
        }
      }
      if plan.isPriced {
        var sum = ExactDecimal.zero
        for part in candidate.change { sum = try sum - part.energy * (plan.slots[part.slot].price ?? .zero) }
        saving = sum
      }
      if plan.hasFactors {
        var sum = ExactDecimal.zero
        for part in candidate.change { sum = try sum - part.energy * (plan.slots[part.slot].factor ?? .zero) }
        emissions = sum
      }
      guard plan.hasLoad, plan.limit != nil || plan.basic != nil else { return }
      let after = try Worth(try plan.applying(candidate.change))
      if let old = before.excess, let new = after.excess {
        guard new <= old else { return nil }
        excess = try old - new
      }
      if let old = before.demandCharge, let new = after.demandCharge, let money = saving {
        demandSaving = try old - new
        saving = try money + (old - new)
      }
    }

    var relieves: Bool { excess.map { ExactDecimal.zero < $0 } ?? false }

    /// It holds the limit, saves money, or saves emissions and costs nothing.
    var isUseful: Bool {
      if relieves { return true }
      let money = saving ?? .zero
      if ExactDecimal.zero < money { return true }
      return money.isZero && emissions.map { ExactDecimal.zero < $0 } ?? false
    }

    /// - Parameter byMoney: else as little as possible is used to hold the limit.
    func isBetter(than other: Valued, byMoney: Bool) -> Bool {
      func differ(_ one: ExactDecimal?, _ two: ExactDecimal?) -> Bool? {
        let (a, b) = (one ?? .zero, two ?? .zero)
        return a == b ? nil : b < a
      }
      if let isBetter = differ(excess, other.excess) { return isBetter }
      if !byMoney, let isBetter = differ(other.candidate.energy, candidate.energy) { return isBetter }
      if let isBetter = differ(saving, other.saving) { return isBetter }
      if let isBetter = differ(emissions, other.emissions) { return isBetter }
      let (mine, its) = (use.load.flexibility.comfort, other.use.load.flexibility.comfort)
      if mine != its { return mine < its }
      let (one, two) = (candidate, other.candidate)
      return (one.energy, one.distance, use.place, use.day, one.relieved.lowerBound)
        < (two.energy, two.distance, other.use.place, other.use.day, two.relieved.lowerBound)
    }

    func proposal(in plan: AdvicePlan) throws(DecimalError) -> AdviceProposal {
      func times(_ slots: Range<Int>) -> Range<Timestamp> {
        let start = plan.slots[slots.lowerBound].start
        // The last slot of a run may be used in part only.
        let end = plan.slots[slots.upperBound - 1].start + plan.length
        let whole = start + use.load.flexibility.duration
        return start..<min(end, whole)
      }
      func price(_ slots: Range<Int>?, _ choose: ([ExactDecimal]) -> ExactDecimal?) -> ExactDecimal? {
        slots.flatMap { choose($0.compactMap { plan.slots[$0].price }) }
      }
      return AdviceProposal(
        load: use.load, day: use.day, change: candidate.change, relieved: times(candidate.relieved),
        loaded: candidate.loaded.map(times), energy: candidate.energy, saving: saving, demandSaving: demandSaving,
        emissions: emissions, excess: excess, priceBefore: price(candidate.relieved) { $0.max() },
        priceAfter: price(candidate.loaded) { $0.min() })
    }
  }
}
