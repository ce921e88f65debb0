import Equipment
import Rules
import Telemetry
import Templates
import Testing

/// Hours since a fixed day, as times.
private func at(_ hours: Double) -> Timestamp {
  Timestamp(seconds: 1_790_000_000) + .seconds(Int64(hours * 3600))
}

private func prognosis(
  _ fault: String, _ score: Double = 0.8, window: (Double, Double, Double)? = nil, refusal: String? = nil
) -> ConditionFigures.Prognosis {
  ConditionFigures.Prognosis(
    model: "pump", fault: fault, score: score, finding: "condition-change/p1", p10: window.map { at($0.0) },
    p50: window.map { at($0.1) }, p90: window.map { at($0.2) }, refusal: refusal)
}

private func figures(
  _ hours: Double, run: Double? = nil, _ prognoses: [ConditionFigures.Prognosis] = []
) -> ConditionFigures {
  ConditionFigures(
    time: at(hours), run: "running", learning: "watching", health: ScaledInteger(800, exponent: -1),
    runHours: run ?? hours, starts: 3, prognoses: prognoses)
}

private func record(
  _ id: String, _ hours: Double, kind: MaintenanceRecord.Kind = .done, asset: String = "p1", fault: String? = nil,
  found: String? = nil, failed: Double? = nil, finding: String? = nil, supersedes: String? = nil
) throws -> MaintenanceRecord {
  var members: [String: JSONValue] = [
    "id": .string(id), "asset": .string(asset), "kind": .string(kind.rawValue), "time": .string(at(hours).rfc3339UTC),
    "entered": .string(at(hours + 1).rfc3339UTC), "person": "Li Wei",
  ]
  let more = [
    ("fault", fault), ("found", found), ("failed", failed.map { at($0).rfc3339UTC }), ("finding", finding),
    ("supersedes", supersedes), ("reason", supersedes.map { _ in "typing error" }),
  ]
  for (name, value) in more { if let value { members[name] = .string(value) } }
  return try MaintenanceRecord(SiteCommand(name: MaintenanceRecord.command, members: members))
}

@Suite struct MaintenanceHistoryTests {
  /// A fault is told from hour 100 on, with a window of 300 … 500 h.
  private static func warned(until end: Double = 200) -> MaintenanceHistory {
    var history = MaintenanceHistory()
    for hour in stride(from: 0.0, through: end, by: 10) {
      let told = hour < 100 ? [] : [prognosis("wear", window: (300, 400, 500)), prognosis("looseness", 0.5)]
      history.hear(figures(hour, told), of: "p1")
    }
    return history
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var kind = MaintenanceRecord.Kind.done
    var time: Double
    var fault: String?
    var found: String?
    var failed: Double?
    var finding: String?
    var verdicts: [PredictionJudge.Verdict]
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "found before the window", time: 190, found: "yes", verdicts: [.hit]),
    Case(name: "failed within the window", time: 360, found: "yes", failed: 350, verdicts: [.hit]),
    Case(name: "a failure is an answer", time: 360, failed: 350, verdicts: [.hit]),
    Case(name: "failed before the window", time: 200, found: "yes", failed: 195, verdicts: [.late]),
    Case(name: "failed before the warning", time: 200, fault: "wear", failed: 90, verdicts: [.late]),
    Case(name: "still running behind the window", time: 600, found: "yes", verdicts: [.early]),
    Case(name: "failed behind the window", time: 600, found: "yes", failed: 590, verdicts: [.early]),
    Case(name: "nothing was there", kind: .inspected, time: 190, found: "no", verdicts: [.false]),
    Case(name: "another fault, told in second place", time: 190, found: "other:looseness", verdicts: [.false, .hit]),
    Case(name: "another fault that nothing told", time: 190, found: "other:cavitation", verdicts: [.false, .missed]),
    Case(name: "by the finding", time: 190, found: "yes", finding: "condition-change/p1", verdicts: [.hit]),
    Case(
      name: "by a finding that never was", time: 190, found: "yes", finding: "condition-change/x", verdicts: [.missed]),
    Case(name: "not said", time: 190, fault: "wear", verdicts: []),
    Case(name: "a fault that was not told", time: 190, fault: "seal", found: "yes", verdicts: [.missed]),
    Case(name: "looked for in vain, and not told", time: 190, fault: "seal", found: "no", verdicts: []),
  ])
  func holdsPredictionsAgainstRecords(_ given: Case) throws {
    var history = Self.warned(until: given.time)
    #expect(
      history.enter(
        try record(
          "r1", given.time, kind: given.kind, fault: given.fault, found: given.found, failed: given.failed,
          finding: given.finding), of: "p1"))
    let judged = PredictionJudge.judge(history, notice: .hours(48))
    #expect(judged.map(\.verdict) == given.verdicts)
    for judgement in judged { #expect((judgement.prediction == nil) == (judgement.verdict == .missed)) }
  }

  @Test func countsAndShares() throws {
    var history = Self.warned()
    history.enter(try record("r1", 200, found: "yes"), of: "p1")
    // On a machine that nothing was said of.
    history.enter(try record("r2", 210, asset: "p2", fault: "seal", found: "yes", failed: 209), of: "p2")
    let made = PredictionFigures(history, now: at(220), notice: .hours(48))
    #expect(made.hits == 1 && made.missed == 1 && made.falseAlarms == 0)
    #expect(made.precision == 1 && made.recall == 0.5 && made.inTime == 1)
    #expect(made.notice == .hours(100))
    #expect(made.unchecked == 0)
    let own = PredictionFigures(history, of: "p2", now: at(220), notice: .hours(48))
    #expect(own.hits == 0 && own.missed == 1 && own.recall == 0)
    let none = PredictionFigures(MaintenanceHistory(), now: at(0), notice: .hours(48))
    #expect(none.precision == nil && none.recall == nil && none.inTime == nil)
    // The time of a prediction has passed, and nobody looked.
    #expect(PredictionFigures(Self.warned(), now: at(501), notice: .hours(48)).unchecked == 1)
    #expect(PredictionFigures(Self.warned(), now: at(499), notice: .hours(48)).unchecked == 0)
  }

  @Test func theNewestRecordDecidesAndACorrectionReplaces() throws {
    var history = Self.warned()
    history.enter(try record("r1", 150, kind: .inspected, found: "no"), of: "p1")
    #expect(PredictionJudge.judge(history, notice: .hours(48)).map(\.verdict) == [.false])
    history.enter(try record("r2", 190, found: "yes"), of: "p1")
    #expect(PredictionJudge.judge(history, notice: .hours(48)).map(\.verdict) == [.hit])
    history.enter(try record("r3", 190, found: "other:seal", supersedes: "r2"), of: "p1")
    #expect(PredictionJudge.judge(history, notice: .hours(48)).map(\.verdict) == [.false, .missed])
    #expect(history.inForce.map(\.id) == ["r1", "r3"])
    #expect(history.mistake(in: try record("r3", 1)) != nil)
    #expect(history.mistake(in: try record("r4", 1, supersedes: "r2")) != nil)
    #expect(history.mistake(in: try record("r4", 1, supersedes: "nothing")) != nil)
    #expect(!history.enter(try record("r4", 1, supersedes: "r2"), of: "p1"))
  }

  @Test(arguments: [(147.0, PredictionJudge.Verdict.late), (149, .hit)])
  func whatIsToldSoonerThanTheNoticeBeforeAFailureIsLate(failed: Double, verdict: PredictionJudge.Verdict) throws {
    var history = MaintenanceHistory()
    history.hear(figures(100, [prognosis("wear", window: (140, 160, 200))]), of: "p1")
    history.enter(try record("r1", 150, fault: "wear", found: "yes", failed: failed), of: "p1")
    #expect(PredictionJudge.judge(history, notice: .hours(48)).map(\.verdict) == [verdict])
  }

  @Test func whatIsFoundInTimeIsAHitHoweverSoon() throws {
    var history = MaintenanceHistory()
    history.hear(figures(100, [prognosis("wear", window: (140, 160, 200))]), of: "p1")
    history.enter(try record("r1", 101, found: "yes"), of: "p1")
    #expect(PredictionJudge.judge(history, notice: .hours(48)).map(\.verdict) == [.hit])
  }

  @Test func whatIsFoundOrFailsAfterTheRepairDoesNotJudgeWhatItSettled() throws {
    var history = Self.warned()
    history.enter(try record("r1", 200, fault: "wear", found: "yes"), of: "p1")
    history.enter(try record("r2", 500, kind: .inspected, fault: "wear", found: "no"), of: "p1")
    #expect(PredictionJudge.judge(history, notice: .hours(48)).map(\.verdict) == [.hit])
    history.enter(try record("r3", 680, fault: "wear", failed: 679), of: "p1")
    #expect(PredictionJudge.judge(history, notice: .hours(48)).map(\.verdict) == [.hit, .missed])
    // Of a prediction that was interrupted both parts are settled.
    var interrupted = Self.warned()
    interrupted.hear(figures(220, []), of: "p1")
    interrupted.hear(figures(600, [prognosis("wear")]), of: "p1")
    interrupted.enter(try record("r1", 610, fault: "wear", found: "yes"), of: "p1")
    interrupted.enter(try record("r2", 640, kind: .inspected, fault: "wear", found: "no"), of: "p1")
    #expect(PredictionJudge.judge(interrupted, notice: .hours(48)).map(\.verdict) == [.hit])
    // Looking changes nothing of the machine: then the newest decides.
    var looked = Self.warned()
    looked.enter(try record("r1", 150, kind: .inspected, fault: "wear", found: "yes"), of: "p1")
    looked.enter(try record("r2", 190, kind: .inspected, fault: "wear", found: "no"), of: "p1")
    #expect(PredictionJudge.judge(looked, notice: .hours(48)).map(\.verdict) == [.false])
  }

  @Test func aCorrectionTakesOverWhatItDoesNotSay() throws {
    var history = Self.warned()
    var old = try record("r1", 200, fault: "wear", failed: 195, finding: "condition-change/p1")
    old.service = "grease"
    history.enter(old, of: "p1")
    func completed(_ said: [String: JSONValue], of name: String = "p1") -> [String: JSONValue] {
      let command = SiteCommand(name: MaintenanceRecord.command, members: said)
      return history.completed(command, of: name).members
    }
    let time = JSONValue.string(at(200).rfc3339UTC)
    let failed = JSONValue.string(at(195).rfc3339UTC)
    #expect(
      completed(["supersedes": "r1", "found": "yes"]) == [
        "supersedes": "r1", "found": "yes", "time": time, "failed": failed, "fault": "wear",
        "finding": "condition-change/p1", "service": "grease",
      ])
    var found = try record("r0", 100, fault: "wear", found: "other:seal", failed: 99)
    (found.parts, found.note) = (["6308"], "hot")
    history.enter(found, of: "p1")
    let again = completed(["supersedes": "r0", "parts": ["6309"]])
    #expect(again["found"] == "other:seal" && again["parts"] == ["6309"] && again["note"] == "hot")
    #expect(completed(["supersedes": "r0"])["parts"] == ["6308"])
    #expect(completed(["supersedes": "r0", "fault": "seal"])["found"] == nil)
    #expect(
      completed(["supersedes": "r1", "time": "t", "failed": "", "service": "", "fault": "looseness"]) == [
        "supersedes": "r1", "time": "t", "failed": "", "service": "", "fault": "looseness",
      ], "what it says, and no finding of another fault")
    #expect(completed(["supersedes": "r1"], of: "p2") == ["supersedes": "r1", "time": time], "of another machine")
    #expect(completed(["supersedes": "r9"]) == ["supersedes": "r9"] && completed([:]) == [:])
  }

  @Test func aCorrectionEndsNothingThatWasToldSinceTheRepair() throws {
    var history = Self.warned()
    history.enter(try record("r1", 200), of: "p1")
    history.hear(figures(205, [prognosis("seal")]), of: "p1")
    history.enter(try record("r2", 210, found: "yes", supersedes: "r1"), of: "p1")
    #expect(history.machine("p1")?.current.map(\.fault) == ["seal"])
    history.hear(figures(215, [prognosis("seal")]), of: "p1")
    #expect(history.machine("p1")?.predictions.filter { $0.fault == "seal" }.count == 1)
    // What the work ended ends when it was done by the correction.
    let judged = PredictionJudge.judge(history, notice: .hours(48))
    #expect(judged.map(\.fault) == ["wear"] && judged.map(\.verdict) == [.hit])
  }

  @Test func workOfThePastIsAboutWhatWasToldThen() throws {
    var history = MaintenanceHistory()
    for hour in stride(from: 0.0, through: 300, by: 10) {
      history.hear(figures(hour, [prognosis(hour < 100 ? "wear" : "seal"), prognosis("looseness", 0.9)]), of: "p1")
    }
    let machine = try #require(history.machine("p1"))
    #expect(machine.foremost(at: at(50))?.fault == "wear")
    #expect(machine.foremost(at: at(200))?.fault == "seal")
    #expect(machine.foremost(at: at(-1)) == nil)
  }

  @Test func whatFollowsARepairIsANewPrediction() throws {
    var history = Self.warned()
    history.enter(try record("r1", 200, found: "yes"), of: "p1")
    #expect(history.machine("p1")?.current.isEmpty == true)
    history.hear(figures(201, [prognosis("wear")]), of: "p1")
    let told = try #require(history.machine("p1")?.predictions.filter { $0.fault == "wear" })
    #expect(told.count == 2)
    #expect(told[1].opened == at(201) && told[0].ended == at(200))
  }

  @Test func flickerIsOnePrediction() {
    var history = MaintenanceHistory()
    for hour in 0..<40 {
      history.hear(figures(Double(hour), hour % 3 == 0 ? [] : [prognosis("wear")]), of: "p1")
    }
    #expect(history.machine("p1")?.predictions.count == 1)
    history.hear(figures(100, [prognosis("wear")]), of: "p1")
    #expect(history.machine("p1")?.predictions.count == 2)
  }

  @Test func memoryIsBoundedAndWhatWasJudgedStays() throws {
    var history = MaintenanceHistory()
    for hour in 0..<20_000 {
      let isTold = (hour / 50) % 2 == 0
      let told = isTold ? [prognosis("wear", window: (Double(hour) + 10, Double(hour) + 20, Double(hour) + 30))] : []
      history.hear(figures(Double(hour), told), of: "p1")
      if hour == 130 { history.enter(try record("r1", 130, kind: .inspected, found: "yes"), of: "p1") }
    }
    let machine = try #require(history.machine("p1"))
    #expect(machine.predictions.count <= 41)
    #expect(machine.predictions.allSatisfy { $0.points.count <= 48 })
    #expect(PredictionJudge.judge(history, notice: .hours(48)).map(\.verdict) == [.hit])
    #expect(history.bytes.count < 100_000)
    // The curve of usage is exact at its ends and straight between.
    #expect(machine.usage.hours == 19_999)
    #expect(abs((machine.usage.hours(at: at(777)) ?? 0) - 777) < 1e-6)
    #expect(machine.usage.hours(at: at(-1)) == nil)
    #expect(abs((machine.usage.duty ?? 0) - 1) < 1e-9)
  }

  @Test func readsItselfBack() throws {
    var history = Self.warned()
    history.enter(try record("r1", 150, kind: .inspected, found: "other:x"), of: "p1")
    let again = try MaintenanceHistory(bytes: history.bytes)
    #expect(again == history)
    #expect(again.bytes == history.bytes)
    #expect(throws: (any Error).self) { try MaintenanceHistory(bytes: Array(history.bytes.dropLast(3))) }
  }
}

@Suite struct AgeLifeTests {
  /// Machines that run all the time and fail at these ages, one after the other.
  private static func fleet(_ lives: [Double], now age: Double) throws -> (MaintenanceHistory, [MaintenanceRecord]) {
    var history = MaintenanceHistory()
    let end = lives.reduce(0, +) + age
    for hour in stride(from: 0, through: end, by: 5) { history.hear(figures(hour), of: "p1") }
    history.enter(try record("new", 0, kind: .replaced), of: "p1")
    var time = 0.0
    for (number, life) in lives.enumerated() {
      time += life
      history.enter(
        try record("f\(number)", time, kind: .replaced, fault: "wear", found: "yes", failed: time), of: "p1")
    }
    return (history, history.inForce)
  }

  @Test func refusesUnderThreeFailures() throws {
    let (history, records) = try Self.fleet([1000, 1200], now: 300)
    let life = AgeLife(history.machines, records: records, fault: "wear")
    #expect(life.failures == [1000, 1200])
    #expect(life.lives.last == AgeLife.Life(hours: 300, isFailure: false))
    #expect(life.remaining(age: 300) == .refused([.fewFailures(have: 2, needed: 3)]))
    #expect(AgeLife(history.machines, records: records, fault: "seal").failures.isEmpty)
  }

  @Test func livesThatAreAllAlikeAreNotTooFew() throws {
    let (history, records) = try Self.fleet([1000, 1000, 1000], now: 300)
    let remaining = AgeLife(history.machines, records: records, fault: "wear").remaining(age: 300)
    #expect(remaining == .refused([.noSpread(lives: 3)]))
  }

  @Test func serviceFromBeforeTheGatewayIsCountedAsItRunsNow() throws {
    var history = MaintenanceHistory()
    for hour in stride(from: 0.0, through: 400, by: 5) { history.hear(figures(hour, run: hour / 2), of: "p1") }
    let machine = try #require(history.machine("p1"))
    var done = try record("oil", -1000)
    done.service = "oil"
    let service = ServiceInterval(service: "oil", assets: ["p1"], every: .hours(600))
    #expect(abs(ServiceLife(service, machine, records: [done]).hours - 700) < 1)
    #expect(ServiceLife(service, machine, records: [done]).step == .due)
    #expect(ServiceLife(service, machine, records: []).hours == 200)
  }

  @Test func saysWhatRemains() throws {
    let (history, records) = try Self.fleet([1000, 1200, 900, 1100], now: 300)
    let machine = try #require(history.machine("p1"))
    #expect(AgeLife.age(machine, records: records, fault: "wear") == 300)
    #expect(AgeLife.age(machine, records: records, fault: "seal") == 4500, "nobody has changed its seal")
    let life = AgeLife(history.machines, records: records, fault: "wear")
    guard case .estimate(let quantiles, .age) = life.remaining(age: 300) else {
      Issue.record("no estimate: \(life.remaining(age: 300))")
      return
    }
    // Lives of 900 … 1200 h: about 600 … 900 h are left.
    #expect((500...700).contains(quantiles.p10))
    #expect((700...850).contains(quantiles.p50))
    #expect((800...950).contains(quantiles.p90))
    #expect(life.remaining(age: nil) == .refused([.unknownAge]))
  }

  @Test func aLifeThatBeganUnseenIsLeftOut() throws {
    var history = MaintenanceHistory()
    for hour in stride(from: 100.0, through: 400, by: 5) { history.hear(figures(hour), of: "p1") }
    history.enter(try record("r1", 200, kind: .replaced, fault: "wear", found: "yes"), of: "p1")
    let life = AgeLife(history.machines, records: history.inForce, fault: "wear")
    #expect(life.lives == [AgeLife.Life(hours: 200, isFailure: false)])
  }

  @Test func aNewBeltDoesNotMakeABearingNew() throws {
    var history = MaintenanceHistory()
    for hour in stride(from: 0.0, through: 1000, by: 5) { history.hear(figures(hour), of: "p1") }
    history.enter(try record("new", 0, kind: .replaced), of: "p1")
    history.enter(try record("adjusted", 300), of: "p1")
    history.enter(try record("belt", 500, kind: .replaced, fault: "belt"), of: "p1")
    history.enter(try record("looked", 600, fault: "bearing", found: "no"), of: "p1")
    history.enter(try record("other", 700, fault: "belt", found: "other:seal"), of: "p1")
    let machine = try #require(history.machine("p1"))
    func age(_ fault: String) -> Double? { AgeLife.age(machine, records: history.inForce, fault: fault) }
    #expect(age("bearing") == 1000)
    #expect(age("belt") == 500)
    #expect(age("seal") == 300)
    let bearing = AgeLife(history.machines, records: history.inForce, fault: "bearing")
    #expect(bearing.lives == [AgeLife.Life(hours: 1000, isFailure: false)])
    history.enter(try record("bearing", 900, fault: "bearing", found: "yes", failed: 890), of: "p1")
    let failed = AgeLife(history.machines, records: history.inForce, fault: "bearing")
    #expect(failed.lives == [.init(hours: 890, isFailure: true), .init(hours: 100, isFailure: false)])
  }

  @Test func anAgeFromBeforeTheGatewayIsCountedAsItRunsNow() throws {
    var history = MaintenanceHistory()
    // It runs half of the time.
    for hour in stride(from: 0.0, through: 400, by: 5) { history.hear(figures(hour, run: hour / 2), of: "p1") }
    history.enter(try record("new", -1000, kind: .replaced), of: "p1")
    let machine = try #require(history.machine("p1"))
    let age = try #require(AgeLife.age(machine, records: history.inForce, fault: "wear"))
    #expect(abs(age - 700) < 1)
    // On the first day nobody knows how it runs.
    var first = MaintenanceHistory()
    for hour in stride(from: 0.0, through: 20, by: 5) { first.hear(figures(hour), of: "p1") }
    first.enter(try record("new", -1000, kind: .replaced), of: "p1")
    #expect(AgeLife.age(try #require(first.machine("p1")), records: first.inForce, fault: "wear") == nil)
  }

  @Test func hoursAreNeverTakenBack() throws {
    var history = MaintenanceHistory()
    for hour in stride(from: 0.0, through: 300, by: 5) { history.hear(figures(hour), of: "p1") }
    // The machine is learnt anew, and its hours are counted from 0.
    for hour in stride(from: 305.0, through: 400, by: 5) { history.hear(figures(hour, run: hour - 305), of: "p1") }
    #expect(history.machine("p1")?.usage.hours == 395)
    var again = try MaintenanceHistory(bytes: history.bytes)
    #expect(again == history)
    again.hear(figures(405, run: 100), of: "p1")
    let machine = try #require(again.machine("p1"))
    #expect(machine.usage.hours == 400)
    #expect(machine.usage.hours(at: at(300)) == 300)
    let service = ServiceInterval(service: "oil", assets: ["p1"], every: .hours(350))
    #expect(ServiceLife(service, machine, records: []).step == .due)
  }

  @Test func whatWasToldBehindTheWorkGoesOn() throws {
    var history = MaintenanceHistory()
    for hour in stride(from: 0.0, through: 200, by: 10) {
      history.hear(figures(hour, hour < 100 ? [] : [prognosis("wear", window: (300, 400, 500))]), of: "p1")
    }
    history.enter(try record("r1", 50, kind: .replaced), of: "p1")
    #expect(history.machine("p1")?.current.map(\.fault) == ["wear"])
    history.hear(figures(210, [prognosis("wear", window: (300, 400, 500))]), of: "p1")
    #expect(history.machine("p1")?.predictions.count == 1)
    history.enter(try record("r2", 150, kind: .replaced), of: "p1")
    #expect(history.machine("p1")?.current.isEmpty == true)
  }
}
