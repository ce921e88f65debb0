import Telemetry
import Templates

/// What a lot's sample says of it.
public struct LotOutcome: Hashable, Sendable {
  public enum Disposition: Hashable, Sendable {
    case accepted
    case refused
    /// So many pieces more.
    case inspect(Int)
    /// There is no plan for it, and nobody has decided.
    case undecided
  }

  /// So many nonconforming units are named.
  static let named = 20

  /// How strictly it was inspected: as the lots before had it when its first piece was seen.
  public var severity: SamplingSwitch.State
  public var plan: SamplingPlan?
  /// Why there is no plan.
  public var obstacle: String?
  public var inspected = 0
  public var nonconforming = 0
  /// Names of the first ones.
  public var units: [String] = []
  public var disposition: Disposition
  /// When it was accepted or refused.
  public var decided: Timestamp?
  /// One step tighter would have accepted it as well; asked only on the way to reduced inspection.
  var tighterAccepts = false

  init(_ sample: LotSample, size: Int?, _ plan: LotPlan, table: SamplingTable, severity: SamplingSwitch.State) {
    self.severity = severity
    disposition = .undecided
    func fill(_ count: LotSample.Count) {
      inspected = count.inspected
      nonconforming = count.nonconforming.count
      units = Array(count.nonconforming.filter { !$0.isEmpty }.prefix(Self.named))
    }
    do throws(LotObstacle) {
      let found = try Self.plan(plan, table, size: size, severity)
      let count = sample.count(sample: found.size, refuse: found.reject)
      fill(count)
      self.plan = found
      if let refused = count.refused {
        disposition = .refused
        decided = refused
      } else if let complete = count.complete {
        disposition = found.accepts(defectives: nonconforming) ? .accepted : .refused
        decided = complete
        if plan.allowsReduced, severity == .normal, disposition == .accepted, found.accept > 1, let size {
          tighterAccepts = Self.tighterAccepts(sample, size: size, plan, table)
        }
      } else {
        disposition = .inspect(found.size - count.inspected)
      }
    } catch {
      obstacle = error.text
      fill(sample.count(sample: .max, refuse: .max))
    }
  }

  private struct LotObstacle: Error {
    var text: String
  }

  private static func plan(
    _ plan: LotPlan, _ table: SamplingTable, size: Int?, _ state: SamplingSwitch.State
  ) throws(LotObstacle) -> SamplingPlan {
    guard let severity = state.severity else {
      throw LotObstacle(text: "inspection by samples is discontinued. Inspect every piece, or send the lot back")
    }
    guard let size else {
      throw LotObstacle(text: "its size is unknown: map the attribute lot-size, or write `size` in the plan")
    }
    do throws(SamplingTable.Refusal) {
      return try table.plan(lot: size, limit: plan.limit, level: plan.level, severity: severity)
    } catch {
      throw LotObstacle(text: error.description)
    }
  }

  private static func tighterAccepts(
    _ sample: LotSample, size: Int, _ plan: LotPlan, _ table: SamplingTable
  ) -> Bool {
    guard let limit = table.tighter(than: plan.limit) else { return false }
    // Where no plan is tighter nothing is known of it.
    guard let tighter = try? table.plan(lot: size, limit: limit, level: plan.level) else { return false }
    let count = sample.count(sample: tighter.size, refuse: tighter.reject)
    return count.complete != nil && tighter.accepts(defectives: count.nonconforming.count)
  }
}
