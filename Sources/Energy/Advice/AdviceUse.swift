import Telemetry
import Templates

extension LoadAdvisor {
  /// What could be done with one load on one day.
  struct Use {
    struct Candidate: Hashable {
      /// Ascending by slot, none twice.
      var change: [AdviceChange]
      var relieved: Range<Int>
      var loaded: Range<Int>?
      /// kWh
      var energy: ExactDecimal
      /// Slots that it is moved by.
      var distance: Int
    }

    let load: FlexibleLoad
    /// Position in the list of loads.
    let place: Int
    let day: Int
    /// In the order of their beginning.
    var candidates: [Candidate] = []

    /// - Throws: for a power with more digits than can be calculated with.
    init(_ load: FlexibleLoad, place: Int, day: Int, plan: AdvicePlan) throws(DecimalError) {
      self.load = load
      self.place = place
      self.day = day
      let allowed = plan.slots.indices.map { isAllowed($0, plan) }
      let profile = try Self.profile(load.flexibility, plan.length)
      switch load.flexibility.kind {
      case .shift: try addShifts(profile, allowed, plan)
      case .shed: try addSheddings(profile, allowed)
      case .storage: try addCycles(profile, allowed)
      }
    }

    /// Whether a slot lies wholly in the window that begins on the day.
    private func isAllowed(_ place: Int, _ plan: AdvicePlan) -> Bool {
      let slot = plan.slots[place]
      let own = load.flexibility
      let close = own.to <= own.from ? own.to + 1440 : own.to
      let start = (slot.day - day) * 1440 + slot.minute
      return own.from <= start && start + Int(plan.length.nanoseconds / 60_000_000_000) <= close
    }

    /// kWh of each slot of a run: the last one may be used in part.
    private static func profile(_ own: Asset.Flexibility, _ length: Span64) throws(DecimalError) -> [ExactDecimal] {
      var profile: [ExactDecimal] = []
      var left = own.duration
      while left > .zero {
        let part = min(left, length)
        profile.append(try AdvicePlan.energy(own.power, over: part))
        left = Span64(nanoseconds: left.nanoseconds - part.nanoseconds)
      }
      return profile
    }

    private static func sum(_ values: some Sequence<ExactDecimal>) throws(DecimalError) -> ExactDecimal {
      var sum = ExactDecimal.zero
      for value in values { sum = try sum + value }
      return sum
    }

    /// First slots of runs of so many allowed ones.
    private static func starts(_ count: Int, _ allowed: [Bool]) -> [Int] {
      guard count > 0, count <= allowed.count else { return [] }
      return (0...(allowed.count - count)).filter { start in allowed[start..<(start + count)].allSatisfy { $0 } }
    }

    private mutating func addShifts(
      _ profile: [ExactDecimal], _ allowed: [Bool], _ plan: AdvicePlan
    ) throws(DecimalError) {
      guard let usually = load.flexibility.usually else { return }
      // In a window over midnight the run may begin after it.
      let wanted = usually < load.flexibility.from ? usually + 1440 : usually
      let minutes = Int(plan.length.nanoseconds / 60_000_000_000)
      let starts = Self.starts(profile.count, allowed)
      guard
        let old = plan.slots.indices.first(where: {
          let start = (plan.slots[$0].day - day) * 1440 + plan.slots[$0].minute
          return start <= wanted && wanted < start + minutes
        }), old + profile.count <= plan.slots.count
      else { return }
      let energy = try Self.sum(profile)
      for start in starts where start != old {
        var change: [Int: ExactDecimal] = [:]
        for (step, part) in profile.enumerated() {
          change[old + step] = try (change[old + step] ?? .zero) - part
          change[start + step] = try (change[start + step] ?? .zero) + part
        }
        candidates.append(
          Candidate(
            change: Self.sorted(change), relieved: old..<(old + profile.count),
            loaded: start..<(start + profile.count), energy: energy, distance: abs(start - old)))
      }
    }

    private mutating func addSheddings(_ profile: [ExactDecimal], _ allowed: [Bool]) throws(DecimalError) {
      for count in 1...max(1, profile.count) where count <= profile.count {
        let parts = profile[..<count]
        let energy = try Self.sum(parts)
        for start in Self.starts(count, allowed) {
          candidates.append(
            Candidate(
              change: parts.enumerated().map { AdviceChange(slot: start + $0, energy: -$1) },
              relieved: start..<(start + count), loaded: nil, energy: energy, distance: 0))
        }
      }
    }

    private mutating func addCycles(_ profile: [ExactDecimal], _ allowed: [Bool]) throws(DecimalError) {
      guard let efficiency = load.flexibility.efficiency else { return }
      var given: [ExactDecimal] = []
      for part in profile { given.append(try part * efficiency) }
      let energy = try Self.sum(given)
      let starts = Self.starts(profile.count, allowed)
      for charge in starts {
        // It gives back what it took, not what it may have had before.
        for back in starts where charge + profile.count <= back {
          let change =
            profile.enumerated().map { AdviceChange(slot: charge + $0, energy: $1) }
            + given.enumerated().map { AdviceChange(slot: back + $0, energy: -$1) }
          candidates.append(
            Candidate(
              change: change, relieved: back..<(back + profile.count), loaded: charge..<(charge + profile.count),
              energy: energy, distance: back - charge))
        }
      }
    }

    private static func sorted(_ change: [Int: ExactDecimal]) -> [AdviceChange] {
      change.filter { !$0.value.isZero }.sorted { $0.key < $1.key }.map { AdviceChange(slot: $0.key, energy: $0.value) }
    }

    /// What the policy allows and is worth most; nil if nothing brings anything.
    func best(in plan: AdvicePlan, _ policy: AdvicePolicy) throws(DecimalError) -> Valued? {
      let savesMoney = policy.allowsSaving(load.flexibility)
      guard savesMoney || policy.allowsRelief(load.flexibility) else { return nil }
      let before = try Worth(plan)
      var best: Valued?
      for candidate in candidates {
        guard let own = try Valued(self, candidate, plan: plan, before: before) else { continue }
        let isWelcome = savesMoney ? own.isUseful : own.relieves
        guard isWelcome else { continue }
        if best.map({ own.isBetter(than: $0, byMoney: savesMoney) }) ?? true { best = own }
      }
      return best
    }
  }
}
