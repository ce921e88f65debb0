import Equipment
import Plant
import Telemetry
import Testing

private let zero = Timestamp(seconds: 1_790_000_000)
private func at(_ hours: Double) -> Timestamp { zero + .seconds(Int64(hours * 3600)) }

private typealias Planner = MaintenancePlanner

private func job(
  _ window: (Double, Double, Double)?, lead: Double? = nil, asset: String = "p1", line: String = "a/l1",
  fault: String = "wear", cost: Double? = nil
) -> Planner.Job {
  Planner.Job(
    asset: asset, line: line, fault: fault,
    time: window.flatMap { FailureCurve(said: zero, p10: at($0.0), p50: at($0.1), p90: at($0.2)) }.map { .window($0) }
      ?? .unknown("too little data"),
    leadTime: lead.map { .seconds(Int64($0 * 3600)) }, hourlyCost: cost)
}

/// Every 24 h a stop of 8 h.
private func nights(_ days: Int) -> [Planner.Stop] {
  (0..<days).map { Planner.Stop(name: "night", start: at(Double($0) * 24 + 16), end: at(Double($0) * 24 + 24)) }
}

private func planner(_ stops: [Planner.Stop], now: Double = 0) -> Planner {
  Planner(stops, now: at(now), settings: Planner.Settings(work: .hours(2), bundling: .days(2)))
}

@Suite struct FailureCurveTests {
  @Test func goesThroughItsQuantilesAndNeverFalls() throws {
    let curve = try #require(FailureCurve(said: at(0), p10: at(10), p50: at(30), p90: at(60)))
    for (hours, expected) in [(-5.0, 0.0), (0, 0), (5, 0.05), (10, 0.1), (20, 0.3), (30, 0.5), (60, 0.9)] {
      #expect(abs(curve.probability(by: at(hours)) - expected) < 1e-9, "at \(hours) h")
    }
    var last = 0.0
    for hours in 0..<500 {
      let now = curve.probability(by: at(Double(hours)))
      #expect(last <= now && now <= 1)
      last = now
    }
    #expect(last > 0.999)
    #expect(abs(curve.probability(by: at(60), now: at(30)) - 0.8) < 1e-9)
    #expect(FailureCurve(said: at(0), p10: at(30), p50: at(20), p90: at(60)) == nil)
  }
}

@Suite struct MaintenancePlannerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var window: (Double, Double, Double)?
    var lead: Double?
    var stops: Int = 10
    var start: Double
    var hasStop: Bool
    var action: MaintenancePlanner.Action
    var orderBy: Double?
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "last night before P10", window: (100, 150, 200), start: 88, hasStop: true, action: .plan),
    Case(name: "P10 at the beginning of a night", window: (88, 150, 200), start: 88, hasStop: true, action: .plan),
    Case(
      name: "parts in time", window: (100, 150, 200), lead: 24, start: 88, hasStop: true, action: .plan, orderBy: 64),
    Case(
      name: "order now", window: (100, 150, 200), lead: 80, start: 88, hasStop: true, action: .orderNow, orderBy: 8),
    Case(
      name: "parts come behind P10", window: (100, 150, 200), lead: 120, start: 88, hasStop: true, action: .partsLate,
      orderBy: 0),
    Case(
      name: "parts come while the stop lasts", window: (95, 150, 200), lead: 90, start: 90, hasStop: true,
      action: .orderNow, orderBy: 0),
    Case(
      name: "parts come when too little of the stop is left", window: (111, 150, 200), lead: 95, start: 88,
      hasStop: true, action: .partsLate, orderBy: 0),
    Case(
      name: "parts come while the stop lasts, behind P10", window: (90, 150, 200), lead: 91, start: 88, hasStop: true,
      action: .partsLate, orderBy: 0),
    Case(name: "no stop before P10", window: (10, 50, 90), start: 10, hasStop: false, action: .plan),
    Case(
      name: "neither stop nor parts", window: (10, 50, 90), lead: 48, start: 10, hasStop: false, action: .partsLate,
      orderBy: 0),
    Case(name: "overdue", window: (-1, 5, 9), start: 0, hasStop: false, action: .now),
    Case(name: "no stops at all", window: (100, 150, 200), stops: 0, start: 100, hasStop: false, action: .plan),
    Case(name: "no time known", window: nil, start: 16, hasStop: true, action: .inspect),
    Case(name: "neither time nor stops", window: nil, stops: 0, start: 0, hasStop: false, action: .inspect),
  ])
  func putsAJobIntoAStop(_ given: Case) {
    let proposal = planner(nights(given.stops)).propose(job(given.window, lead: given.lead))
    #expect(proposal.start == at(given.start))
    #expect((proposal.stop != nil) == given.hasStop)
    #expect(proposal.action == given.action)
    #expect(proposal.orderBy == given.orderBy.map(at))
  }

  @Test func aStopThatRunsCountsWithWhatIsLeft() {
    let stop = Planner.Stop(name: "night", start: at(-5), end: at(3))
    #expect(planner([stop]).propose(job(nil)).start == at(0))
    #expect(planner([stop], now: 2).propose(job(nil)).stop == nil)
  }

  @Test func saysWhatWaitingCosts() throws {
    // P10 at 100 h, P50 at 124 h: the next night begins at 112 h, half-way.
    let proposal = planner(nights(10)).propose(job((100, 124, 200), cost: 1000))
    #expect(proposal.nextStop == at(112))
    #expect(abs((proposal.risk ?? 0) - 0.088) < 1e-9)
    #expect(abs((proposal.nextRisk ?? 0) - 0.3) < 1e-9)
    #expect(abs((proposal.waitingCost ?? 0) - 212) < 1e-6)
    let unpriced = planner(nights(10)).propose(job((100, 124, 200)))
    #expect(unpriced.waitingCost == nil && unpriced.nextRisk != nil)
  }

  @Test func doesTogetherWhatBelongsTogether() {
    let visits = planner(nights(30)).plan([
      job((100, 150, 200)), job((400, 500, 600), fault: "seal"),
      job((140, 200, 300), asset: "p2"), job((400, 500, 600), asset: "p3"),
      job((100, 150, 200), asset: "q1", line: "a/l2"), job((400, 500, 600), lead: 300, fault: "bearing"),
    ])
    #expect(
      visits.map { visit in visit.proposals.map { "\($0.job.asset) \($0.job.fault)" } } == [
        ["p1 wear", "p2 wear"], ["q1 wear"], ["p1 bearing", "p1 seal", "p3 wear"],
      ])
    #expect(visits.map(\.start) == [at(88), at(88), at(400)])
  }

  @Test func whatMayFailAtAnyTimeIsDoneNowAlsoTogether() {
    let visits = planner(nights(3)).plan([job((-1, 5, 9)), job((-2, 5, 9), asset: "p2")])
    #expect(visits.count == 1)
    #expect(visits.flatMap(\.proposals).map(\.action) == [.now, .now])
  }

  /// Whatever the predictions and the calendar are.
  @Test(arguments: 0..<40) func neverBehindTheTenPercentPointIfAStopIsBefore(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func number(_ range: Range<Int>) -> Double { Double(Int(random.next() % UInt64(range.count)) + range.lowerBound) }
    let stops = (0..<Int(number(0..<20))).map { _ in
      let start = number(-20..<900)
      return Planner.Stop(name: "s", start: at(start), end: at(start + number(1..<30)))
    }
    let jobs = (0..<Int(number(1..<15))).map { place in
      let p10 = number(-50..<800)
      let p50 = p10 + number(0..<200)
      return job(
        number(0..<5) == 0 ? nil : (p10, p50, p50 + number(0..<200)), lead: number(0..<2) == 0 ? nil : number(0..<400),
        asset: "p\(place % 6)", line: "a/l\(place % 3)", fault: "f\(place)")
    }
    let planner = planner(stops)
    let usable = stops.filter { max($0.start, zero) + .hours(2) <= $0.end }
    let visits = planner.plan(jobs)
    #expect(visits.flatMap(\.proposals).count == jobs.count, "each job once")
    #expect(visits.map(\.start) == visits.map(\.start).sorted())
    for visit in visits {
      if let stop = visit.stop { #expect(stop.start == visit.start && .hours(2) <= stop.end - stop.start) }
      #expect(visit.start >= zero)
      for proposal in visit.proposals {
        #expect(proposal.start == visit.start)
        guard let curve = proposal.job.curve else { continue }
        #expect(visit.start <= max(curve.p10, zero), "never behind P10")
        #expect(proposal.risk.map { (0...1).contains($0) } ?? false)
        if let next = proposal.nextRisk { #expect(next >= proposal.risk ?? 0) }
      }
      // An extra stop is made for a job that no stop comes in time for; others of its line use it.
      let needsOne = visit.proposals.contains { proposal in
        guard let p10 = proposal.job.curve?.p10 else { return usable.isEmpty }
        return p10 <= zero || !usable.contains { max($0.start, zero) <= p10 }
      }
      #expect(visit.stop != nil || needsOne)
      // Together: one machine or one line.
      let first = visit.proposals[0].job
      #expect(visit.proposals.dropFirst().allSatisfy { $0.job.line == first.line || $0.job.asset == first.asset })
    }
  }

  @Test func findsTheStopsOfACalendar() throws {
    let plan = ShiftPlan(
      shifts: [
        ShiftPlan.Shift(name: "early", from: 360, to: 840, weekdays: [0, 1, 2, 3, 4]),
        ShiftPlan.Shift(name: "late", from: 840, to: 1320, weekdays: [0, 1, 2, 3, 4]),
      ],
      stops: [
        ShiftPlan.Stop(name: "cleaning", time: .daily(from: 600, to: 630, shifts: ["early"])),
        ShiftPlan.Stop(
          name: "overhaul",
          time: .once(
            from: ShiftPlan.LocalTime(day: 20_002, minute: 360), to: ShiftPlan.LocalTime(day: 20_002, minute: 1320))),
      ])
    let calendar = ShiftCalendar(plan, zone: try PlantZone(identifier: "UTC"))
    // 2024-10-05 is day 20001, a Saturday; 20003 a Monday.
    let start = calendar.instant(day: 20_003, minute: 0)
    let stops = Planner.Stop.stops(calendar, in: start..<(start + .days(1)))
    #expect(stops.map(\.name) == ["no shift", "cleaning", "no shift"])
    #expect(stops.map { $0.end - $0.start } == [.hours(6), .minutes(30), .hours(2)])
    let weekend = calendar.instant(day: 20_001, minute: 0)
    let free = Planner.Stop.stops(calendar, in: weekend..<(weekend + .days(2)))
    #expect(free == [Planner.Stop(name: "overhaul", start: weekend, end: weekend + .days(2))])
  }
}
