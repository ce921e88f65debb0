import Telemetry

/// Puts predicted faults into stops of the plant.
///
/// Each job gets the last stop before its 10 % point that its parts can reach, from when they are there: later it would be
/// a gamble, earlier would throw life away. If the parts come too late for any such stop, it gets the last one before the 10 % point all the same,
/// for a look and what can be done without them. If there is no stop before it, the machine has to be stopped for it. A
/// fault without a time gets the next stop, for a look. Then jobs of a machine, and those of a line that lie near one
/// another, are done together, at the earliest of their stops, unless their parts are not there by then.
public struct MaintenancePlanner: Sendable {
  /// What has to be done on a machine.
  public struct Job: Hashable, Sendable {
    public enum Time: Hashable, Sendable {
      /// It fails by then.
      case window(FailureCurve)
      /// Service: it is due by then, and nothing fails at once.
      case due(Timestamp)
      /// It is not known when it fails, and why.
      case unknown(String)
    }

    public var asset: String
    /// The line that the machine stands in; empty = none.
    public var line: String
    public var fault: String
    public var time: Time
    /// How long the parts take to come; nil = in stock, or none.
    public var leadTime: Span64?
    /// What an hour of an unplanned stop costs; nil = nobody has said.
    public var hourlyCost: Double?

    public init(
      asset: String, line: String, fault: String, time: Time, leadTime: Span64? = nil, hourlyCost: Double? = nil
    ) {
      self.asset = asset
      self.line = line
      self.fault = fault
      self.time = time
      self.leadTime = leadTime
      self.hourlyCost = hourlyCost
    }

    public var curve: FailureCurve? { if case .window(let curve) = time { curve } else { nil } }
  }

  /// Time in which the plant stands anyway; half-open.
  public struct Stop: Hashable, Sendable {
    public var name: String
    public var start: Timestamp
    public var end: Timestamp

    public init(name: String, start: Timestamp, end: Timestamp) {
      self.name = name
      self.start = start
      self.end = end
    }
  }

  public struct Settings: Hashable, Sendable {
    /// Shortest stop that a job fits in.
    public var work: Span64
    /// How much earlier than it must a job is done for the sake of another one of its machine or line.
    public var bundling: Span64

    public init(work: Span64, bundling: Span64) {
      self.work = work
      self.bundling = bundling
    }
  }

  public enum Action: String, Hashable, Sendable {
    /// Nothing but the work itself.
    case plan
    /// The parts must be ordered now.
    case orderNow = "order-now"
    /// The parts come behind the last stop before the 10 % point, or behind that point: order by express, look for a
    /// substitute, or make an extra stop when they are there.
    case partsLate = "parts-late"
    /// It may fail at any time.
    case now
    /// The time is not known: look at it.
    case inspect
  }

  /// When a job is to be done.
  public struct Proposal: Hashable, Sendable {
    public var job: Job
    public var action: Action
    /// nil = an extra stop has to be made, at `start`.
    public var stop: Stop?
    public var start: Timestamp
    /// When the parts must be ordered to be there; nil = nothing has to be ordered.
    public var orderBy: Timestamp?
    /// That it fails before `start`; nil = not known.
    public var risk: Double?
    /// The stop after this one, that it fails before that, and what waiting for it costs by expectation for each hour that
    /// an unplanned stop lasts; nil = not known.
    public var nextStop: Timestamp?
    public var nextRisk: Double?
    public var waitingCost: Double?
  }

  /// What is done at one time in one line, or on one machine.
  public struct Visit: Hashable, Sendable {
    public var stop: Stop?
    public var start: Timestamp
    /// By asset and fault.
    public var proposals: [Proposal]
  }

  public let settings: Settings
  /// Long enough, and not begun: a stop that runs is used if what is left of it suffices. By start.
  private let stops: [Stop]
  private let now: Timestamp

  /// - Parameter stops: of the plant, in any order.
  public init(_ stops: [Stop], now: Timestamp, settings: Settings) {
    self.settings = settings
    self.now = now
    self.stops = stops.map { Stop(name: $0.name, start: max($0.start, now), end: $0.end) }
      .filter { $0.start < $0.end && settings.work <= $0.end - $0.start }
      .sorted { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
  }

  /// By time; what belongs to one visit together.
  public func plan(_ jobs: [Job]) -> [Visit] {
    let sorted = jobs.sorted { ($0.asset, $0.fault) < ($1.asset, $1.fault) }
    return bundled(sorted.map { propose($0) })
  }

  /// One job for itself.
  public func propose(_ job: Job) -> Proposal {
    let arrival = now + (job.leadTime ?? .zero)
    if case .due(let time) = job.time {
      // What is due already can wait for the next stop.
      let stop = stops.last { $0.start <= time } ?? stops.first
      return proposal(job, stop, at: stop?.start ?? max(now, time), action: .plan)
    }
    guard let curve = job.curve else {
      return proposal(job, stops.first, at: stops.first?.start ?? now, action: .inspect)
    }
    let due = max(curve.p10, now)
    if curve.p10 <= now {
      // It is overdue: the next stop only if it is here; waiting has no ground any more.
      let running = stops.first.flatMap { $0.start == now ? $0 : nil }
      return proposal(job, running, at: now, action: now < arrival ? .partsLate : .now)
    }
    let before = stops.filter { $0.start <= due }
    // Parts may come while a long stop lasts: what is left of it then may do.
    let reached = before.map { Stop(name: $0.name, start: max($0.start, arrival), end: $0.end) }
    if let stop = reached.last(where: { $0.start <= due && settings.work <= $0.end - $0.start }) {
      return proposal(job, stop, at: stop.start, action: action(job, at: stop.start))
    }
    if let stop = before.last { return proposal(job, stop, at: stop.start, action: .partsLate) }
    if due < arrival { return proposal(job, nil, at: due, action: .partsLate) }
    return proposal(job, nil, at: due, action: action(job, at: due))
  }

  /// Parts are ordered in time for the stop after which no more comes before the 10 % point: a day of grace is none.
  private func action(_ job: Job, at start: Timestamp) -> Action {
    guard let lead = job.leadTime else { return .plan }
    return start - lead <= now + .days(1) ? .orderNow : .plan
  }

  private func proposal(_ job: Job, _ stop: Stop?, at start: Timestamp, action: Action) -> Proposal {
    var proposal = Proposal(job: job, action: action, stop: stop, start: start)
    proposal.orderBy = job.leadTime.map { max(now, start - $0) }
    guard let curve = job.curve else { return proposal }
    let risk = curve.probability(by: start, now: now)
    proposal.risk = risk
    guard let next = stops.first(where: { $0.start > start }) else { return proposal }
    let nextRisk = curve.probability(by: next.start, now: now)
    proposal.nextStop = next.start
    proposal.nextRisk = nextRisk
    proposal.waitingCost = job.hourlyCost.map { $0 * (nextRisk - risk) }
    return proposal
  }

  // MARK: Together

  private func bundled(_ proposals: [Proposal]) -> [Visit] {
    let order = proposals.indices.sorted {
      (proposals[$0].start, proposals[$0].job.asset, proposals[$0].job.fault)
        < (proposals[$1].start, proposals[$1].job.asset, proposals[$1].job.fault)
    }
    var visits: [Visit] = []
    for index in order {
      let proposal = proposals[index]
      let place = visits.firstIndex { visit in visit.proposals.contains { joins(proposal, $0, visit) } }
      guard let place else {
        visits.append(Visit(stop: proposal.stop, start: proposal.start, proposals: [proposal]))
        continue
      }
      let visit = visits[place]
      let arrives = now + (proposal.job.leadTime ?? .zero)
      let action =
        [.inspect, .partsLate, .now].contains(proposal.action)
        ? proposal.action : arrives <= visit.start ? self.action(proposal.job, at: visit.start) : proposal.action
      visits[place].proposals.append(self.proposal(proposal.job, visit.stop, at: visit.start, action: action))
    }
    for place in visits.indices {
      visits[place].proposals.sort { ($0.job.asset, $0.job.fault) < ($1.job.asset, $1.job.fault) }
    }
    return visits
  }

  /// Jobs come by their start, so that a visit is never later than a job that joins it.
  private func joins(_ proposal: Proposal, _ other: Proposal, _ visit: Visit) -> Bool {
    let job = proposal.job
    guard job.asset == other.job.asset || (!job.line.isEmpty && job.line == other.job.line) else { return false }
    if visit.start == proposal.start { return true }
    // Without its parts it cannot be brought forward.
    let isReady = proposal.action == .inspect || now + (job.leadTime ?? .zero) <= visit.start
    return isReady && proposal.start - visit.start <= settings.bundling
  }
}
